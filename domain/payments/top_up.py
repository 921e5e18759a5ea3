"""Top-ups: a payment takes exactly what the wallet lacks from a linked source.

The saga of `domain/funding` with two journals instead of one:

    charge      the missing amount, under a key of its own: the authorisation's reference
    pay         the payment, under the client's key

After both keys have ended, a charge whose payment was refused is taken back out of the wallet, and the money is voided.
If some of it was spent meanwhile, by the wallet's owner, the charge stays and the money is captured.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.kinds import CHARGEABLE
from domain.assets.limits import check_amount, check_note, payment_maximum
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import ASSETS, Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.charging.kinds import CancelReason
from domain.charging.receipts import Bonuses, OfCharge
from domain.codes.binding import require_allowed
from domain.coupons import uses as coupons
from domain.funding import reads, saga
from domain.funding.kinds import AuthorisationState
from domain.funding.owed import Treasury, treasury_of
from domain.funding.reads import Authorisation, Source
from domain.funding.receipts import OfTopUp
from domain.funding.refusals import FundingDeclinedError, TopUpExceedsError, UnknownFundingSourceError
from domain.funding.saga import Funded, Opening, Use
from domain.ledger import spend_order
from domain.ledger.book import AccountKey, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import SYSTEM_ACTOR, AccountKind, Channel, Funding, JournalKind, LotOrigin, Operation
from domain.ledger.parties import usable_wallet
from domain.ledger.reads import wallet_accounts
from domain.ledger.refusals import AlreadyReversedError, BalanceCapError, KeyReusedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.payments.pay import Pay, input_hash_of, pay
from domain.programmes.store_rules import StoreRules, with_rules
from domain.refusals import (
    BusyError,
    InvalidInputError,
    OutcomeUnknownError,
    Refusal,
    UnavailableError,
    UnstoredRefusal,
)
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer

CARD_ISSUE = Issue(LotOrigin.CHARGE, Funding.CARD)


@dataclass(frozen=True, slots=True)
class TopUp:
    """The source of the missing amount, and the most that may be taken from it. Whole units."""

    source_id: UUID
    maximum: int


@dataclass(frozen=True, slots=True)
class _Charge:
    """The charge of a top-up: coin of the source's asset goes into its wallet, and the provider owes the treasury."""

    authorisation: Authorisation
    source: Source
    treasury: Treasury

    @property
    def key(self) -> RequestKey:
        """The key of the charge's journal."""
        return _charge_key(self.authorisation)


async def pay_with_top_up(services: Services, viewer: Viewer, payment: Pay, top_up: TopUp) -> Posted:
    """Pay, and take exactly what the wallet lacks from the source: nothing, where it lacks nothing.

    The same key answers the same.
    """
    if payment.rest_in_cash:
        raise InvalidInputError("top_up", "TOP_UP_OR_CASH")
    check_note(payment.note)
    key = RequestKey(payment.municipality, viewer.person_id, Operation.PAY, payment.key)
    await require_allowed(services, key, payment.code, payment.amount)
    check_amount(payment.amount, await payment_maximum(services, payment.municipality))
    authorisation = await reads.authorisation_of(key)
    if authorisation is None and not await services.ledger.has_ended(key):
        authorisation = await _open(services, viewer, payment, top_up)
    if authorisation is None:
        return await pay(services, viewer, payment)
    if authorisation.source_id != top_up.source_id or not authorisation.is_for(input_hash_of(payment)):
        raise KeyReusedError
    if authorisation.amount > top_up.maximum:
        raise TopUpExceedsError(authorisation.amount, top_up.maximum)
    return await saga.run(services, authorisation, await _funded(services, viewer, payment, authorisation))


