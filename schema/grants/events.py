"""Events of grants."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.events.types import Event, event_of_kind
from schema.grants.types import Grant


@event_of_kind(JournalKind.GRANT)
@strawberry.type(description="A programme gave value.")
class ValueGranted(Event):
    """A programme gave value."""

    @strawberry.field(description="The grant.")
    async def grant(self, info: MeguruInfo) -> Grant:
        return await self.receipt(info, Grant)
