"""Events of corrections."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.corrections.types import Reversal
from schema.events.types import Event, event_of_kind


@event_of_kind(JournalKind.REVERSAL)
@strawberry.type(description="The municipality reversed a journal.")
class JournalReversed(Event):
    """A journal was reversed."""

    @strawberry.field(description="The reversal.")
    async def reversal(self, info: MeguruInfo) -> Reversal:
        return await self.receipt(info, Reversal)
