"""Refusals as the contract shows them: one type each, all of `UserError`, so that new ones are safe for old apps."""

from typing import Any

import strawberry
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from domain.approvals import refusals as approvals
from domain.assets import refusals as assets
from domain.bulk_grants import refusals as bulk
from domain.charging import refusals as charging
from domain.codes import refusals as codes
from domain.conversions import refusals as conversions
from domain.coupons import refusals as coupons
from domain.funding import refusals as funding
from domain.grants import refusals as grants
from domain.ledger import refusals as ledger
from domain.locales.catalogue import message
from domain.payments import refusals as payments
from domain.points import refusals as points
from domain.programmes import refusals as programmes
from domain.redemptions import refusals as redemptions
from domain.refusals import BusyError as DomainBusy
from domain.refusals import InvalidInputError as DomainInvalidInput
from domain.refusals import NotPermittedError as DomainNotPermitted
from domain.refusals import OutcomeUnknownError as DomainOutcomeUnknown
from domain.refusals import Refusal
from domain.uploads import refusals as uploads
from schema import bulk_errors, coupon_errors
from schema.context import Context
from schema.enums import RefusalCode, Retry
from schema.scalars import Amount
from schema.user_error import UserError
from schema.voucher_errors import VOUCHERS


def _amount(description: str) -> Any:  # noqa: ANN401 - strawberry.field has no public type
    return strawberry.field(description=description)


@strawberry.type(description="The wallet has less that may be spent here and now.")
class InsufficientBalanceError(UserError):
    """See the description."""

    available: Amount = _amount("What may be spent. Whole units.")


@strawberry.type(description="No such shop in the wallet's town.")
class UnknownPayeeError(UserError):
    """See the description."""


@strawberry.type(description="No such wallet, or not one that the viewer may use.")
class UnknownWalletError(UserError):
    """See the description."""


@strawberry.type(description="No such asset in the town, or not one that this can be done with.")
class UnknownAssetError(UserError):
    """See the description."""


@strawberry.type(description="No such payment.")
class UnknownPaymentError(UserError):
    """See the description."""


@strawberry.type(description="No such journal or proposed reversal, or not one that can be undone.")
class UnknownJournalError(UserError):
    """See the description."""


@strawberry.type(description="The shop takes no payments now.")
class StoreNotAcceptingError(UserError):
    """See the description."""


@strawberry.type(description="The scanned text is not a code that can be used here.")
class InvalidCodeError(UserError):
    """See the description."""

    reason: str = strawberry.field(
        description="What is wrong with it, for logs: BAD_CRC, TOO_LONG, NOT_EMVCO and so on."
    )


@strawberry.type(description="A shop's code, such as JPQR, but not of one of our shops.")
class NotOurShopError(UserError):
    """See the description."""


@strawberry.type(description="Outside what may be moved at once.")
class AmountOutOfRangeError(UserError):
    """See the description."""

    minimum: Amount = _amount("The least. Whole units.")
    maximum: Amount = _amount("The most. Whole units.")


@strawberry.type(description="The note is too long.")
class NoteTooLongError(UserError):
    """See the description."""


@strawberry.type(description="The idempotency key was used for something else.")
class KeyReusedError(UserError):
    """See the description."""


@strawberry.type(description="The key was closed by `abandon` before the request arrived.")
class AbandonedError(UserError):
    """See the description."""


@strawberry.type(description="The request arrived after its `validUntil`.")
class RequestExpiredError(UserError):
    """See the description."""


@strawberry.type(description="The wallet takes no part until its town releases it.")
class WalletFrozenError(UserError):
    """See the description."""


@strawberry.type(description="The wallet may not hold so much.")
class BalanceCapError(UserError):
    """See the description."""

    maximum: Amount = _amount("The most that it may hold. Whole units.")


@strawberry.type(description="More than is left of the payment.")
class RefundExceedsError(UserError):
    """See the description."""

    refundable: Amount = _amount("What is left. Whole units.")


@strawberry.type(description="A journal that is not a payment.")
class NotRefundableError(UserError):
    """See the description."""


@strawberry.type(description="The viewer may not do this here.")
class NotPermittedError(UserError):
    """See the description."""


@strawberry.type(description="The same wallet paid the same shop the same amount within 60 seconds under another key.")
class PossibleDuplicateError(UserError):
    """See the description."""

    receipt_number: str = strawberry.field(
        description="The earlier payment's receipt. To pay again, send the same key with `confirmDuplicate: true`."
    )


@strawberry.type(description="The journal was reversed or refunded already.")
class AlreadyReversedError(UserError):
    """See the description."""


@strawberry.type(description="What the journal gave has been spent.")
class ReversalImpossibleError(UserError):
    """See the description."""

    available: Amount = _amount("What is left of it. Whole units.")


