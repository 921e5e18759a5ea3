"""Events of redemptions."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.events.types import Event, event_of_kind
from schema.redemptions.types import Redemption, RedemptionRollback


@event_of_kind(JournalKind.REDEMPTION)
@strawberry.type(description="A coupon, voucher or ticket was redeemed: an event of both the wallet and the store.")
class ItemRedeemed(Event):
    """A coupon, voucher or ticket was redeemed."""

    @strawberry.field(description="The redemption.")
    async def redemption(self, info: MeguruInfo) -> Redemption:
        return await self.receipt(info, Redemption)


@event_of_kind(JournalKind.REDEMPTION_ROLLBACK)
@strawberry.type(description="Staff rolled back a redemption: an event of both the wallet and the store.")
class RedemptionRolledBack(Event):
    """A redemption was rolled back."""

    @strawberry.field(description="The rollback.")
    async def rollback(self, info: MeguruInfo) -> RedemptionRollback:
        return await self.receipt(info, RedemptionRollback)
