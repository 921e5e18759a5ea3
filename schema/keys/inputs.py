"""Inputs of idempotency keys, and the two fields that every mutation of value has."""

from uuid import UUID

import strawberry

from schema.keys.enums import Operation

KEY = "Made and stored by the client before sending; the same key answers the same for ever. UUID."
UNTIL = "Time after which the request is refused, in UTC; no limit when absent."


@strawberry.input(
    description="Closes a key that the viewer sent, or means to send, and does not want to happen any more."
)
class AbandonInput:
    """Closes a key."""

    operation: Operation = strawberry.field(description="The mutation that the key was made for.")
    idempotency_key: UUID = strawberry.field(description="The key to be closed.")
