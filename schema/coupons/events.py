"""Events of coupons."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.coupons.types import CouponClaim
from schema.events.types import Event, event_of_kind


@event_of_kind(JournalKind.COUPON_CLAIM)
@strawberry.type(description="A coupon was claimed for the wallet's person.")
class CouponClaimed(Event):
    """A coupon was claimed."""

    @strawberry.field(description="The receipt of the claim.")
    async def claim(self, info: MeguruInfo) -> CouponClaim:
        return await self.receipt(info, CouponClaim)
