"""Events of charges."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.charging.types import Charge, ChargeCancellation
from schema.core.context import MeguruInfo
from schema.events.types import Event, event_of_kind


@event_of_kind(JournalKind.CHARGE)
@strawberry.type(description="A wallet was charged.")
class ChargeSettled(Event):
    """A wallet was charged."""

    @strawberry.field(description="The charge.")
    async def charge(self, info: MeguruInfo) -> Charge:
        return await self.receipt(info, Charge)


@event_of_kind(JournalKind.CHARGE_CANCEL)
@strawberry.type(description="The counter cancelled a charge.")
class ChargeCancelled(Event):
    """The counter cancelled a charge."""

    @strawberry.field(description="The receipt of what was taken back.")
    async def cancellation(self, info: MeguruInfo) -> ChargeCancellation:
        return await self.receipt(info, ChargeCancellation)
