"""Enums of the domain as enums of the contract, each value with its description."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import strawberry


def contract_enum(
    kind: type[Enum], description: str, *, name: str | None = None, hidden: Iterable[str] = (), **values: str
) -> None:
    """Declares a domain enum as an enum of the contract.

    values: the description of each value, in the order of the contract. hidden: values that no client meets.
    TypeError for a value that is neither described nor hidden.
    """
    if {*values, *hidden} != set(kind.__members__):
        message = f"{kind.__name__}: describe or hide {sorted({*values, *hidden} ^ set(kind.__members__))}"
        raise TypeError(message)
    strawberry.enum(kind, name=name, description=description)
    definition: Any = kind.__strawberry_definition__  # type: ignore[attr-defined] # Strawberry's mark on the class
    members = {member.name: member for member in definition.values}
    definition.values = [members[member] for member in values]
    for member, text in values.items():
        members[member].description = text
