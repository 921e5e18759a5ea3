"""Inputs of a municipality's own settings."""

from datetime import datetime

import strawberry

from schema.municipalities.types import MUNICIPALITY


@strawberry.input(description="How long the counters of a municipality may cancel their own charges.")
class SetChargeCancellationInput:
    """How long counters may cancel."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    minutes: int = strawberry.field(description="Minutes after the charge, 0 to 1,440, within the same day; 0: never.")
    effective_at: datetime | None = strawberry.field(
        default=None,
        description=(
            "Time from which it is in force, in UTC; not before another officer's approval. Absent: at once where one"
            " officer may change it, else from the approval on."
        ),
    )
