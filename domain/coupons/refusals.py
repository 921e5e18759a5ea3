"""Refusals of coupons.

StoredRefusal        CouponUsedUp
UnstoredRefusal      UnknownCoupon, CouponNotUsable
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class CouponUsedUpError(StoredRefusal):
    """The stock, a limit or the budget says no. `coupon_id`: its public id; `obstacle`: an Obstacle."""

    coupon_id: str
    obstacle: str
    code = "COUPON_USED_UP"


@dataclass(eq=False)
class UnknownCouponError(UnstoredRefusal):
    """No such coupon in the town."""

    code = "UNKNOWN_COUPON"
    retry = Retry.NEVER


@dataclass(eq=False)
class CouponNotUsableError(UnstoredRefusal):
    """Not now, not here, not for this person, or not so. `coupon_id`: its public id; `obstacle`: an Obstacle."""

    coupon_id: str
    obstacle: str
    code = "COUPON_NOT_USABLE"
