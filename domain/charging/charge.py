"""Charges: a counter takes cash, and coin of the same amount goes into the wallet.

The counter's cash account owes the municipality the cash.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.counters import Counter, counter_of
from domain.assets.kinds import CHARGEABLE
from domain.assets.limits import check_amount, check_units
from domain.assets.lots import CHARGED, LOTS, ended
from domain.assets.reads import Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.assets.tries import post_counted
from domain.charging import bonus as bonuses
from domain.charging.bonus import ChargeBonuses
from domain.codes.refusals import RENEWED, InvalidCodeError
from domain.ledger.act import Act
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, Operation
from domain.ledger.part import Part, Parts
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import BalanceCapError
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge to make. Amount in whole units. `store_id`: of the charge agent; None for the municipal desk.

    code_ended: whether the wallet was named by a receive code that was renewed.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    asset_id: int
    amount: int
    store_id: UUID | None = None
    valid_until: datetime | None = None
    code_ended: bool = False


async def charge(services: Services, viewer: Viewer, charge: Charge) -> Posted:
    """Charge the wallet, or raise a refusal. The counter's cash account moves in the same journal."""
    asset = await assets.in_municipality(charge.municipality, charge.asset_id)
    if asset is None or asset.kind not in CHARGEABLE:
        raise UnknownAssetError
    check_amount(charge.amount, asset.charge_maximum)
    check_units(charge.amount, asset)
    counter = await counter_of(charge.municipality, charge.store_id)
    now = services.clock()
    if charge.code_ended or ended(asset, CHARGED, now):  # the latter: coin is no longer issued
        request = _request(viewer, charge, counter, Parts(()))
        otherwise = InvalidCodeError(RENEWED) if charge.code_ended else UnknownAssetError()
        return await services.ledger.answer(request, otherwise=otherwise)
    lot = await services.shared(LOTS).of(asset, CHARGED, now)
    offered = await bonuses.offered(services, charge.municipality, charge.wallet_id, asset.id, now)
    parts = Parts(
        (
            CoinForCash(viewer=viewer, charge=charge, asset=asset, lot=lot, counter=counter),
            ChargeBonuses(offered, charge.wallet_id),
        )
    )
    request = _request(viewer, charge, counter, parts)
    if charge.store_id is None:
        return await services.ledger.post(request)
    return await post_counted(services, request, charge.wallet_id, BalanceCapError)


def _request(viewer: Viewer, charge: Charge, counter: Counter, parts: Parts) -> Request:
    return Request(
        municipality=charge.municipality,
        actor=viewer.person_id,
        operation=Operation.CHARGE,
        key=charge.key,
        input_hash=fingerprint(
            wallet=charge.wallet_id, asset=charge.asset_id, amount=charge.amount, store=charge.store_id
        ),
        kind=JournalKind.CHARGE,
        plan=parts.plan,
        holders=(charge.wallet_id, counter.holder, counter.issuer, *parts.holders),
        lots=parts.lots,
        guards=parts.guards,
        access=(counter.holder,),
        valid_until=charge.valid_until,
        facts=Facts(
            wallet_id=charge.wallet_id,
            store_id=charge.store_id,
            channel=Channel.DESK,
            funding=Funding.CASH,
            client=viewer.client,
        ),
        act=Act(charge.wallet_id, note=viewer.reason),
    )


@dataclass(frozen=True, slots=True)
class CoinForCash(Part):
    """Issue of coin into the wallet; the counter's cash account owes the municipality the same amount."""

    viewer: Viewer
    charge: Charge
    asset: Asset
    lot: Lot
    counter: Counter

    @property
    def lots(self) -> tuple[int, ...]:
        """Today's lot of the coin."""
        return (self.lot.id,)

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the moves of coin and cash.

        NotPermittedError, UnknownWalletError, WalletFrozenError, BalanceCapError.
        """
        town, wallet_id, amount = self.charge.municipality, self.charge.wallet_id, self.charge.amount
        asset, counter, viewer = self.asset, self.counter, self.viewer
        if not book.may(town, counter.holder, viewer.person_id, viewer.relations(counter.relation)):
            raise NotPermittedError
        usable_wallet(book, town, wallet_id)
        after = book.total(town, wallet_id, asset.id) + amount
        if asset.balance_cap is not None and after > asset.balance_cap:
            raise BalanceCapError(asset.balance_cap)
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset.id, self.lot.id), self.lot)
        issued = book.plain(town, AccountKind.ISSUANCE, counter.issuer, asset.id)
        owed = book.plain(town, AccountKind.ISSUANCE, counter.issuer, counter.yen)
        box = book.plain(town, AccountKind.CASH, counter.holder, counter.yen)
        draft.amount = amount
        draft.lots.append(self.lot.portion(amount))
        draft.balances[asset.id] = after
        draft.sections.append(Collected(counter.holder))
        draft.moves += [(issued, account, amount), (owed, box, amount)]
        draft.counterparties |= {wallet_id: counter.holder, counter.holder: wallet_id}
