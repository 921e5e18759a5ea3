"""What programmes add to receipts."""

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
    """By how much a budget changed; below zero: taken back. Whole units."""

    change: int

    def to_json(self) -> dict[str, Any]:
        """Change."""
        return {"change": self.change}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `change`."""
        return cls(kept["change"]) if "change" in kept else None
