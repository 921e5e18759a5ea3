"""Refusals of coupons and hand-overs as the contract shows them."""

import strawberry

from schema.coupon_enums import Obstacle
from schema.ids import ID
from schema.user_error import UserError


@strawberry.type(description="The coupon's stock, a limit or its budget says no. Final for this key; nothing moved.")
class CouponUsedUpError(UserError):
    """See the description."""

    coupon_id: ID = strawberry.field(description="Which of the coupons in the request.")
    obstacle: Obstacle = strawberry.field(description="Which of them, for logic; `message` words it.")


@strawberry.type(
    description=(
        "The coupon does not serve now, here, for this person, or so. The same key may succeed later or without it."
    )
)
class CouponNotUsableError(UserError):
    """See the description."""

    coupon_id: ID = strawberry.field(description="Which of the coupons in the request.")
    obstacle: Obstacle = strawberry.field(description="Why, for logic; `message` words it.")


@strawberry.type(description="No such coupon in the wallet's town.")
class UnknownCouponError(UserError):
    """See the description."""


@strawberry.type(description="The wallet has nothing of this voucher or ticket.")
class UnknownItemError(UserError):
    """See the description."""


@strawberry.type(description="The voucher or ticket cannot be handed over here and now.")
class ItemNotUsableError(UserError):
    """See the description."""

    obstacle: Obstacle = strawberry.field(description="Why, for logic; `message` words it.")


@strawberry.type(description="No such hand-over in the town.")
class UnknownRedemptionError(UserError):
    """See the description."""


@strawberry.type(description="The hand-over was undone before.")
class AlreadyRolledBackError(UserError):
    """See the description."""
