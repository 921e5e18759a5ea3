"""Sections of receipts: the points that a payment earned, and those that a refund clawed back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.ledger.receipt import instant
from domain.points.rules import MULTIPLIER_ONE


@dataclass(frozen=True, slots=True)
class RulePoints:
    """The points of one earning rule, and the reason for their number. Whole units."""

    rule: UUID
    points: int
    reason: str

    def to_json(self) -> list[Any]:
        """Write [rule, points, reason]."""
        return [str(self.rule), self.points, self.reason]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the points of a line."""
        rule, points, reason = line
        return cls(UUID(rule), points, reason)


@dataclass(frozen=True, slots=True)
class EarnedPoints:
    """The points of one programme on a payment, and the lot they went to. Whole units."""

    programme: UUID
    asset: int
    lot: int
    points: int
    expires_at: datetime | None
    usable_from: datetime | None
    rules: tuple[RulePoints, ...]

    def to_json(self) -> dict[str, Any]:
        """Write the fields by name: programme, asset, lot, points, expires, usable, rules."""
        return {
            "programme": str(self.programme),
            "asset": self.asset,
            "lot": self.lot,
            "points": self.points,
            "expires": self.expires_at,
            "usable": self.usable_from,
            "rules": [rule.to_json() for rule in self.rules],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read the points of a row."""
        return cls(
            programme=UUID(row["programme"]),
            asset=row["asset"],
            lot=row["lot"],
            points=row["points"],
            expires_at=instant(row["expires"]),
            usable_from=instant(row["usable"]),
            rules=tuple(RulePoints.from_json(line) for line in row["rules"]),
        )


@dataclass(frozen=True, slots=True)
class Earnings:
    """The points that a payment earned. `multiplier_bp`: the factor of its coupons, in hundredths of a percent."""

    programmes: tuple[EarnedPoints, ...]
    multiplier_bp: int = MULTIPLIER_ONE

    def to_json(self) -> dict[str, Any]:
        """Write `earned` where there are points, and `multiplier` where it is not one."""
        written: dict[str, Any] = {}
        if self.programmes:
            written["earned"] = [points.to_json() for points in self.programmes]
        if self.multiplier_bp != MULTIPLIER_ONE:
            written["multiplier"] = self.multiplier_bp
        return written

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `earned` and `multiplier`."""
        if "earned" not in kept and "multiplier" not in kept:
            return None
        programmes = tuple(EarnedPoints.from_json(row) for row in kept.get("earned", ()))
        return cls(programmes, kept.get("multiplier", MULTIPLIER_ONE))


@dataclass(frozen=True, slots=True)
class ClawedPoints:
    """The points of one programme that a refund clawed back. Whole units.

    points: taken from lots. deducted: kept from the refund instead. debt: owed from now on. waived: not collected.
    """

    programme: UUID
    asset: int
    points: int
    deducted: int
    debt: int
    waived: int

    def to_json(self) -> dict[str, Any]:
        """Write the fields by name."""
        return {
            "programme": str(self.programme),
            "asset": self.asset,
            "points": self.points,
            "deducted": self.deducted,
            "debt": self.debt,
            "waived": self.waived,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read the points of a row."""
        return cls(**{**row, "programme": UUID(row["programme"])})


@dataclass(frozen=True, slots=True)
class ClawedBack:
    """The points that a refund clawed back, by programme."""

    programmes: tuple[ClawedPoints, ...]

    def to_json(self) -> dict[str, Any]:
        """Write `clawed`."""
        return {"clawed": [points.to_json() for points in self.programmes]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `clawed`."""
        return cls(tuple(ClawedPoints.from_json(row) for row in kept["clawed"])) if "clawed" in kept else None
