"""What points add to receipts: what a payment earned, and what a refund took back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.ledger.receipt import instant
from domain.points.rules import MULTIPLIER_ONE


@dataclass(frozen=True, slots=True)
class RulePoints:
    """What one earning rule gave, and why so much. Whole units."""

    rule: UUID
    points: int
    reason: str

    def to_json(self) -> list[Any]:
        """Rule, points, reason."""
        return [str(self.rule), self.points, self.reason]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The points of a line."""
        rule, points, reason = line
        return cls(UUID(rule), points, reason)


@dataclass(frozen=True, slots=True)
class EarnedPoints:
    """What one programme gave on a payment, and the lot that it filled. Whole units."""

    programme: UUID
    asset: int
    lot: int
    points: int
    expires_at: datetime | None
    usable_from: datetime | None
    rules: tuple[RulePoints, ...]

    def to_json(self) -> dict[str, Any]:
        """programme, asset, lot, points, expires, usable, rules."""
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
        """The points of a row."""
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
    """What a payment earned. The multiplier of its coupons is in hundredths of a percent."""

    programmes: tuple[EarnedPoints, ...]
    multiplier_bp: int = MULTIPLIER_ONE

    def to_json(self) -> dict[str, Any]:
        """earned, and multiplier where it is not one."""
        written: dict[str, Any] = {}
        if self.programmes:
            written["earned"] = [points.to_json() for points in self.programmes]
        if self.multiplier_bp != MULTIPLIER_ONE:
            written["multiplier"] = self.multiplier_bp
        return written

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `earned` or `multiplier`."""
        if "earned" not in kept and "multiplier" not in kept:
            return None
        programmes = tuple(EarnedPoints.from_json(row) for row in kept.get("earned", ()))
        return cls(programmes, kept.get("multiplier", MULTIPLIER_ONE))


@dataclass(frozen=True, slots=True)
class ClawedPoints:
    """What a refund took back of one programme's points. Whole units.

    points: out of lots. deducted: kept from the refund instead. debt: owed from now on. waived: let go.
    """

    programme: UUID
    asset: int
    points: int
    deducted: int
    debt: int
    waived: int

    def to_json(self) -> dict[str, Any]:
        """All of it by name."""
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
        """The points of a row."""
        return cls(**{**row, "programme": UUID(row["programme"])})


@dataclass(frozen=True, slots=True)
class ClawedBack:
    """What a refund took back, programme by programme."""

    programmes: tuple[ClawedPoints, ...]

    def to_json(self) -> dict[str, Any]:
        """Clawed."""
        return {"clawed": [points.to_json() for points in self.programmes]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `clawed`."""
        return cls(tuple(ClawedPoints.from_json(row) for row in kept["clawed"])) if "clawed" in kept else None
