"""What mutations of coupons answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.coupons.types import Coupon, CouponClaim


@strawberry.type(description="What `createCoupon` answers.")
class CreateCouponPayload(ReplayablePayload):
    """A new coupon."""

    coupon: Coupon | None = strawberry.field(default=None, description="The coupon; it is offered from its start on.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `changeCoupon` answers.")
class ChangeCouponPayload(Payload):
    """A changed coupon."""

    coupon: Coupon | None = strawberry.field(default=None, description="The coupon as it is now.")


@strawberry.type(description="What `claimCoupon` answers.")
class ClaimCouponPayload(ReplayablePayload):
    """A settled claim."""

    claim: CouponClaim | None = strawberry.field(
        default=None, description="The receipt; its coupon shows what is left."
    )
