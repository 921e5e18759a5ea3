"""Renewal by last use: a payment moves what it leaves of such value into a lot that ends later, in its own journal.

Lots never change, and there is one a day, so value is renewed at most once a day: what was issued or renewed today does
not move. The later lot has the same programme, source and end of the programme's value. Held value stays in its lot
until it is released.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.assets.kinds import ExpiryRule
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import ASSETS, Lot
from domain.expiry.reads import renewable_lots
from domain.expiry.receipts import Renewed, RenewedPortion
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind
from domain.ledger.part import Part
from domain.ledger.request import Draft
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Renewal(Part):
    """The renewals of a payment: by lot, the lot of today. The last part of a payment."""

    municipality: int
    wallet: UUID
    lot_of: Mapping[int, Lot] = field(default_factory=dict)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return tuple({lot.id for lot in self.lot_of.values()})

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Move what the payment leaves of the lots. Nothing else in the draft changes, and no balance does."""
        if not self.lot_of:
            return
        used: dict[int, int] = {}
        for account, part in [*((source, part) for source, _, part in draft.moves), *draft.held]:
            used[account.id] = used.get(account.id, 0) + part
        renewed = []
        for account in book.wallet_lots(self.municipality, self.wallet):
            lot = self.lot_of.get(account.lot)
            left = account.available - used.get(account.id, 0)
            if (
                lot is None
                or left <= 0
                or account.expires_at is None
                or account.expires_at <= at
                or not _later(lot, account.expires_at)
            ):
                continue
            key = AccountKey(AccountKind.WALLET, self.wallet, account.asset, lot.id)
            target = book.account(self.municipality, key, lot)
            draft.moves.append((account, target, left))
            renewed.append(RenewedPortion(account.asset, account.lot, lot.id, left))
        if renewed:
            draft.sections.append(Renewed(tuple(renewed)))


NOTHING = Renewal(0, UUID(int=0))


def _later(lot: Lot, than: datetime) -> bool:
    return lot.expires_at is not None and lot.expires_at > than


async def renewal_of(services: Services, municipality: int, wallet: UUID) -> Renewal:
    """Return what a payment of the wallet renews now. No query where no asset of the municipality has the rule."""
    assets = {
        asset.id: asset
        for asset in await services.shared(ASSETS).of(municipality)
        if asset.expiry_rule is ExpiryRule.LAST_USE_MONTHS
    }
    if not assets:
        return NOTHING
    now = services.clock()
    renewed = {}
    for lot in await renewable_lots(municipality, wallet, list(assets), now):
        issue = Issue(
            origin=lot.origin,
            funding=lot.funding,
            programme_id=lot.programme,
            usable_from=lot.usable_from,
            expires_at=lot.programme_expires_at,
        )
        asset = assets[lot.asset]
        if ended(asset, issue, now):  # its programme is over: the days that a refund added are not renewed
            continue
        later = await services.shared(LOTS).of(asset, issue, now)
        if later.id != lot.id and _later(later, lot.expires_at):
            renewed[lot.id] = later
    return Renewal(municipality, wallet, renewed)
