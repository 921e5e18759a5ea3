"""Inputs of the life of value after it was issued. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.enums import CancelReason
from schema.ids import ID
from schema.inputs import KEY, UNTIL
from schema.value_inputs import TOWN


@strawberry.input(description="The counter that took the cash cancels a top-up: what is unspent of it.")
class CancelChargeInput:
    """A cancellation."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    charge_id: ID = strawberry.field(description="The top-up, by its own id.")
    reason: CancelReason = strawberry.field(description="Why.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="How long the counters of a town may cancel their own top-ups.")
class SetChargeCancellationInput:
    """How long counters may cancel."""

    municipality: str = strawberry.field(description=TOWN)
    minutes: int = strawberry.field(description="Minutes after the top-up, 0 to 1,440, within the same day; 0: never.")
