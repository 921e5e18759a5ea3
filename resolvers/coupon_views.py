"""What resolvers of coupons hand to the contract: frozen, plain attributes."""

from dataclasses import dataclass
from uuid import UUID

from domain.coupons.coupon import Coupon
from domain.coupons.kinds import BorneBy, Obstacle
from domain.coupons.receipts import ClaimedCoupon, CouponUses
from domain.ledger.receipt import Receipt as KeptReceipt
from domain.redemptions.kinds import ItemKind
from domain.redemptions.receipts import HandedOver
from resolvers.views import BalanceAfter, Receipt


@dataclass(frozen=True)
class CouponClaim(Receipt):
    """A claim."""

    claimed_at = Receipt.recorded_at

    @property
    def coupon_key(self) -> tuple[int, UUID]:
        """The coupon that was claimed."""
        return self.journal.municipality, self.journal.receipt.section(ClaimedCoupon).id


@dataclass(frozen=True)
class Redemption(Receipt):
    """A hand-over."""

    redeemed_at = Receipt.recorded_at

    @property
    def item(self) -> ItemKind:
        """What was handed over."""
        return self.journal.receipt.section(HandedOver).item

    @property
    def coupon_key(self) -> tuple[int, UUID] | None:
        """The coupon, where it was one."""
        return next((one.coupon_key for one in applied_of(self.journal.municipality, self.journal.receipt)), None)


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


def applied_of(municipality: int, receipt: KeptReceipt) -> list[AppliedCoupon]:
    """The coupons of a receipt."""
    used = receipt.find(CouponUses)
    return [
        AppliedCoupon((municipality, use.coupon), use.discount, use.borne_by, use.multiplier_bp)
        for use in (() if used is None else used.uses)
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
