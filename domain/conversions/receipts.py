"""The section of a conversion's receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Portion, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class Received:
    """The value received by a conversion, before any debt was settled from it, and its rate."""

    portion: Portion
    numerator: int
    denominator: int

    def to_json(self) -> dict[str, Any]:
        """Write `received` as portions, and `rate` as [numerator, denominator]."""
        return {"received": to_lines([self.portion]), "rate": [self.numerator, self.denominator]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `received`."""
        if "received" not in kept:
            return None
        [portion] = to_portions(kept["received"])
        numerator, denominator = kept["rate"]
        return cls(portion, numerator, denominator)
