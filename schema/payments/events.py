"""Events of payments, refunds and holds."""

from typing import Annotated

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.events.types import Event, ResyncRequired, event_of_kind
from schema.payments.types import Payment, Refund


@event_of_kind(JournalKind.PAYMENT, JournalKind.CAPTURE)
@strawberry.type(description="A payment was settled.")
class PaymentSettled(Event):
    """A payment was settled."""

    @strawberry.field(description="The payment.")
    async def payment(self, info: MeguruInfo) -> Payment:
        return await self.receipt(info, Payment)


@event_of_kind(JournalKind.REFUND)
@strawberry.type(description="A payment was given back, in part or whole.")
class PaymentRefunded(Event):
    """A payment was given back."""

    @strawberry.field(description="The refund.")
    async def refund(self, info: MeguruInfo) -> Refund:
        return await self.receipt(info, Refund)


@event_of_kind(JournalKind.HOLD)
@strawberry.type(description="Value was set aside for a store.")
class HoldPlaced(Event):
    """Value was set aside."""


@event_of_kind(JournalKind.VOID, JournalKind.LAPSE)
@strawberry.type(description="What was set aside is free again: voided, or its time is over.")
class HoldReleased(Event):
    """What was set aside is free again."""


PaymentSettledItem = Annotated[
    PaymentSettled | ResyncRequired,
    strawberry.union("PaymentSettledItem", description="A payment, or the end of the stream."),
]
