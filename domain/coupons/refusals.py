"""Refusals of coupons.

StoredRefusal        CouponUsedUp
UnstoredRefusal      UnknownCoupon, CouponNotUsable
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class CouponUsedUpError(StoredRefusal):
    """The stock, the budget, or a limit per person or day is used up. `couponId`: the coupon; `reason`: which."""

    coupon_id: str
    obstacle: str
    code = "COUPON_USED_UP"


@dataclass(eq=False)
class UnknownCouponError(UnstoredRefusal):
    """The municipality has no such coupon."""

    code = "UNKNOWN_COUPON"
    retry = Retry.NEVER


@dataclass(eq=False)
class CouponNotUsableError(UnstoredRefusal):
    """The coupon cannot be used here, now, by this person or in this way. `couponId`: the coupon; `reason`: why."""

    coupon_id: str
    obstacle: str
    code = "COUPON_NOT_USABLE"