@strawberry.type(description="Who proposes does not approve.")
class ApproverIsProposerError(UserError):
    """See the description."""


@strawberry.type(description="A field cannot be so; the first one that was found.")
class InvalidInputError(UserError):
    """See the description."""

    field: str = strawberry.field(description="The field of the input, such as `expiresOn`.")
    problem: str = strawberry.field(
        description="What is wrong with it, for logic: LENGTH, ORDER, SIX_MONTHS and so on."
    )


@strawberry.type(description="More than is left of the programme's budget.")
class BudgetExceededError(UserError):
    """See the description."""

    available: Amount = _amount("What is left. Whole units.")


@strawberry.type(description="More than the person, or the household, may still have of the programme.")
class CapExceededError(UserError):
    """See the description."""

    available: Amount = _amount("What the person may still have, also within the household. Whole units.")


@strawberry.type(description="No such programme in the town, or not one that grants value.")
class UnknownProgrammeError(UserError):
    """See the description."""


@strawberry.type(description="No such earning rule in the town.")
class UnknownEarningRuleError(UserError):
    """See the description."""


@strawberry.type(description="Before the programme begins, or after its end.")
class ProgrammeClosedError(UserError):
    """See the description."""


@strawberry.type(description="The person does not meet the programme's conditions.")
class NotEligibleError(UserError):
    """See the description."""

    reason: str = strawberry.field(
        description="RESIDENCY, AGE, or UNVERIFIED: the town has not verified the person, or the household, yet."
    )


@strawberry.type(
    description="The payment would not use what its quote showed. Ask for a new quote; the key may be used again."
)
class QuoteChangedError(UserError):
    """See the description."""


@strawberry.type(description="No such funding source of the viewer for this wallet.")
class UnknownFundingSourceError(UserError):
    """See the description."""


@strawberry.type(description="The wallet lacks more than may be topped up at once.")
class TopUpExceedsError(UserError):
    """See the description."""

    missing: Amount = _amount("What the wallet lacks. Whole units.")
    maximum: Amount = _amount("What may be topped up. Whole units.")


@strawberry.type(description="The provider of the card or account said no.")
class FundingDeclinedError(UserError):
    """See the description."""


@strawberry.type(
    description=(
        "The provider of the card or account does not answer. Nothing was taken; send the same key again, or leave it."
    )
)
class FundingUnavailableError(UserError):
    """See the description."""


@strawberry.type(description="Value was issued under rules that the change would take away; nothing was changed.")
class UnsafeChangeError(UserError):
    """See the description."""

    field: str = strawberry.field(description="The field of the input, such as `acceptance`.")


@strawberry.type(description="The town has no rate for these two kinds of value now.")
class NoConversionRateError(UserError):
    """See the description."""


@strawberry.type(description="Not a multiple of the unit of conversion, or too little to give anything.")
class ConversionAmountError(UserError):
    """See the description."""

    unit: Amount = _amount("What is converted is a multiple of it. Whole units of what is converted.")
    minimum: Amount = _amount("The least that gives anything. Whole units of what is converted.")


@strawberry.type(description="More than the person may still convert today.")
class ConversionCapError(UserError):
    """See the description."""

    available: Amount = _amount("What the person may still convert today. Whole units of what is converted.")


@strawberry.type(description="The counter's time to cancel the top-up is over.")
class CancelTooLateError(UserError):
    """See the description."""

    minutes: int = strawberry.field(description="How long the town lets counters cancel, within the same day.")


@strawberry.type(description="Not taken in time; nothing was written.")
class BusyError(UserError):
    """See the description."""


@strawberry.type(description="The database was lost while committing: ask `outcome`, or send the same key again.")
class OutcomeUnknownError(UserError):
    """See the description."""


