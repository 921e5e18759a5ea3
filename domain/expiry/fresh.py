"""Fresh lots: refunds of value whose lot has ended, by the asset's policy.

The value goes into the ended lot, from which it expires, or into a fresh one.

A fresh lot ends some days after the refund, whatever the asset's rule says, and has the same programme and source.
Value that is exempt because it ends within six months is never extended beyond six months from its own issue: then it
goes into its ended lot. A fresh lot does not keep the day of the first issue, so exempt value gets a fresh lot once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.assets.expiry import after, latest_of_six_months
from domain.assets.kinds import RefundedAfterExpiry
from domain.assets.lots import LOTS, Issue, end_of
from domain.assets.reads import ASSETS, Asset, Lot
from domain.expiry.reads import lots_by_ids
from domain.ledger.reads import Journal
from domain.ledger.receipt import Portion
from domain.ledger.request import effective_on
from domain.services import Services

SOON = timedelta(minutes=1)
"""Lots that end while the refund waits for its locks are prepared too; the plan decides."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The fresh lots by the lots of a payment that have ended or are about to end."""

    lot_of: Mapping[int, Lot] = field(default_factory=dict)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return tuple({lot.id for lot in self.lot_of.values()})

    def instead(self, filled: Iterable[Portion], at: datetime) -> list[tuple[Portion, Lot | None]]:
        """Return the portions that a refund fills at this instant, with fresh lots in place of ended ones.

        A portion of a fresh lot comes with the lot, for its terms.
        """
        credited: list[tuple[Portion, Lot | None]] = []
        for portion in filled:
            fresh = self.lot_of.get(portion.lot)
            if fresh is None or portion.expires_at is None or portion.expires_at > at:
                credited.append((portion, None))
            else:
                credited.append((fresh.portion(portion.amount), fresh))
        return credited


NOTHING = Fresh()


async def fresh_of(services: Services, payment: Journal) -> Fresh:
    """Return the fresh lots for a refund of a payment now.

    No query where no lot of an asset with the policy has ended.
    """
    policy = RefundedAfterExpiry.FRESH_DAYS
    assets = {
        asset.id: asset
        for asset in await services.shared(ASSETS).of(payment.municipality)
        if asset.refunded_after_expiry is policy
    }
    now = services.clock()
    ended = [
        portion.lot
        for portion in payment.receipt.lots
        if portion.asset in assets and portion.expires_at is not None and portion.expires_at <= now + SOON
    ]
    if not ended:
        return NOTHING
    lots = {}
    for lot in await lots_by_ids(payment.municipality, ended):
        asset = assets[lot.asset]
        first = Issue(
            origin=lot.origin,
            funding=lot.funding,
            programme_id=lot.programme,
            usable_from=None,
            expires_at=lot.programme_expires_at,
        )
        is_fresh = lot.expires_at != end_of(asset, first, lot.issued_on)
        end = _end(asset, lot.issued_on, now)
        if end > now + SOON and not (is_fresh and asset.six_month_exempt):
            issue = Issue(
                origin=lot.origin,
                funding=lot.funding,
                programme_id=lot.programme,
                usable_from=None,
                expires_at=end,
                instead_of_rule=True,
            )
            lots[lot.id] = await services.shared(LOTS).of(asset, issue, now)
    return Fresh(lots)


def _end(asset: Asset, issued_on: date, now: datetime) -> datetime:
    end = after(effective_on(now) + timedelta(days=asset.fresh_days or 0))
    return min(end, after(latest_of_six_months(issued_on))) if asset.six_month_exempt else end
