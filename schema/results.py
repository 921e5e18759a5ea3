"""What mutations answer: a success, or one of the refusals that can happen to it."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.approvals.reads import Approval as ApprovalRow
from domain.ledger.kinds import Outcome as KeyOutcome
from resolvers import views
from resolvers.nodes import view_of
from schema import coupon_errors, errors
from schema.context import Context
from schema.enums import OutcomeState, ReversalReason
from schema.errors import shown
from schema.ids import ID, Prefix, encode
from schema.parties import Node, Wallet
from schema.receipts import BalanceAfter, Charge, Payment, PaymentQuote, Receipt, Refund, Reversal, wallet_of
from schema.user_error import UserError

REPLAYED = "True when this key had been settled before: nothing moved now, and the answer is the same."


@strawberry.type(description="A settled top-up.")
class ChargeSuccess:
    """A settled top-up."""

    charge: Charge = strawberry.field(description="The top-up.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ChargeSuccess)


@strawberry.type(description="A settled payment.")
class PaySuccess:
    """A settled payment."""

    payment: Payment = strawberry.field(description="The payment.")
    balances: list[BalanceAfter] = strawberry.field(
        description="The wallet's balances that moved, right after this payment."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.PaySuccess)

    @strawberry.field(description="The wallet as it is now.")
    async def wallet(root: Parent[views.PaySuccess], info: Info[Context, None]) -> Wallet | None:
        return await wallet_of(info, *root.wallet_key)


@strawberry.type(description="A settled refund.")
class RefundPaymentSuccess:
    """A settled refund."""

    refund: Refund = strawberry.field(description="The refund.")
    payment: Payment = strawberry.field(description="The payment, with what may still be given back.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.RefundPaymentSuccess)


@strawberry.type(description="A settled reversal.")
class ReverseJournalSuccess:
    """A settled reversal."""

    reversal: Reversal = strawberry.field(description="The reversal.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ReverseJournalSuccess)


@strawberry.type(description="A proposal of one officer that waits for, or has, the approval of another.")
class Approval(Node):
    """A proposal and its approval."""

    proposed_at: datetime = strawberry.field(description="When it was proposed. UTC.")
    approved_at: datetime | None = strawberry.field(
        description="When another officer approved it. UTC; null until then."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, ApprovalRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[ApprovalRow]) -> ID:
        return ID(encode(Prefix.APPROVAL, root.municipality, root.id))

    @strawberry.field(description="Why.")
    def reason(root: Parent[ApprovalRow]) -> ReversalReason:
        return ReversalReason(root.reason)


@strawberry.type(description="A proposal; give its id to a second finance officer for `reverseJournal`.")
class ProposeReversalSuccess:
    """A proposal."""

    approval: Approval = strawberry.field(description="The proposal.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ProposeReversalSuccess)


@strawberry.type(description="What `pay` would do now.")
class QuotePaymentSuccess:
    """What `pay` would do now."""

    quote: PaymentQuote = strawberry.field(description="The payment that would be made.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.QuotePaymentSuccess)


@strawberry.type(description="What became of an idempotency key.")
class Outcome:
    """What became of a key."""

    @strawberry.field(description="How it ended, or that it has not been seen.")
    def state(root: Parent[views.Outcome]) -> OutcomeState:
        return OutcomeState[root.state]

    @strawberry.field(description="The receipt, when settled; null otherwise.")
    def receipt(root: Parent[views.Outcome]) -> Receipt | None:
        if root.journal is None or root.journal.outcome != KeyOutcome.SETTLED:
            return None
        return view_of(root.journal, shows_wallet=True)  # type: ignore[return-value]

    @strawberry.field(description="The refusal, when refused; null otherwise.")
    def refusal(root: Parent[views.Outcome], info: Info[Context, None]) -> UserError | None:
        if root.journal is None or root.journal.refused is None:
            return None
        return shown(root.journal.refused.again(), info.context.locale)


@strawberry.type(description="The key is closed: abandoned now or before, or closed earlier by what it did.")
class AbandonSuccess:
    """The key is closed."""

    outcome: Outcome = strawberry.field(
        description="ABANDONED: nothing will happen. SETTLED or REFUSED: what had happened already."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.AbandonSuccess)


LEDGER = (
    errors.KeyReusedError
    | errors.AbandonedError
    | errors.RequestExpiredError
    | errors.BusyError
    | errors.OutcomeUnknownError
)
COUPONS = (
    coupon_errors.UnknownCouponError
    | coupon_errors.CouponNotUsableError
    | coupon_errors.CouponUsedUpError
    | errors.InvalidInputError
)

ChargeResult = Annotated[
    ChargeSuccess
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.InvalidCodeError
    | errors.AmountOutOfRangeError
    | errors.BalanceCapError
    | errors.WalletFrozenError
    | errors.NotPermittedError
    | errors.UnknownPayeeError
    | LEDGER,
    strawberry.union("ChargeResult", description="What `charge` answers."),
]
PayResult = Annotated[
    PaySuccess
    | errors.InsufficientBalanceError
    | errors.UnknownWalletError
    | errors.UnknownPayeeError
    | errors.StoreNotAcceptingError
    | errors.InvalidCodeError
    | errors.NotOurShopError
    | errors.AmountOutOfRangeError
    | errors.NoteTooLongError
    | errors.WalletFrozenError
    | errors.PossibleDuplicateError
    | errors.QuoteChangedError
    | errors.NotPermittedError
    | COUPONS
    | LEDGER
    | errors.UnknownFundingSourceError
    | errors.TopUpExceedsError
    | errors.FundingDeclinedError
    | errors.FundingUnavailableError
    | errors.BalanceCapError
    | errors.UnknownAssetError
    | errors.InvalidInputError,
    strawberry.union("PayResult", description="What `pay` answers."),
]
QuotePaymentResult = Annotated[
    QuotePaymentSuccess
    | errors.InsufficientBalanceError
    | errors.UnknownWalletError
    | errors.UnknownPayeeError
    | errors.StoreNotAcceptingError
    | errors.InvalidCodeError
    | errors.NotOurShopError
    | errors.AmountOutOfRangeError
    | errors.WalletFrozenError
    | errors.NotPermittedError
    | COUPONS,
    strawberry.union("QuotePaymentResult", description="What `quotePayment` answers: as `pay` would."),
]
RefundPaymentResult = Annotated[
    RefundPaymentSuccess
    | errors.RefundExceedsError
    | errors.UnknownPaymentError
    | errors.NotRefundableError
    | errors.AmountOutOfRangeError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("RefundPaymentResult", description="What `refundPayment` answers."),
]
AbandonResult = Annotated[
    AbandonSuccess | errors.NotPermittedError | errors.BusyError | errors.OutcomeUnknownError,
    strawberry.union("AbandonResult", description="What `abandon` answers."),
]
ProposeReversalResult = Annotated[
    ProposeReversalSuccess | errors.UnknownJournalError | errors.NotPermittedError,
    strawberry.union("ProposeReversalResult", description="What `proposeReversal` answers."),
]
ReverseJournalResult = Annotated[
    ReverseJournalSuccess
    | errors.UnknownJournalError
    | errors.AlreadyReversedError
    | errors.ReversalImpossibleError
    | errors.ApproverIsProposerError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("ReverseJournalResult", description="What `reverseJournal` answers."),
]
