"""Root fields of payments."""

import strawberry

from domain.assets.refusals import AmountOutOfRangeError, NoteTooLongError, UnknownAssetError
from domain.codes.refusals import CodeAmountError, DynamicCodeError, InvalidCodeError, NotOurStoreError
from domain.coupons.refusals import CouponNotUsableError, CouponUsedUpError, UnknownCouponError
from domain.funding.refusals import (
    FundingDeclinedError,
    FundingUnavailableError,
    TopUpExceedsError,
    UnknownFundingSourceError,
)
from domain.ledger.kinds import Operation
from domain.ledger.refusals import (
    BalanceCapError,
    InsufficientBalanceError,
    QuoteChangedError,
    StoreNotAcceptingError,
    UnknownPayeeError,
    UnknownWalletError,
    WalletFrozenError,
)
from domain.payments.refusals import (
    NotRefundableError,
    PossibleDuplicateError,
    RefundExceedsError,
    RefundUnitError,
    UnknownPaymentError,
)
from domain.refusals import InvalidInputError
from resolvers import payments
from schema.core.fields import RESIDENT, SIGNED_IN, STORE_STAFF, mutation, query, subscription
from schema.payments.events import PaymentSettledItem
from schema.payments.results import PayPayload, QuotePaymentPayload, RefundPaymentPayload
from schema.payments.types import Payment

PAYMENT_REFUSALS = (
    InsufficientBalanceError,
    UnknownWalletError,
    UnknownPayeeError,
    StoreNotAcceptingError,
    InvalidCodeError,
    NotOurStoreError,
    CodeAmountError,
    DynamicCodeError,
    AmountOutOfRangeError,
    WalletFrozenError,
    UnknownCouponError,
    CouponNotUsableError,
    CouponUsedUpError,
    InvalidInputError,
)
"""What both a payment and its quote may refuse."""
TOP_UP_REFUSALS = (
    UnknownFundingSourceError,
    TopUpExceedsError,
    FundingDeclinedError,
    FundingUnavailableError,
    BalanceCapError,
    UnknownAssetError,
)
"""What a payment may refuse that takes what the wallet lacks from a card or account."""


@strawberry.type
class PaymentsQuery:
    """Payments and their quotes."""

    payment = query(
        payments.payment,
        Payment | None,
        roles=SIGNED_IN,
        description=(
            "A payment by `id`, or by `receiptNumber` together with the `municipality` code. For its payer, its store's"
            " and its municipality's staff."
        ),
    )
    quote_payment = query(
        payments.quote_payment,
        QuotePaymentPayload,
        roles=RESIDENT,
        refuses=PAYMENT_REFUSALS,
        description="What `pay` would do now, without a trace. For residents.",
    )


@strawberry.type
class PaymentsMutation:
    """Paying and giving back."""

    pay = mutation(
        payments.pay,
        PayPayload,
        roles=RESIDENT,
        operation=Operation.PAY,
        refuses=(*PAYMENT_REFUSALS, NoteTooLongError, PossibleDuplicateError, QuoteChangedError, *TOP_UP_REFUSALS),
        description="Pays a store from a wallet. For residents, from wallets that they may use.",
    )
    refund_payment = mutation(
        payments.refund_payment,
        RefundPaymentPayload,
        roles=STORE_STAFF,
        operation=Operation.REFUND_PAYMENT,
        refuses=(RefundExceedsError, RefundUnitError, UnknownPaymentError, NotRefundableError, AmountOutOfRangeError),
        description=(
            "Gives back a payment to the same lots, in part or whole, as often as needed. For staff of the store."
        ),
    )


@strawberry.type
class PaymentsSubscription:
    """Payments, live."""

    payment_settled = subscription(
        payments.payment_settled,
        PaymentSettledItem,
        roles=SIGNED_IN,
        visible=payments.visible_payments,
        description=(
            "The payments among `walletEvents` or `storeEvents`: name one of the two. For those who may see the wallet"
            " or the store's figures."
        ),
    )
