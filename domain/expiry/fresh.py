"""What a refund does with value whose lot has ended, by the asset's policy.

Into the ended lot, from which it expires, or into a fresh one.

A fresh lot ends some days after the refund, whatever the asset's rule says, and is of the same programme and source.
Value that is exempt
because it ends within six months never gets past the six months of its own issue: then it goes into its ended lot. A
fresh lot does
not tell when its value was issued first, so exempt value is made fresh once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from domain.assets.expiry import after, latest_of_six_months
from domain.assets.kinds import RefundedAfterExpiry
from domain.assets.lots import LOTS, Issue, end_of
from domain.assets.reads import ASSETS, Asset, Lot
from domain.database import rows
from domain.ledger.kinds import Funding, LotOrigin
from domain.ledger.reads import Journal
from domain.ledger.request import effective_on
from domain.services import Services

SOON = timedelta(minutes=1)
"""A lot that ends while the refund waits for its locks is looked at too; the plan decides."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """For each lot of a payment that has ended, or is about to, the lot that its refund falls into."""

    lot_of: Mapping[int, Lot] = field(default_factory=dict)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return tuple({lot.id for lot in self.lot_of.values()})

    def instead(self, filled: list[list[Any]], at: datetime) -> list[tuple[list[Any], Lot | None]]:
        """The lots that a refund fills at this instant.

        Those that have ended give way to fresh ones, which come with their terms.
        """
        found: list[tuple[list[Any], Lot | None]] = []
        for asset, lot, part, expires_at in filled:
            fresh = self.lot_of.get(lot)
            if fresh is None or fresh.expires_at is None or datetime.fromisoformat(expires_at) > at:
                found.append(([asset, lot, part, expires_at], None))
            else:
                found.append(([asset, fresh.id, part, fresh.expires_at.isoformat()], fresh))
        return found


NOTHING = Fresh()


async def fresh_of(services: Services, payment: Journal) -> Fresh:
    """The fresh lots for a refund of a payment now.

    No question to the database where nothing ended of an asset with the policy.
    """
    policy = RefundedAfterExpiry.FRESH_DAYS
    assets = {
        asset.id: asset
        for asset in await services.shared(ASSETS).of(payment.municipality)
        if asset.refunded_after_expiry is policy
    }
    now = services.clock()
    ended = [
        lot
        for asset, lot, _, expires_at in payment.receipt["lots"]
        if asset in assets and expires_at is not None and datetime.fromisoformat(expires_at) <= now + SOON
    ]
    if not ended:
        return NOTHING
    found = await rows(
        """select l.id, l.asset_id, l.origin, l.funding, l.programme_id, l.issued_on, l.expires_at,
          p.expires_at as ends_with_programme from lot l
          left join programme p on p.municipality_id = l.municipality_id and p.id = l.programme_id
          where l.municipality_id = $1 and l.id = any ($2::bigint[])""",
        payment.municipality,
        ended,
    )
    lots = {}
    for row in found:
        asset = assets[row["asset_id"]]
        first = Issue(
            LotOrigin(row["origin"]), Funding(row["funding"]), row["programme_id"], None, row["ends_with_programme"]
        )
        is_fresh = row["expires_at"] != end_of(asset, first, row["issued_on"])
        end = _end(asset, row["issued_on"], now)
        if end > now + SOON and not (is_fresh and asset.six_month_exempt):
            how = Issue(
                LotOrigin(row["origin"]), Funding(row["funding"]), row["programme_id"], None, end, instead_of_rule=True
            )
            lots[row["id"]] = await services.shared(LOTS).of(asset, how, now)
    return Fresh(lots)


def _end(asset: Asset, issued_on: date, now: datetime) -> datetime:
    end = after(effective_on(now) + timedelta(days=asset.fresh_days or 0))
    return min(end, after(latest_of_six_months(issued_on))) if asset.six_month_exempt else end
