"""Enums of coupons."""

from domain.coupons.kinds import BorneBy, CouponKind, Obstacle, Stacking
from domain.coupons.listing import Order
from schema.core.enums import contract_enum

contract_enum(
    CouponKind,
    "What a coupon does.",
    PERCENT="Takes a percentage off a payment. 割引率",
    FIXED_AMOUNT="Takes an amount off a payment. 値引き",
    FREE_ITEM="Is redeemed for an item, by `redeem`. 引換",
    POINTS_MULTIPLIER="Multiplies the shopping points of a payment. ポイント倍付け",
)
contract_enum(
    BorneBy,
    "Who bears what the wallet does not pay.",
    TOWN="The municipality, out of the coupon's budget: the store gets the full price. 自治体負担",
    STORE="The store: it gets what the wallet pays. 店舗負担",
)
contract_enum(
    Stacking,
    "Whether other coupons may be used in the same payment.",
    name="CouponStacking",
    ALONE="No other coupon. 併用不可",
    WITH_OTHERS="Other coupons that allow it too. 併用可",
)
contract_enum(
    Obstacle,
    "Why a coupon, voucher or ticket cannot be used now. Values are added; show the message that comes with it.",
    NOT_STARTED="Its time has not come.",
    ENDED="Its time is over.",
    STOPPED="Its issuer has stopped it.",
    OTHER_DAY="Not on this day of the week.",
    OTHER_HOUR="Not at this hour.",
    OTHER_SHOP="Not at this store.",
    UNVERIFIED="The municipality has not verified the person, and it is for some people only.",
    RESIDENCY="It is for residents.",
    AGE="It is for people of another age.",
    NOT_CLAIMED="It must be claimed first; one claim is good for one use.",
    CLAIMED_ALREADY="The person has claimed it already.",
    STOCK_GONE="There are none left.",
    PERSON_LIMIT="The person has had as many as one person may have.",
    DAY_LIMIT="The person has used as many as one person may use in a day; a new day begins at midnight.",
    BUDGET_SPENT="What is left of its budget does not pay for this discount.",
    MINIMUM_SPEND="The list price is below its minimum spend.",
    NO_POINTS="The payment earns no points that it could multiply.",
    NO_DISCOUNT="It would take nothing off this price.",
    NOT_STACKABLE="It is not used together with other coupons.",
    NOT_FOR_PAYMENT="It is redeemed for an item: use `redeem`.",
    NOT_FOR_HAND_OVER="It is used in a payment: use `pay`.",
    SET_ASIDE="A part of it is set aside by a hold.",
    NOT_FOR_PERSON="This person cannot use it now. Only they are told why, in their app.",
)
contract_enum(
    Order,
    "By what a list of coupons is sorted.",
    name="CouponSort",
    EXPIRY="The earliest end first.",
    DISTANCE="The nearest first; needs `near`, and leaves out what no store with a location accepts.",
)

__all__ = ["BorneBy", "CouponKind", "Obstacle", "Order", "Stacking"]
