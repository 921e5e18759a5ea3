"""What a conversion adds to its receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Portion, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, before debts took of it, and the rate at which it came."""

    portion: Portion
    numerator: int
    denominator: int

    def to_json(self) -> dict[str, Any]:
        """Received and rate."""
        return {"received": to_lines([self.portion]), "rate": [self.numerator, self.denominator]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `received`."""
        if "received" not in kept:
            return None
        [portion] = to_portions(kept["received"])
        numerator, denominator = kept["rate"]
        return cls(portion, numerator, denominator)