async def _open(services: Services, viewer: Viewer, payment: Pay, top_up: TopUp) -> Authorisation | None:
    """Open the authorisation of the missing amount. None where a top-up would not help: then `pay` answers alone."""
    source = await reads.source_by_id(payment.municipality, top_up.source_id)
    if source is None or source.wallet_id != payment.wallet_id or source.person_id != viewer.person_id:
        raise UnknownFundingSourceError
    await residents.require_own(viewer, payment.municipality, payment.wallet_id)
    wallet = await residents.wallet_for(viewer, payment.municipality, payment.wallet_id)

    async def run(rules: StoreRules) -> int:
        return await _missing(services, payment, source, rules)

    missing = await with_rules(services, payment.municipality, payment.store_id, payment.excluded, run)
    if not missing or wallet is None or wallet.frozen:
        return None
    maximum = min(top_up.maximum, (await _coin(services, source)).charge_maximum)
    if missing > maximum:
        raise TopUpExceedsError(missing, maximum)
    key = RequestKey(payment.municipality, viewer.person_id, Operation.PAY, payment.key)
    return await saga.open_authorisation(services, Opening(key, input_hash_of(payment), missing, source.id))


async def _missing(services: Services, payment: Pay, source: Source, rules: StoreRules) -> int:
    """Return what the wallet lacks for the payment, where coin of the source would pay it; else 0. Whole units."""
    coin = await _coin(services, source)
    now = services.clock()
    if source.asset in payment.excluded or not rules.store.accepting or not coin.acceptance.open_to(rules.store, now):
        return 0
    if (payment.valid_until is not None and payment.valid_until < now) or ended(coin, CARD_ISSUE, now):
        return 0
    chosen = await coupons.choose(services, payment.municipality, payment.wallet_id, payment.coupons)
    try:
        used = await coupons.used_now(chosen, payment.municipality, rules.store, payment.amount, now)
    except Refusal:
        return 0  # the payment raises the same refusal, under its key
    lots = spend_order.spendable(await wallet_accounts(payment.municipality, payment.wallet_id, now), now, rules)
    taken, missing = spend_order.allocate(lots, payment.amount - used.discount, rules)
    coin_used = missing + sum(part for lot, part in taken if lot.asset == coin.id)
    return 0 if missing % coin.minimum_unit or coin_used > coin.payment_maximum else missing


async def _coin(services: Services, source: Source) -> Asset:
    coin = next(
        (asset for asset in await services.shared(ASSETS).of(source.municipality) if asset.id == source.asset), None
    )
    if coin is None or coin.kind not in CHARGEABLE:
        raise UnknownAssetError
    return coin


async def _funded(services: Services, viewer: Viewer, payment: Pay, authorisation: Authorisation) -> Funded:
    source = await _source_of(authorisation)

    async def post(authorisation: Authorisation) -> Posted:
        if authorisation.state is AuthorisationState.DECLINED:
            raise FundingDeclinedError
        if authorisation.is_open:
            charge = _Charge(authorisation, source, await treasury_of(services, authorisation.municipality))
            await _post_charge(services, viewer, charge)
        try:
            return await pay(services, viewer, payment)
        except (BusyError, UnavailableError) as error:
            raise OutcomeUnknownError from error  # the charge has moved, so that "nothing moved" would be wrong

    return Funded(TOPPED_UP_PAYMENT, input_hash_of(payment), source.token, post)


async def _source_of(authorisation: Authorisation) -> Source:
    """Return the source of an authorisation, also one that was removed since."""
    source_id = authorisation.source_id
    source = None if source_id is None else await reads.source_ever_linked(authorisation.municipality, source_id)
    if source is None:
        raise UnknownFundingSourceError
    return source


async def _post_charge(services: Services, viewer: Viewer, charge: _Charge) -> None:
    """Charge the wallet, once. Where coin is no longer issued, `pay` refuses, or replays what was paid before."""
    coin, now = await _coin(services, charge.source), services.clock()
    if not ended(coin, CARD_ISSUE, now):
        lot = await services.shared(LOTS).of(coin, CARD_ISSUE, now)
        await services.ledger.post(_charge_request(viewer, charge, coin, lot))


async def _close_charge(services: Services, authorisation: Authorisation) -> bool:
    return isinstance(await services.ledger.close(_charge_key(authorisation)), Posted)


async def _close_both(services: Services, authorisation: Authorisation, payment: Posted | None) -> bool:
    """Return whether the charge stays: its payment settled, or it can no longer be taken back out of the wallet."""
    paid = payment is not None or isinstance(await services.ledger.close(authorisation.key), Posted)
    charge = await services.ledger.close(_charge_key(authorisation))
    return isinstance(charge, Posted) and (paid or not await _take_back(services, authorisation, charge))


