"""Sections of receipts about renewals and reminders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class RenewedPortion:
    """Value that a payment moved out of one lot into a later one of the same asset. Whole units."""

    asset: int
    old_lot: int
    new_lot: int
    amount: int

    def to_json(self) -> list[Any]:
        """Write the line: asset, old lot, new lot, amount."""
        return [self.asset, self.old_lot, self.new_lot, self.amount]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the portion of a line."""
        asset, old_lot, new_lot, amount = line
        return cls(asset, old_lot, new_lot, amount)


@dataclass(frozen=True, slots=True)
class Renewed:
    """The renewals of a payment."""

    portions: tuple[RenewedPortion, ...]

    def to_json(self) -> dict[str, Any]:
        """Write `renewed`."""
        return {"renewed": [portion.to_json() for portion in self.portions]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `renewed`."""
        return cls(tuple(RenewedPortion.from_json(line) for line in kept["renewed"])) if "renewed" in kept else None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of value that ends: its asset and its last day.

    step: days before the last day for which the reminder is sent: 30, 7 or 1. days_left: days that were really left.
    """

    asset: int
    expires_on: date
    step: int
    days_left: int

    def to_json(self) -> dict[str, Any]:
        """Write all fields by name."""
        return {"asset": self.asset, "expires_on": self.expires_on, "step": self.step, "days_left": self.days_left}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `days_left`."""
        if "days_left" not in kept:
            return None
        return cls(kept["asset"], date.fromisoformat(kept["expires_on"]), kept["step"], kept["days_left"])
