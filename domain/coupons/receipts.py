"""What coupons add to receipts: their use, what they took off, and how their stock moved."""

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
    """One coupon of a payment or hand-over. Whole units; the multiplier of points in hundredths of a percent."""

    coupon: UUID
    kind: CouponKind
    discount: int
    borne_by: BorneBy
    multiplier_bp: int | None

    def to_json(self) -> list[Any]:
        """Coupon, kind, discount, who bears it, multiplier."""
        return [str(self.coupon), int(self.kind), self.discount, int(self.borne_by), self.multiplier_bp]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The use of a line."""
        coupon, kind, discount, borne_by, multiplier_bp = line
        return cls(UUID(coupon), CouponKind(kind), discount, BorneBy(borne_by), multiplier_bp)


@dataclass(frozen=True, slots=True)
class CouponUses:
    """The coupons of a payment or hand-over, in the order in which they were taken off.

    person, day: whose counters were moved, and those of which day.
    """

    uses: tuple[CouponUse, ...]
    person: UUID
    day: date

    @property
    def discount(self) -> int:
        """All that is taken off. Whole units."""
        return sum(use.discount for use in self.uses)

    @property
    def multiplier_bp(self) -> int:
        """By what the points of the payment are multiplied, in hundredths of a percent.

        Each coupon multiplies what the others did.
        """
        multiplier = BASIS_POINTS
        for use in self.uses:
            multiplier = multiplier * (use.multiplier_bp or BASIS_POINTS) // BASIS_POINTS
        return multiplier

    def to_json(self) -> dict[str, Any]:
        """Coupons and used."""
        return {"coupons": [use.to_json() for use in self.uses], "used": [str(self.person), self.day]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `coupons`."""
        if "coupons" not in kept:
            return None
        person, day = kept["used"]
        uses = tuple(CouponUse.from_json(line) for line in kept["coupons"])
        return cls(uses, UUID(person), date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class Discounted:
    """What coupons took off. Whole units.

    refundable: of a payment, what may be given back of it in all. None: a refund, of which this is the coupons' share.
    """

    discount: int
    refundable: int | None = None

    def to_json(self) -> dict[str, Any]:
        """discount; of a payment also refundable."""
        if self.refundable is None:
            return {"discount": self.discount}
        return {"discount": self.discount, "refundable": self.refundable}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `discount`."""
        return cls(kept["discount"], kept.get("refundable")) if "discount" in kept else None


@dataclass(frozen=True, slots=True)
class StockChange:
    """By how much a journal moved the used stock of a coupon: +1 or -1."""

    coupon: UUID
    change: int

    def to_json(self) -> list[Any]:
        """Coupon, change, as the audit names them."""
        return [str(self.coupon), self.change]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The change of a line."""
        coupon, change = line
        return cls(UUID(coupon), change)


@dataclass(frozen=True, slots=True)
class StockChanges:
    """Of all its coupons. Empty where coupons were used or given back and no stock moved."""

    changes: tuple[StockChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Stocks."""
        return {"stocks": [change.to_json() for change in self.changes]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `stocks`."""
        return cls(tuple(StockChange.from_json(line) for line in kept["stocks"])) if "stocks" in kept else None


class ClaimedCoupon(Reference):
    """The coupon that was claimed."""

    __slots__ = ()
    KEY = "coupon"


def discount_of(receipt: Receipt) -> int:
    """What coupons took off a payment, or their share of a refund. Whole units."""
    discounted = receipt.find(Discounted)
    return 0 if discounted is None else discounted.discount


def refundable(receipt: Receipt) -> int:
    """What may be given back of a journal in all. Whole units.

    Of a payment with coupons it is the list price, without what was paid in cash.
    """
    discounted = receipt.find(Discounted)
    return receipt.amount if discounted is None or discounted.refundable is None else discounted.refundable
