"""Renewal by last use: a payment moves what is left of such value into a lot that ends later.

In the payment's own journal.

Lots never change, and are one a day, so value is renewed at most once a day; what was issued or renewed today moves no
more. Who gave
the value, and until when its programme lets it be spent, go with it. What is held stays where it is until it is free.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.assets.kinds import ExpiryRule
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import ASSETS, Lot
from domain.database import rows
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Funding, LotOrigin
from domain.ledger.request import Draft
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Renewal:
    """For each lot of the wallet that a payment renews, the lot of today."""

    lot_of: Mapping[int, Lot] = field(default_factory=dict)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return tuple({lot.id for lot in self.lot_of.values()})

    def add(self, book: Book, draft: Draft, municipality: int, wallet: UUID, at: datetime) -> None:
        """Adds to a payment's draft what is left of renewed lots.

        Nothing else of the draft changes, and no balance does.
        """
        if not self.lot_of:
            return
        used: dict[int, int] = {}
        for account, part in [*((source, part) for source, _, part in draft.moves), *draft.held]:
            used[account.id] = used.get(account.id, 0) + part
        renewed = []
        for account in book.wallet_lots(municipality, wallet):
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
            target = book.account(municipality, AccountKey(AccountKind.WALLET, wallet, account.asset, lot.id), lot)
            draft.moves.append((account, target, left))
            renewed.append([account.asset, account.lot, lot.id, left])
        if renewed:
            draft.receipt["renewed"] = renewed


NOTHING = Renewal()


def _later(lot: Lot, than: datetime) -> bool:
    return lot.expires_at is not None and lot.expires_at > than


async def renewal_of(services: Services, municipality: int, wallet: UUID) -> Renewal:
    """What a payment of the wallet renews now. No question to the database where no asset of the town has the rule."""
    assets = {
        asset.id: asset
        for asset in await services.shared(ASSETS).of(municipality)
        if asset.expiry_rule is ExpiryRule.LAST_USE_MONTHS
    }
    if not assets:
        return NOTHING
    found = await rows(
        """select l.id, l.asset_id, l.origin, l.funding, l.programme_id, l.usable_from, l.expires_at,
          p.expires_at as ends_with_programme
          from account a join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id
          left join programme p on p.municipality_id = l.municipality_id and p.id = l.programme_id
          where a.municipality_id = $1 and a.holder_id = $2 and a.kind = 1 and a.posted <> 0
            and a.asset_id = any ($3::integer[])
            and l.expires_at > $4""",
        municipality,
        wallet,
        list(assets),
        now := services.clock(),
    )
    renewed = {}
    for row in found:
        how = Issue(
            LotOrigin(row["origin"]),
            Funding(row["funding"]),
            row["programme_id"],
            row["usable_from"],
            row["ends_with_programme"],
        )
        asset = assets[row["asset_id"]]
        if ended(asset, how, now):  # its programme is over, and a refund gave it some more days: they are not renewed
            continue
        lot = await services.shared(LOTS).of(asset, how, now)
        if lot.id != row["id"] and _later(lot, row["expires_at"]):
            renewed[row["id"]] = lot
    return Renewal(renewed)
