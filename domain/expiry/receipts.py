"""What renewal and reminders add to receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class RenewedPortion:
    """What a payment moved out of one lot into a later one of the same asset. Whole units."""

    asset: int
    old_lot: int
    new_lot: int
    amount: int

    def to_json(self) -> list[Any]:
        """Asset, old lot, new lot, amount."""
        return [self.asset, self.old_lot, self.new_lot, self.amount]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The portion of a line."""
        asset, old_lot, new_lot, amount = line
        return cls(asset, old_lot, new_lot, amount)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a payment renewed."""

    portions: tuple[RenewedPortion, ...]

    def to_json(self) -> dict[str, Any]:
        """Renewed."""
        return {"renewed": [portion.to_json() for portion in self.portions]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `renewed`."""
        return cls(tuple(RenewedPortion.from_json(line) for line in kept["renewed"])) if "renewed" in kept else None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a wallet was told of value that ends: its asset, its last day, and how many days before that day.

    step: the days for which the reminder is made, of 30, 7 and 1. days_left: the days that were left when it was told.
    """

    asset: int
    expires_on: date
    step: int
    days_left: int

    def to_json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"asset": self.asset, "expires_on": self.expires_on, "step": self.step, "days_left": self.days_left}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `days_left`."""
        if "days_left" not in kept:
            return None
        return cls(kept["asset"], date.fromisoformat(kept["expires_on"]), kept["step"], kept["days_left"])
