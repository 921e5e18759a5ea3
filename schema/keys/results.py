"""What closing an idempotency key answers."""

import strawberry

from schema.core.refusals import Payload
from schema.keys.types import Outcome


@strawberry.type(description="What `abandon` answers.")
class AbandonPayload(Payload):
    """A closed key: abandoned now or before, or closed earlier by what it did."""

    outcome: Outcome | None = strawberry.field(
        default=None, description="ABANDONED: nothing will happen. SETTLED or REFUSED: what had happened already."
    )
