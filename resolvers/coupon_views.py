"""What resolvers of coupons hand to the contract: frozen, plain attributes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.coupons.coupon import Coupon
from domain.coupons.kinds import BorneBy, Obstacle
from domain.redemptions.kinds import ItemKind
from resolvers.views import BalanceAfter, Receipt


@dataclass(frozen=True)
class CouponClaim(Receipt):
    """A claim."""

    claimed_at = Receipt.recorded_at

    @property
    def coupon_key(self) -> tuple[int, UUID]:
        """The coupon that was claimed."""
        return self.journal.municipality, UUID(self.journal.receipt["coupon"])


@dataclass(frozen=True)
class Redemption(Receipt):
    """A hand-over."""

    redeemed_at = Receipt.recorded_at

    @property
    def item(self) -> ItemKind:
        """What was handed over."""
        return ItemKind(self.journal.receipt["item"])

    @property
    def coupon_key(self) -> tuple[int, UUID] | None:
        """The coupon, where it was one."""
        return next(
            ((self.journal.municipality, UUID(line[0])) for line in self.journal.receipt.get("coupons", ())), None
        )


@dataclass(frozen=True)
class RedemptionRollback(Receipt):
    """A hand-over that was undone."""

    rolled_back_at = Receipt.recorded_at


@dataclass(frozen=True, slots=True)
class AppliedCoupon:
    """A coupon in a payment or quote. Whole units."""

    coupon_key: tuple[int, UUID]
    discount: int
    borne_by: BorneBy
    multiplier_bp: int | None


def applied_of(municipality: int, receipt: dict[str, Any]) -> list[AppliedCoupon]:
    """The coupons of a receipt."""
    return [
        AppliedCoupon((municipality, UUID(line[0])), line[2], BorneBy(line[3]), line[4])
        for line in receipt.get("coupons", ())
    ]


def quoted(parts: tuple[tuple[Coupon, int], ...]) -> list[AppliedCoupon]:
    """The coupons of a quote."""
    return [
        AppliedCoupon((coupon.municipality, coupon.id), part, coupon.borne_by, coupon.multiplier_bp)
        for coupon, part in parts
    ]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a coupon cannot be used now."""

    reason: Obstacle


@dataclass(frozen=True, slots=True)
class CouponEdge:
    """A coupon as somebody sees it now."""

    node: Coupon
    cursor: str
    distance_metres: int | None
    claim_count: int
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class CouponPage:
    """Whether there is more."""

    has_next_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class CouponConnection:
    """A page of coupons."""

    edges: list[CouponEdge]
    page_info: CouponPage


@dataclass(frozen=True, slots=True)
class CreateCouponSuccess:
    """A new coupon."""

    coupon: Coupon
    replayed: bool


@dataclass(frozen=True, slots=True)
class ChangeCouponSuccess:
    """A changed coupon."""

    coupon: Coupon


@dataclass(frozen=True, slots=True)
class ClaimCouponSuccess:
    """A settled claim."""

    claim: CouponClaim
    replayed: bool


@dataclass(frozen=True, slots=True)
class RedeemSuccess:
    """A settled hand-over."""

    redemption: Redemption
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class RollbackRedemptionSuccess:
    """A hand-over that was undone."""

    rollback: RedemptionRollback
    balances: list[BalanceAfter]
    replayed: bool
