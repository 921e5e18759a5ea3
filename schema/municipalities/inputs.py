"""Inputs of a municipality's own settings."""

import strawberry

from schema.municipalities.types import MUNICIPALITY


@strawberry.input(description="How long the counters of a municipality may cancel their own charges.")
class SetChargeCancellationInput:
    """How long counters may cancel."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    minutes: int = strawberry.field(description="Minutes after the charge, 0 to 1,440, within the same day; 0: never.")