TOPPED_UP_PAYMENT = Use(Operation.PAY, _close_charge, _close_both, same_key_after=(UnstoredRefusal,))


def _charge_key(authorisation: Authorisation) -> RequestKey:
    client_key = authorisation.key
    return RequestKey(client_key.municipality, client_key.actor, Operation.TOP_UP, authorisation.id)


def _charge_request(viewer: Viewer, charge: _Charge, coin: Asset, lot: Lot) -> Request:
    town, wallet_id, amount = charge.treasury.municipality, charge.source.wallet_id, charge.authorisation.amount
    issuer = charge.treasury.issuer

    def plan(book: Book, _: datetime) -> Draft:
        usable_wallet(book, town, wallet_id, viewer)
        after = book.total(town, wallet_id, coin.id) + amount
        if coin.balance_cap is not None and after > coin.balance_cap:
            raise BalanceCapError(coin.balance_cap)
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, coin.id, lot.id), lot)
        issuance = book.plain(town, AccountKind.ISSUANCE, issuer, coin.id)
        return Draft(
            amount=amount,
            lots=[lot.portion(amount)],
            balances={coin.id: after},
            sections=[Collected(issuer), OfTopUp(charge.authorisation.id)],
            moves=[(issuance, account, amount), charge.treasury.owed(book, amount)],
            counterparties={wallet_id: issuer, issuer: wallet_id},
        )

    return Request(
        municipality=town,
        actor=charge.key.actor,
        operation=charge.key.operation,
        key=charge.key.key,
        input_hash=fingerprint(payment=charge.authorisation.key.key, source=charge.source.id, amount=amount),
        kind=JournalKind.CHARGE,
        holders=(wallet_id, issuer),
        plan=plan,
        lots=(lot.id,),
        access=(wallet_id,),
        facts=Facts(wallet_id=wallet_id, channel=Channel.PROVIDER, funding=Funding.CARD, client=viewer.client),
    )


async def _take_back(services: Services, authorisation: Authorisation, charge: Posted) -> bool:
    """Take the charge back out of the wallet, all or nothing, and return whether it is out.

    Decided once, under the wallet's lock.
    """
    wallet_id = (await _source_of(authorisation)).wallet_id
    treasury = await treasury_of(services, authorisation.municipality)
    try:
        await services.ledger.post(_take_back_request(authorisation, wallet_id, treasury, charge))
    except ReversalImpossibleError:
        return False
    except AlreadyReversedError:
        return True
    return True


def _take_back_request(authorisation: Authorisation, wallet_id: UUID, treasury: Treasury, charge: Posted) -> Request:
    town, issuer = treasury.municipality, treasury.issuer
    [portion] = charge.receipt.lots
    asset, amount = portion.asset, portion.amount

    def plan(book: Book, _: datetime) -> Draft:
        guard = book.guard(refunded_guard(town, charge.journal_id), amount)
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset, portion.lot))
        if guard.value:
            raise AlreadyReversedError
        if account.available < amount:
            raise ReversalImpossibleError(account.available)
        return Draft(
            amount=amount,
            lots=[portion],
            balances={asset: book.total(town, wallet_id, asset) - amount},
            sections=[OfCharge(charge.journal_id), Bonuses(), Collected(issuer), OfTopUp(authorisation.id)],
            moves=[
                (account, book.plain(town, AccountKind.ISSUANCE, issuer, asset), amount),
                treasury.released(book, amount),
            ],
            guards=[(guard, amount)],
            counterparties={wallet_id: issuer, issuer: wallet_id},
        )

    return Request(
        municipality=town,
        actor=SYSTEM_ACTOR,
        operation=Operation.CANCEL_TOP_UP,
        key=authorisation.id,
        input_hash=fingerprint(charge=charge.journal_id),
        kind=JournalKind.CHARGE_CANCEL,
        holders=(wallet_id, issuer),
        plan=plan,
        lots=(portion.lot,),
        guards=(refunded_guard(town, charge.journal_id),),
        facts=Facts(
            wallet_id=wallet_id,
            channel=Channel.PROVIDER,
            funding=Funding.CARD,
            reason=CancelReason.OTHER,
            linked_journal=charge.journal_id,
        ),
    )
