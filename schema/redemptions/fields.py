"""Root fields of redemptions."""

import strawberry

from domain.codes.refusals import CodeAmountError, DynamicCodeError, InvalidCodeError, NotOurStoreError
from domain.coupons.refusals import CouponNotUsableError, CouponUsedUpError, UnknownCouponError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.redemptions.refusals import (
    AlreadyRolledBackError,
    ItemNotUsableError,
    UnknownItemError,
    UnknownRedemptionError,
)
from domain.viewer import Role
from resolvers import redemptions
from schema.core.fields import FINANCE_OR_DESK, mutation
from schema.redemptions.results import RedeemPayload, RollbackRedemptionPayload


@strawberry.type
class RedemptionsMutation:
    """Redemptions and their rollback."""

    redeem = mutation(
        redemptions.redeem,
        RedeemPayload,
        roles=frozenset({Role.RESIDENT, Role.MERCHANT_STAFF}),
        operation=Operation.REDEEM,
        refuses=(
            UnknownCouponError,
            CouponNotUsableError,
            CouponUsedUpError,
            UnknownItemError,
            ItemNotUsableError,
            UnknownWalletError,
            UnknownPayeeError,
            StoreNotAcceptingError,
            InvalidCodeError,
            NotOurStoreError,
            CodeAmountError,
            DynamicCodeError,
            WalletFrozenError,
        ),
        description=(
            "Redeems a coupon for an item, or a whole voucher or ticket. For the wallet's people; coupons also for"
            " staff of the store."
        ),
    )
    rollback_redemption = mutation(
        redemptions.rollback_redemption,
        RollbackRedemptionPayload,
        roles=FINANCE_OR_DESK,
        operation=Operation.ROLLBACK_REDEMPTION,
        refuses=(UnknownRedemptionError, AlreadyRolledBackError, UnknownCouponError),
        description=(
            "Rolls back a redemption, once: value and counters go back. For finance officers and the desk of the"
            " municipality."
        ),
    )
