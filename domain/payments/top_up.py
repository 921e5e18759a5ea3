"""A payment that brings its own money: what is missing is authorised at a linked source, charged, and paid.

Captured if it stays, else voided.

    authorise   at the provider, outside of every transaction, under a reference that is the payment's for ever
    charge      a journal of the missing amount, under a key of its own
    pay         the payment as always, under the client's key
    finish      both keys are closed; the charge stays (capture), or is taken back out of the wallet (void)

Each step may be repeated, and each outcome is stored, so whoever finishes (this request, the same key again, or the
job) decides alike.
What is spent of a charge whose payment was refused was spent by its owner: then it stays, and is captured.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection

from domain.assets.kinds import CHARGEABLE, AssetKind
from domain.assets.limits import check_amount, check_note, payment_maximum
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import ASSETS, Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.charging.kinds import CancelReason
from domain.charging.receipts import Bonuses, OfCharge
from domain.coupons import uses as coupons
from domain.funding import reads
from domain.funding.reads import OPEN, Source, TopUpRow, TopUpState
from domain.funding.receipts import OfTopUp
from domain.funding.refusals import (
    FundingDeclinedError,
    FundingUnavailableError,
    TopUpExceedsError,
    UnknownFundingSourceError,
)
from domain.funding.settle import settle
from domain.ledger import spend_order
from domain.ledger.book import AccountKey, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import SYSTEM_ACTOR, AccountKind, Channel, Funding, JournalKind, LotOrigin, Operation
from domain.ledger.parties import usable_wallet
from domain.ledger.reads import wallet_accounts
from domain.ledger.refusals import (
    AlreadyReversedError,
    BalanceCapError,
    KeyReusedError,
    ReversalImpossibleError,
    UnknownWalletError,
)
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.municipalities import reads as municipalities
from domain.payments.pay import Pay, input_hash_of, pay
from domain.ports import ProviderUnavailableError
from domain.programmes.shop_rules import ShopRules, with_rules
from domain.refusals import InvalidInputError, Refusal, StoredRefusal
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer

PATIENCE = timedelta(minutes=10)
"""How long a client may come back with its key before the job closes it."""
FUNDED = Issue(LotOrigin.CHARGE, Funding.CARD)


@dataclass(frozen=True, slots=True)
class TopUp:
    """From where what is missing may be taken, and at most how much. Whole units."""

    source_id: UUID
    maximum: int


async def pay_with_top_up(services: Services, viewer: Viewer, what: Pay, asked: TopUp) -> Posted:
    """Pays, with exactly what is missing from the source; nothing is taken where nothing is missing.

    The same key answers the same.
    """
    if what.rest_in_cash:
        raise InvalidInputError("top_up", "TOP_UP_OR_CASH")
    check_note(what.note)
    check_amount(what.amount, await payment_maximum(services, what.municipality))
    row = await reads.top_up_of(what.municipality, viewer.person_id, what.key)
    key = RequestKey(what.municipality, viewer.person_id, Operation.PAY, what.key)
    if row is None and not await services.ledger.has_ended(key):
        row = await _begin(services, viewer, what, asked)
    if row is None:
        return await pay(services, viewer, what)
    if row.source_id != asked.source_id or row.input_hash not in (None, input_hash_of(what)):
        raise KeyReusedError
    if row.amount > asked.maximum:
        raise TopUpExceedsError(row.amount, asked.maximum)
    if row.state in OPEN:
        await _authorised(services, row)
        await _charged(services, viewer, row)
    if row.state is TopUpState.DECLINED:
        raise FundingDeclinedError
    return await _paid(services, viewer, what, row)


async def _begin(services: Services, viewer: Viewer, what: Pay, asked: TopUp) -> TopUpRow | None:
    """The row of what is to be authorised; None where a top-up would not help, so that `pay` answers alone."""
    source = await reads.source_by_id(what.municipality, asked.source_id)
    if source is None or source.wallet_id != what.wallet_id or source.person_id != viewer.person_id:
        raise UnknownFundingSourceError
    await residents.require_own(viewer, what.municipality, what.wallet_id)
    wallet = await residents.wallet_for(viewer, what.municipality, what.wallet_id)

    async def run(rules: ShopRules) -> int:
        return await _missing(services, what, source, rules)

    missing = await with_rules(services, what.municipality, what.store_id, what.excluded, run)
    if not missing or wallet is None or wallet.frozen:
        return None
    maximum = min(asked.maximum, (await _asset(services, source.municipality, source.asset)).charge_maximum)
    if missing > maximum:
        raise TopUpExceedsError(missing, maximum)
    await get_connection("default").execute_query(
        """insert into top_up (municipality_id, id, actor, key, wallet_id, source_id, amount, state, created_at,
          input_hash)
          values ($1, $2, $3, $4, $5, $6, $7, $10, $8, $9)
          on conflict (municipality_id, actor, key) do nothing""",
        [
            what.municipality,
            services.ids.new(),
            viewer.person_id,
            what.key,
            what.wallet_id,
            source.id,
            missing,
            services.clock(),
            input_hash_of(what),
            TopUpState.ASKED,
        ],
    )
    return await reads.top_up_of(what.municipality, viewer.person_id, what.key)


async def _missing(services: Services, what: Pay, source: Source, rules: ShopRules) -> int:
    """What the wallet lacks for the payment, where coin of the source would pay it; else 0. Whole units."""
    coin = await _asset(services, what.municipality, source.asset)
    now = services.clock()
    if source.asset in what.excluded or not rules.store.accepting or not coin.acceptance.open_to(rules.store, now):
        return 0
    if (what.valid_until is not None and what.valid_until < now) or ended(coin, FUNDED, now):
        return 0
    chosen = await coupons.choose(services, what.municipality, what.wallet_id, what.coupons)
    try:
        used = await coupons.used_now(chosen, what.municipality, rules.store, what.amount, now)
    except Refusal:
        return 0  # the payment says so itself, under its key
    lots = spend_order.spendable(await wallet_accounts(what.municipality, what.wallet_id, now), now, rules)
    _, missing = spend_order.allocate(lots, what.amount - used.discount, rules)
    return 0 if missing % coin.minimum_unit else missing


async def _asset(services: Services, municipality: int, number: int) -> Asset:
    found = next((asset for asset in await services.shared(ASSETS).of(municipality) if asset.id == number), None)
    if found is None or found.kind not in CHARGEABLE:
        raise UnknownAssetError
    return found


async def _authorised(services: Services, row: TopUpRow) -> None:
    """Returns once the provider has set the amount aside."""
    if row.state is TopUpState.AUTHORISED:
        return
    if services.funding is None:
        raise FundingUnavailableError
    try:
        approved = await services.funding.authorise(row.id, row.token, row.amount)
    except ProviderUnavailableError as error:
        raise FundingUnavailableError from error
    if approved:
        await _set_state(row, TopUpState.AUTHORISED)
    elif await _closed(services, row, Operation.TOP_UP, row.id) is None:
        # Nobody can charge any more, also who has heard a yes meanwhile, or before: whatever may have been set aside is
        # released.
        with suppress(ProviderUnavailableError):
            await services.funding.void(row.id)
            await _set_state(row, TopUpState.DECLINED)
        raise FundingDeclinedError


async def _charged(services: Services, viewer: Viewer, row: TopUpRow) -> None:
    """The charge is in the wallet; or it was refused, and what was set aside is released."""
    asset, now = await _asset(services, row.municipality, row.asset), services.clock()
    if ended(asset, FUNDED, now):
        # no coin is issued any more: the payment was made before, or is refused now, and then what was set aside is
        # released
        return
    lot = await services.shared(LOTS).of(asset, FUNDED, now)
    try:
        await services.ledger.post(await _charge(services, viewer, row, asset, lot))
    except StoredRefusal:
        await _finish_if_possible(services, row)
        raise


async def _paid(services: Services, viewer: Viewer, what: Pay, row: TopUpRow) -> Posted:
    try:
        posted = await pay(services, viewer, what)
    except StoredRefusal:
        await _finish_if_possible(services, row)
        raise
    await _finish_if_possible(services, row)
    return posted


async def _finish_if_possible(services: Services, row: TopUpRow) -> None:
    """Money moved or did not; a provider that does not answer now is asked again by the job."""
    with suppress(ProviderUnavailableError):
        await finish(services, row)


async def finish(services: Services, row: TopUpRow) -> None:
    """Closes both keys for ever, and captures or voids by what they did.

    Repeating it changes nothing. ProviderUnavailableError.
    """
    if row.state not in OPEN:
        return
    if services.funding is None:
        raise ProviderUnavailableError
    paid = await _closed(services, row, Operation.PAY, row.key)
    charge = await _closed(services, row, Operation.TOP_UP, row.id)
    if charge is not None and (paid is not None or not await _taken_back(services, row, charge)):
        await services.funding.capture(row.id, row.amount)
        await _set_state(row, TopUpState.CAPTURED)
    else:
        await services.funding.void(row.id)
        await _set_state(row, TopUpState.VOIDED)


async def settle_top_ups(services: Services) -> int:
    """Finishes what no client came back for; how many.

    A provider that does not answer is asked again at the next run.
    """

    async def page(limit: int) -> list[TopUpRow]:
        return await reads.open_top_ups(services.clock() - PATIENCE, limit)

    async def finished(row: TopUpRow) -> None:
        await finish(services, row)

    return await settle("top_up", page, finished)


async def _closed(services: Services, row: TopUpRow, operation: Operation, key: UUID) -> Posted | None:
    """What a key settled; None: refused, or closed now so that it never will be."""
    ended = await services.ledger.close(RequestKey(row.municipality, row.actor, operation, key))
    return ended if isinstance(ended, Posted) else None


async def _charge(services: Services, viewer: Viewer, row: TopUpRow, asset: Asset, lot: Lot) -> Request:
    issuer, yen = await _issuer(services, row)

    def plan(book: Book, _: datetime) -> Draft:
        town = row.municipality
        usable_wallet(book, town, row.wallet_id, viewer)
        after = book.total(town, row.wallet_id, asset.id) + row.amount
        if asset.balance_cap is not None and after > asset.balance_cap:
            raise BalanceCapError(asset.balance_cap)
        account = book.account(town, AccountKey(AccountKind.WALLET, row.wallet_id, asset.id, lot.id), lot)
        issuance = book.plain(town, AccountKind.ISSUANCE, issuer, asset.id)
        return Draft(
            amount=row.amount,
            lots=[lot.portion(row.amount)],
            balances={asset.id: after},
            sections=[Collected(issuer), OfTopUp(row.id)],
            # The provider owes the town what it captures: yen of the issuer, as cash boxes owe theirs.
            moves=[
                (issuance, account, row.amount),
                (
                    book.plain(town, AccountKind.ISSUANCE, issuer, yen),
                    book.plain(town, AccountKind.CASH, issuer, yen),
                    row.amount,
                ),
            ],
            counterparties={row.wallet_id: issuer, issuer: row.wallet_id},
        )

    return Request(
        municipality=row.municipality,
        actor=row.actor,
        operation=Operation.TOP_UP,
        key=row.id,
        input_hash=fingerprint(payment=row.key, source=row.source_id, amount=row.amount),
        kind=JournalKind.CHARGE,
        holders=(row.wallet_id, issuer),
        plan=plan,
        lots=(lot.id,),
        access=(row.wallet_id,),
        facts=Facts(wallet_id=row.wallet_id, channel=Channel.PROVIDER, funding=Funding.CARD, client=viewer.client),
    )


async def _issuer(services: Services, row: TopUpRow) -> tuple[UUID, int]:
    town = await municipalities.by_id(row.municipality)
    if town is None:
        raise UnknownWalletError
    return town.issuer_id, next(
        asset.id for asset in await services.shared(ASSETS).of(town.id) if asset.kind is AssetKind.CASH
    )


async def _taken_back(services: Services, row: TopUpRow, charge: Posted) -> bool:
    """Whether the charge is out of the wallet again, all of it: decided once, under the wallet's lock."""
    issuer, yen = await _issuer(services, row)
    [portion] = charge.receipt.lots
    asset, amount = portion.asset, portion.amount

    def plan(book: Book, _: datetime) -> Draft:
        town = row.municipality
        guard = book.guard(refunded_guard(town, charge.journal_id), amount)
        account = book.account(town, AccountKey(AccountKind.WALLET, row.wallet_id, asset, portion.lot))
        if guard.value:
            raise AlreadyReversedError
        if account.available < amount:
            raise ReversalImpossibleError(account.available)
        return Draft(
            amount=amount,
            lots=[portion],
            balances={asset: book.total(town, row.wallet_id, asset) - amount},
            sections=[OfCharge(charge.journal_id), Bonuses(), Collected(issuer), OfTopUp(row.id)],
            moves=[
                (account, book.plain(town, AccountKind.ISSUANCE, issuer, asset), amount),
                (
                    book.plain(town, AccountKind.CASH, issuer, yen),
                    book.plain(town, AccountKind.ISSUANCE, issuer, yen),
                    amount,
                ),
            ],
            guards=[(guard, amount)],
            counterparties={row.wallet_id: issuer, issuer: row.wallet_id},
        )

    try:
        await services.ledger.post(
            Request(
                municipality=row.municipality,
                actor=SYSTEM_ACTOR,
                operation=Operation.CANCEL_TOP_UP,
                key=row.id,
                input_hash=fingerprint(charge=charge.journal_id),
                kind=JournalKind.CHARGE_CANCEL,
                holders=(row.wallet_id, issuer),
                plan=plan,
                lots=(portion.lot,),
                guards=(refunded_guard(row.municipality, charge.journal_id),),
                facts=Facts(
                    wallet_id=row.wallet_id,
                    channel=Channel.PROVIDER,
                    funding=Funding.CARD,
                    reason=CancelReason.OTHER,
                    linked_journal=charge.journal_id,
                ),
            )
        )
    except ReversalImpossibleError:
        return False
    except AlreadyReversedError:
        return True
    return True


async def _set_state(row: TopUpRow, state: TopUpState) -> None:
    await get_connection("default").execute_query(
        "update top_up set state = $3 where municipality_id = $1 and id = $2 and state = any ($4::smallint[])",
        [row.municipality, row.id, state, list(OPEN)],
    )
