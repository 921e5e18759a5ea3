"""Root fields of coupons."""

import strawberry

from domain.assets.refusals import UnknownAssetError
from domain.codes.refusals import InvalidCodeError
from domain.coupons.refusals import CouponNotUsableError, CouponUsedUpError, UnknownCouponError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.refusals import InvalidInputError
from domain.viewer import Role
from resolvers import coupons as coupon_resolvers
from schema.core.fields import EVERYBODY, mutation, query
from schema.coupons.results import ChangeCouponPayload, ClaimCouponPayload, CreateCouponPayload
from schema.coupons.types import Coupon, CouponConnection

ISSUERS = frozenset({Role.FINANCE, Role.MERCHANT_STAFF})
CLAIMANTS = frozenset({Role.RESIDENT, Role.MERCHANT_STAFF, Role.DESK})


@strawberry.type
class CouponsQuery:
    """Coupons of a municipality."""

    coupon = query(
        coupon_resolvers.coupon,
        Coupon | None,
        roles=EVERYBODY,
        description="A coupon. For everybody, also without a token.",
    )
    coupons = query(
        coupon_resolvers.coupons,
        CouponConnection,
        roles=EVERYBODY,
        description=(
            "Coupons of a municipality that have not ended, as the viewer's person sees them now. For everybody, also"
            " without a token."
        ),
    )


@strawberry.type
class CouponsMutation:
    """Issuing, changing and claiming coupons."""

    create_coupon = mutation(
        coupon_resolvers.create_coupon,
        CreateCouponPayload,
        roles=ISSUERS,
        operation=Operation.CREATE_COUPON,
        refuses=(InvalidInputError, UnknownPayeeError, UnknownAssetError),
        description=(
            "Issues a coupon, with its budget where the municipality bears it. For finance officers of the"
            " municipality; for staff of a store for itself."
        ),
    )
    change_coupon = mutation(
        coupon_resolvers.change_coupon,
        ChangeCouponPayload,
        roles=ISSUERS,
        refuses=(UnknownCouponError, InvalidInputError),
        description=(
            "Renames a coupon, ends it earlier, or stops it. For finance officers of the municipality; for staff of the"
            " store that issued it."
        ),
    )
    claim_coupon = mutation(
        coupon_resolvers.claim_coupon,
        ClaimCouponPayload,
        roles=CLAIMANTS,
        operation=Operation.CLAIM_COUPON,
        refuses=(
            UnknownCouponError,
            CouponNotUsableError,
            CouponUsedUpError,
            UnknownWalletError,
            WalletFrozenError,
            InvalidCodeError,
        ),
        description=(
            "Claims a coupon for a wallet's person. For the wallet's people, the municipal desk, and staff of a store"
            " that accepts it."
        ),
    )
