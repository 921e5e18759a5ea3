"""The receipt sections of programmes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Reference


class OfProgramme(Reference):
    """The programme that gave value, or whose budget was changed."""

    __slots__ = ()
    KEY = "programme"


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """The change of a budget; below zero if value was taken back. Whole units."""

    change: int

    def to_json(self) -> dict[str, Any]:
        """Return the section as `{"change": ...}`."""
        return {"change": self.change}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section from a receipt; None without `change`."""
        return cls(kept["change"]) if "change" in kept else None
