"""Fields of inputs that hold secrets, such as PINs and tokens."""

import dataclasses
from typing import Any

import strawberry


def secret_field(*, description: str, default: object = dataclasses.MISSING) -> Any:  # noqa: ANN401 - a Strawberry field
    """Declare an input field whose value `repr` leaves out, so that no log or traceback shows it."""
    field: Any = strawberry.field(description=description, default=default)
    field.repr = False
    return field
