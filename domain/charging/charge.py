"""Topping up: cash is taken at a counter, coin of the same amount goes into the wallet.

And the cash box owes the town.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.counters import Counter, counter_of
from domain.assets.kinds import CHARGEABLE
from domain.assets.limits import check_amount
from domain.assets.lots import CHARGED, LOTS, ended
from domain.assets.reads import Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.charging import bonus as bonuses
from domain.charging.bonus import Bonus
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, Operation
from domain.ledger.ledger import no_plan
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import BalanceCapError
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Charge:
    """What a counter asks. Amount in whole units; `store_id` names the agent's shop, None the municipal desk."""

    key: UUID
    municipality: int
    wallet_id: UUID
    asset_id: int
    amount: int
    store_id: UUID | None = None
    valid_until: datetime | None = None


async def charge(services: Services, viewer: Viewer, what: Charge) -> Posted:
    """Charges the wallet or raises a refusal; the collector's cash account moves in the same journal."""
    asset = await assets.in_municipality(what.municipality, what.asset_id)
    if asset is None or asset.kind not in CHARGEABLE:
        raise UnknownAssetError
    check_amount(what.amount, asset.charge_maximum)
    counter = await counter_of(what.municipality, what.store_id)
    now = services.clock()
    lot = None if ended(asset, CHARGED, now) else await services.shared(LOTS).of(asset, CHARGED, now)
    offered = await bonuses.offered(services, what.municipality, what.wallet_id, asset.id, now)
    request = _request(viewer, what, asset, lot, counter, offered)
    if lot is None:  # no coin is issued any more
        return await services.ledger.answer(request, otherwise=UnknownAssetError())
    return await services.ledger.post(request)


def _request(
    viewer: Viewer, what: Charge, asset: Asset, lot: Lot | None, counter: Counter, offered: list[Bonus]
) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        if lot is None:
            return no_plan(book, at)
        draft = _plan(book, viewer, what, asset, lot, counter)
        bonuses.add(book, draft, offered, what.wallet_id, what.amount)
        return draft

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.CHARGE,
        key=what.key,
        input_hash=fingerprint(wallet=what.wallet_id, asset=what.asset_id, amount=what.amount, store=what.store_id),
        kind=JournalKind.CHARGE,
        plan=plan,
        holders=(what.wallet_id, counter.holder, counter.issuer, *(bonus.programme.id for bonus in offered)),
        lots=(*(() if lot is None else (lot.id,)), *(bonus.lot.id for bonus in offered)),
        guards=tuple(key for bonus in offered for key, _ in bonus.caps),
        access=(counter.holder,),
        valid_until=what.valid_until,
        facts=Facts(
            wallet_id=what.wallet_id,
            store_id=what.store_id,
            channel=Channel.DESK,
            funding=Funding.CASH,
            client=viewer.client,
        ),
    )


def _plan(book: Book, viewer: Viewer, what: Charge, asset: Asset, lot: Lot, counter: Counter) -> Draft:
    town = what.municipality
    if not book.may(town, counter.holder, viewer.person_id, viewer.relations(counter.relation)):
        raise NotPermittedError
    usable_wallet(book, town, what.wallet_id)
    after = book.total(town, what.wallet_id, asset.id) + what.amount
    if asset.balance_cap is not None and after > asset.balance_cap:
        raise BalanceCapError(asset.balance_cap)
    account = book.account(town, AccountKey(AccountKind.WALLET, what.wallet_id, asset.id, lot.id), lot)
    return Draft(
        amount=what.amount,
        lots=[lot.portion(what.amount)],
        balances={asset.id: after},
        sections=[Collected(counter.holder)],
        moves=[
            (book.plain(town, AccountKind.ISSUANCE, counter.issuer, asset.id), account, what.amount),
            (
                book.plain(town, AccountKind.ISSUANCE, counter.issuer, counter.yen),
                book.plain(town, AccountKind.CASH, counter.holder, counter.yen),
                what.amount,
            ),
        ],
        counterparties={what.wallet_id: counter.holder, counter.holder: what.wallet_id},
    )