REFUSALS: dict[type[Refusal], type[UserError]] = {
    ledger.InsufficientBalanceError: InsufficientBalanceError,
    ledger.WalletFrozenError: WalletFrozenError,
    ledger.StoreNotAcceptingError: StoreNotAcceptingError,
    ledger.RequestExpiredError: RequestExpiredError,
    ledger.AbandonedError: AbandonedError,
    payments.RefundExceedsError: RefundExceedsError,
    ledger.BalanceCapError: BalanceCapError,
    ledger.AlreadyReversedError: AlreadyReversedError,
    ledger.ReversalImpossibleError: ReversalImpossibleError,
    ledger.KeyReusedError: KeyReusedError,
    ledger.UnknownPayeeError: UnknownPayeeError,
    ledger.UnknownWalletError: UnknownWalletError,
    payments.PossibleDuplicateError: PossibleDuplicateError,
    codes.InvalidCodeError: InvalidCodeError,
    codes.NotOurShopError: NotOurShopError,
    assets.AmountOutOfRangeError: AmountOutOfRangeError,
    assets.UnknownAssetError: UnknownAssetError,
    assets.UnsafeChangeError: UnsafeChangeError,
    payments.UnknownPaymentError: UnknownPaymentError,
    payments.NotRefundableError: NotRefundableError,
    assets.NoteTooLongError: NoteTooLongError,
    approvals.UnknownJournalError: UnknownJournalError,
    approvals.ApproverIsProposerError: ApproverIsProposerError,
    ledger.QuoteChangedError: QuoteChangedError,
    charging.CancelTooLateError: CancelTooLateError,
    funding.UnknownFundingSourceError: UnknownFundingSourceError,
    funding.TopUpExceedsError: TopUpExceedsError,
    funding.FundingDeclinedError: FundingDeclinedError,
    funding.FundingUnavailableError: FundingUnavailableError,
    conversions.NoConversionRateError: NoConversionRateError,
    conversions.ConversionAmountError: ConversionAmountError,
    conversions.ConversionCapError: ConversionCapError,
    programmes.BudgetExceededError: BudgetExceededError,
    programmes.CapExceededError: CapExceededError,
    programmes.UnknownProgrammeError: UnknownProgrammeError,
    programmes.ProgrammeClosedError: ProgrammeClosedError,
    points.UnknownEarningRuleError: UnknownEarningRuleError,
    programmes.NotEligibleError: NotEligibleError,
    grants.UnknownProposalError: bulk_errors.UnknownProposalError,
    grants.AlreadyGrantedError: bulk_errors.AlreadyGrantedError,
    grants.ApprovalRequiredError: bulk_errors.ApprovalRequiredError,
    uploads.UnknownUploadError: bulk_errors.UnknownUploadError,
    uploads.UploadNotReadyError: bulk_errors.UploadNotReadyError,
    uploads.TooManyUploadsError: bulk_errors.TooManyUploadsError,
    bulk.WrongEncodingError: bulk_errors.WrongEncodingError,
    bulk.UnreadableFileError: bulk_errors.UnreadableFileError,
    bulk.InvalidRowsError: bulk_errors.InvalidRowsError,
    bulk.SameFileError: bulk_errors.SameFileError,
    bulk.UploadUsedError: bulk_errors.UploadUsedError,
    bulk.UnknownBulkGrantError: bulk_errors.UnknownBulkGrantError,
    bulk.BulkGrantStateError: bulk_errors.BulkGrantStateError,
    coupons.UnknownCouponError: coupon_errors.UnknownCouponError,
    coupons.CouponNotUsableError: coupon_errors.CouponNotUsableError,
    coupons.CouponUsedUpError: coupon_errors.CouponUsedUpError,
    redemptions.UnknownItemError: coupon_errors.UnknownItemError,
    redemptions.ItemNotUsableError: coupon_errors.ItemNotUsableError,
    redemptions.UnknownRedemptionError: coupon_errors.UnknownRedemptionError,
    redemptions.AlreadyRolledBackError: coupon_errors.AlreadyRolledBackError,
    DomainInvalidInput: InvalidInputError,
    DomainNotPermitted: NotPermittedError,
    DomainBusy: BusyError,
    DomainOutcomeUnknown: OutcomeUnknownError,
    **VOUCHERS,
}
"""Each refusal's type in the contract. A refusal without one is a fault."""


def shown(refusal: Refusal, locale: str) -> UserError:
    """The refusal as the contract shows it, in a language."""
    made = REFUSALS[type(refusal)]
    known = {field.python_name for field in made.__strawberry_definition__.fields}  # type: ignore[attr-defined]
    told = refusal.data()
    if isinstance(refusal, DomainInvalidInput):
        told["field"] = to_camel_case(refusal.field)  # as the client wrote it
    data = {name: value for name, value in told.items() if name in known}
    text = message(refusal.code, locale, **told)
    return made(code=RefusalCode(refusal.code), message=text, retry=Retry(refusal.retry.value), **data)


def answered(refusal: Refusal, context: Context) -> UserError:
    """The refusal as the answer of this request, which its log and metrics then know."""
    context.refusal = refusal.code
    return shown(refusal, context.locale)


class ShowRefusal:
    """Turns one kind of refusal into its member of the result union.

    Strawberry asks the handlers of the union's members only.
    """

    def __init__(self, kind: type[Refusal], made: type[UserError]) -> None:
        self.exception_type = kind
        self.error_type = made

    def handle(self, exception: Refusal, *, field: StrawberryField, info: Info[Context, None]) -> UserError:  # noqa: ARG002
        """The member, in the language of the request."""
        return answered(exception, info.context)


HANDLERS = [ShowRefusal(kind, made) for kind, made in REFUSALS.items()]
"""For `Schema(exception_handlers=...)`."""
