"""Refusals of coupons.

StoredRefusal        CouponUsedUp
UnstoredRefusal      UnknownCoupon, CouponNotUsable
"""

from dataclasses import dataclass
from typing import Any

from domain.coupons.kinds import Obstacle
from domain.refusals import Advice, Refusal, Retry, StoredRefusal, UnstoredRefusal


class ObstacleRefusal(Refusal):
    """A refusal with an obstacle. Journals and messages have its value, clients its name, as `reason`."""

    obstacle: str

    def public_data(self) -> dict[str, Any]:
        """Return the data, and the name of the obstacle as `reason`."""
        return {**self.data(), "reason": Obstacle(self.obstacle).name}


@dataclass(eq=False)
class CouponUsedUpError(ObstacleRefusal, StoredRefusal):
    """The stock, the budget, or a limit per person or day is used up.

    `couponId`: the coupon; `reason`: which of them, a value of `Obstacle`.
    """

    coupon_id: str
    obstacle: str
    code = "COUPON_USED_UP"


@dataclass(eq=False)
class UnknownCouponError(UnstoredRefusal):
    """The municipality has no such coupon."""

    code = "UNKNOWN_COUPON"
    retry = Retry.NEVER


@dataclass(eq=False)
class CouponNotUsableError(ObstacleRefusal, UnstoredRefusal):
    """The coupon cannot be used here, now, by this person or in this way.

    `couponId`: the coupon; `reason`: a value of `Obstacle`.
    """

    coupon_id: str
    obstacle: str
    code = "COUPON_NOT_USABLE"
    advice = Advice.CHANGE_AND_USE_NEW_KEY
