"""Events of conversions."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.conversions.types import Conversion
from schema.core.context import MeguruInfo
from schema.events.types import Event, event_of_kind


@event_of_kind(JournalKind.CONVERSION)
@strawberry.type(description="Value was converted into other value.")
class ValueConverted(Event):
    """Value was converted."""

    @strawberry.field(description="The receipt of both sides.")
    async def conversion(self, info: MeguruInfo) -> Conversion:
        return await self.receipt(info, Conversion)
