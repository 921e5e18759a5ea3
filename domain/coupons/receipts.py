"""Sections of receipts: the use of coupons, their discounts, and the changes of their stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from domain.coupons.kinds import BorneBy, CouponKind
from domain.ledger.receipt import Receipt, Reference
from domain.programmes.kinds import BASIS_POINTS


@dataclass(frozen=True, slots=True)
class CouponUse:
    """The use of one coupon. `discount` in whole units; `multiplier_bp` of points in hundredths of a percent."""

    coupon: UUID
    kind: CouponKind
    discount: int
    borne_by: BorneBy
    multiplier_bp: int | None

    def to_json(self) -> list[Any]:
        """Write [coupon, kind, discount, who bears it, multiplier]."""
        return [str(self.coupon), int(self.kind), self.discount, int(self.borne_by), self.multiplier_bp]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the use of a line."""
        coupon, kind, discount, borne_by, multiplier_bp = line
        return cls(
            coupon=UUID(coupon),
            kind=CouponKind(kind),
            discount=discount,
            borne_by=BorneBy(borne_by),
            multiplier_bp=multiplier_bp,
        )


@dataclass(frozen=True, slots=True)
class CouponUses:
    """The coupons of a payment or hand-over, in the order in which they were applied.

    person, day: the person and the civil day whose guards were moved.
    """

    uses: tuple[CouponUse, ...]
    person: UUID
    day: date

    @property
    def discount(self) -> int:
        """The discount of all coupons. Whole units."""
        return sum(use.discount for use in self.uses)

    @property
    def multiplier_bp(self) -> int:
        """The factor by which the points of the payment are multiplied: the product of all coupons' factors.

        In hundredths of a percent, rounded down after each coupon.
        """
        multiplier = BASIS_POINTS
        for use in self.uses:
            multiplier = multiplier * (use.multiplier_bp or BASIS_POINTS) // BASIS_POINTS
        return multiplier

    def to_json(self) -> dict[str, Any]:
        """Write `coupons`, and `used` as [person, day]."""
        return {"coupons": [use.to_json() for use in self.uses], "used": [str(self.person), self.day]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `coupons`."""
        if "coupons" not in kept:
            return None
        person, day = kept["used"]
        uses = tuple(CouponUse.from_json(line) for line in kept["coupons"])
        return cls(uses, UUID(person), date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class Discounted:
    """The discount of coupons. Whole units.

    refundable: of a payment, the most that may be refunded in total. None: of a refund, whose `discount` is the share
    that goes back to the coupons.
    """

    discount: int
    refundable: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write `discount`, and `refundable` of a payment."""
        if self.refundable is None:
            return {"discount": self.discount}
        return {"discount": self.discount, "refundable": self.refundable}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `discount`."""
        return cls(kept["discount"], kept.get("refundable")) if "discount" in kept else None


@dataclass(frozen=True, slots=True)
class StockChange:
    """The change of a coupon's used stock by a journal: +1 or -1."""

    coupon: UUID
    change: int

    def to_json(self) -> list[Any]:
        """Write [coupon, change], the shape that the audit reads."""
        return [str(self.coupon), self.change]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the change of a line."""
        coupon, change = line
        return cls(UUID(coupon), change)


@dataclass(frozen=True, slots=True)
class StockChanges:
    """The changes of all coupons of a journal. Empty where coupons were used or given back without moving stock."""

    changes: tuple[StockChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write `stocks`."""
        return {"stocks": [change.to_json() for change in self.changes]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `stocks`."""
        return cls(tuple(StockChange.from_json(line) for line in kept["stocks"])) if "stocks" in kept else None


class ClaimedCoupon(Reference):
    """The coupon that was claimed."""

    __slots__ = ()
    KEY = "coupon"


def discount_of(receipt: Receipt) -> int:
    """Read the discount of a payment, or the coupons' share of a refund. Whole units."""
    discounted = receipt.find(Discounted)
    return 0 if discounted is None else discounted.discount


def refundable(receipt: Receipt) -> int:
    """Read the most that may be refunded of a journal in total. Whole units.

    For a payment with coupons it is the list price less the part paid in cash.
    """
    discounted = receipt.find(Discounted)
    return receipt.amount if discounted is None or discounted.refundable is None else discounted.refundable
