"""Kinds of coupons, and the obstacles to their use. Append only: a number never changes its meaning."""

from enum import IntEnum, StrEnum


class CouponKind(IntEnum):
    """What a coupon does. Of several in one payment, the lower number is applied first."""

    PERCENT = 1
    FIXED_AMOUNT = 2
    FREE_ITEM = 3
    POINTS_MULTIPLIER = 4


DISCOUNTS = frozenset({CouponKind.PERCENT, CouponKind.FIXED_AMOUNT})
"""Kinds that lower what the wallet pays."""


class BorneBy(IntEnum):
    """Who bears the cost of a coupon."""

    TOWN = 1
    STORE = 2


class Stacking(IntEnum):
    """Whether other coupons may be used in the same payment."""

    ALONE = 1
    WITH_OTHERS = 2


class Obstacle(StrEnum):
    """Why a coupon, voucher or ticket cannot be used now. Its message is PROBLEM_<value> in the catalogue."""

    NOT_STARTED = "COUPON_NOT_STARTED"
    ENDED = "COUPON_ENDED"
    STOPPED = "COUPON_STOPPED"
    OTHER_DAY = "COUPON_OTHER_DAY"
    OTHER_HOUR = "COUPON_OTHER_HOUR"
    OTHER_SHOP = "COUPON_OTHER_SHOP"
    UNVERIFIED = "COUPON_UNVERIFIED"
    RESIDENCY = "COUPON_RESIDENCY"
    AGE = "COUPON_AGE"
    NOT_CLAIMED = "COUPON_NOT_CLAIMED"
    CLAIMED_ALREADY = "COUPON_CLAIMED_ALREADY"
    STOCK_GONE = "COUPON_STOCK_GONE"
    PERSON_LIMIT = "COUPON_PERSON_LIMIT"
    DAY_LIMIT = "COUPON_DAY_LIMIT"
    BUDGET_SPENT = "COUPON_BUDGET_SPENT"
    MINIMUM_SPEND = "COUPON_MINIMUM_SPEND"
    NO_DISCOUNT = "COUPON_NO_DISCOUNT"
    NO_POINTS = "COUPON_NO_POINTS"
    NOT_STACKABLE = "COUPON_NOT_STACKABLE"
    NOT_FOR_PAYMENT = "COUPON_NOT_FOR_PAYMENT"
    NOT_FOR_HAND_OVER = "COUPON_NOT_FOR_HAND_OVER"
    SET_ASIDE = "COUPON_SET_ASIDE"
    NOT_FOR_PERSON = "COUPON_NOT_FOR_PERSON"


OF_PERSON = frozenset(
    {
        Obstacle.UNVERIFIED,
        Obstacle.RESIDENCY,
        Obstacle.AGE,
        Obstacle.NOT_CLAIMED,
        Obstacle.CLAIMED_ALREADY,
        Obstacle.PERSON_LIMIT,
        Obstacle.DAY_LIMIT,
    }
)
"""Obstacles that say something of the person. A store's staff are told NOT_FOR_PERSON instead."""
USED_UP = frozenset(
    {Obstacle.STOCK_GONE, Obstacle.PERSON_LIMIT, Obstacle.DAY_LIMIT, Obstacle.BUDGET_SPENT, Obstacle.CLAIMED_ALREADY}
)
"""Obstacles decided by guards and budgets under the locks: final for a key."""
