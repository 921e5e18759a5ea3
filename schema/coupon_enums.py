"""Enums of coupons. Values equal the domain's."""

from enum import Enum

import strawberry

from domain.coupons.kinds import BorneBy as DomainBorneBy
from domain.coupons.kinds import CouponKind as DomainCouponKind
from domain.coupons.kinds import Obstacle as DomainObstacle
from domain.coupons.kinds import Stacking as DomainStacking
from domain.coupons.listing import Order
from domain.redemptions.kinds import ItemKind as DomainItemKind
from domain.redemptions.kinds import RollbackReason as DomainRollbackReason

value = strawberry.enum_value


@strawberry.enum(description="What a coupon does.")
class CouponKind(Enum):
    """What a coupon does."""

    PERCENT = value(DomainCouponKind.PERCENT.value, description="Takes a percentage off a payment. 割引率")
    FIXED_AMOUNT = value(DomainCouponKind.FIXED_AMOUNT.value, description="Takes an amount off a payment. 値引き")
    FREE_ITEM = value(DomainCouponKind.FREE_ITEM.value, description="Is handed over for an item by `redeem`. 引換")
    POINTS_MULTIPLIER = value(
        DomainCouponKind.POINTS_MULTIPLIER.value,
        description="Multiplies the shopping points of a payment. ポイント倍付け",
    )


@strawberry.enum(description="Who gives what the wallet does not pay.")
class BorneBy(Enum):
    """Who bears it."""

    TOWN = value(
        DomainBorneBy.TOWN.value,
        description="The town, out of the coupon's budget: the shop gets the full price. 自治体負担",
    )
    STORE = value(DomainBorneBy.STORE.value, description="The shop: it gets what the wallet pays. 店舗負担")


@strawberry.enum(description="Whether other coupons may be used in the same payment.")
class CouponStacking(Enum):
    """Whether other coupons may be used with it."""

    ALONE = value(DomainStacking.ALONE.value, description="No other coupon. 併用不可")
    WITH_OTHERS = value(DomainStacking.WITH_OTHERS.value, description="Others that allow it too. 併用可")


@strawberry.enum(
    description=(
        "Why a coupon, voucher or ticket cannot be used now. Values are added; show the words that come with it."
    )
)
class Obstacle(Enum):
    """Why something cannot be used now."""

    NOT_STARTED = value(DomainObstacle.NOT_STARTED.value, description="Its time has not come.")
    ENDED = value(DomainObstacle.ENDED.value, description="Its time is over.")
    STOPPED = value(DomainObstacle.STOPPED.value, description="Its issuer has stopped it.")
    OTHER_DAY = value(DomainObstacle.OTHER_DAY.value, description="Not on this day of the week.")
    OTHER_HOUR = value(DomainObstacle.OTHER_HOUR.value, description="Not at this hour.")
    OTHER_SHOP = value(DomainObstacle.OTHER_SHOP.value, description="Not at this shop.")
    UNVERIFIED = value(
        DomainObstacle.UNVERIFIED.value,
        description="The town has not verified the person, and it is for some people only.",
    )
    RESIDENCY = value(DomainObstacle.RESIDENCY.value, description="It is for residents.")
    AGE = value(DomainObstacle.AGE.value, description="It is for people of another age.")
    NOT_CLAIMED = value(
        DomainObstacle.NOT_CLAIMED.value, description="It must be claimed first; one claim is good for one use."
    )
    CLAIMED_ALREADY = value(DomainObstacle.CLAIMED_ALREADY.value, description="The person has claimed it already.")
    STOCK_GONE = value(DomainObstacle.STOCK_GONE.value, description="There are none left.")
    PERSON_LIMIT = value(DomainObstacle.PERSON_LIMIT.value, description="The person has had as many as one may.")
    DAY_LIMIT = value(
        DomainObstacle.DAY_LIMIT.value,
        description="The person has used as many as one may in a day; a new day begins at midnight.",
    )
    BUDGET_SPENT = value(
        DomainObstacle.BUDGET_SPENT.value, description="What is left of its budget does not pay this discount."
    )
    MINIMUM_SPEND = value(DomainObstacle.MINIMUM_SPEND.value, description="The list price is below its minimum spend.")
    NO_POINTS = value(DomainObstacle.NO_POINTS.value, description="The payment earns no points that it could multiply.")
    NO_DISCOUNT = value(DomainObstacle.NO_DISCOUNT.value, description="It would take nothing off this price.")
    NOT_STACKABLE = value(DomainObstacle.NOT_STACKABLE.value, description="It is not used together with other coupons.")
    NOT_FOR_PAYMENT = value(
        DomainObstacle.NOT_FOR_PAYMENT.value, description="It is handed over for an item: `redeem`."
    )
    NOT_FOR_HAND_OVER = value(DomainObstacle.NOT_FOR_HAND_OVER.value, description="It is used in a payment: `pay`.")
    SET_ASIDE = value(DomainObstacle.SET_ASIDE.value, description="A part of it is set aside by a hold.")


@strawberry.enum(description="What was handed over.")
class ItemKind(Enum):
    """What was handed over."""

    COUPON = value(DomainItemKind.COUPON.value, description="A coupon for an item; no value moved.")
    VOUCHER = value(DomainItemKind.VOUCHER.value, description="A whole voucher.")
    TICKET = value(DomainItemKind.TICKET.value, description="A whole gift ticket.")


@strawberry.enum(description="Why staff undid a hand-over.")
class RollbackReason(Enum):
    """Why staff undid a hand-over."""

    WRONG_ITEM = value(
        DomainRollbackReason.WRONG_ITEM.value, description="The wrong coupon, voucher or ticket. 取り違え"
    )
    WRONG_WALLET = value(DomainRollbackReason.WRONG_WALLET.value, description="The wrong wallet. ウォレット違い")
    NOT_HANDED_OVER = value(
        DomainRollbackReason.NOT_HANDED_OVER.value, description="The item was not there. 提供できず"
    )
    TWICE = value(DomainRollbackReason.TWICE.value, description="Handed over twice. 二重使用")
    OTHER = value(DomainRollbackReason.OTHER.value, description="Another reason. その他")


@strawberry.enum(description="By what a list of coupons is sorted.")
class CouponSort(Enum):
    """By what a list of coupons is sorted."""

    EXPIRY = value(Order.EXPIRY.value, description="The earliest end first.")
    DISTANCE = value(
        Order.DISTANCE.value, description="The nearest first; needs `near`, and leaves out what no located shop takes."
    )
