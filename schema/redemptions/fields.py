"""Root fields of redemptions."""

import strawberry

from domain.codes.refusals import CodeAmountError, DynamicCodeError, InvalidCodeError, NotOurStoreError
from domain.coupons.refusals import CouponNotUsableError, CouponUsedUpError, UnknownCouponError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.redemptions.refusals import (
    AlreadyRolledBackError,
    ItemNotUsableError,
    NotEnoughUnitsError,
    UnitsRequiredError,
    UnknownItemError,
    UnknownRedemptionError,
)
from domain.refusals import InvalidInputError
from domain.viewer import Role
from resolvers import redemptions
from schema.core.fields import FINANCE_OR_DESK, RESIDENT, mutation, query
from schema.redemptions.results import QuoteRedemptionPayload, RedeemPayload, RollbackRedemptionPayload

REDEMPTION_REFUSALS = (
    UnknownCouponError,
    CouponNotUsableError,
    CouponUsedUpError,
    UnknownItemError,
    ItemNotUsableError,
    UnitsRequiredError,
    NotEnoughUnitsError,
    UnknownWalletError,
    UnknownPayeeError,
    StoreNotAcceptingError,
    InvalidCodeError,
    NotOurStoreError,
    CodeAmountError,
    DynamicCodeError,
    WalletFrozenError,
    InvalidInputError,
)
"""What both a redemption and its quote may refuse."""


@strawberry.type
class RedemptionsQuery:
    """Quotes of redemptions."""

    quote_redemption = query(
        redemptions.quote_redemption,
        QuoteRedemptionPayload,
        roles=RESIDENT,
        refuses=REDEMPTION_REFUSALS,
        description=(
            "What `redeem` would hand over now, its worth and what would remain, without a trace. For the wallet's"
            " people."
        ),
    )


@strawberry.type
class RedemptionsMutation:
    """Redemptions and their rollback."""

    redeem = mutation(
        redemptions.redeem,
        RedeemPayload,
        roles=frozenset({Role.RESIDENT, Role.MERCHANT_STAFF}),
        operation=Operation.REDEEM,
        refuses=REDEMPTION_REFUSALS,
        description=(
            "Redeems a coupon for an item, or units of a voucher or ticket. For the wallet's people; coupons also for"
            " staff of the store. Show `quoteRedemption` before."
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
