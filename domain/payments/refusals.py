"""Refusals of payments, refunds and holds.

StoredRefusal        RefundExceeds, HoldNotOpen, HoldExceeds
UnstoredRefusal      UnknownPayment, NotRefundable, PossibleDuplicate
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class UnknownPaymentError(UnstoredRefusal):
    """There is no such payment, or it is not one of this store."""

    code = "UNKNOWN_PAYMENT"
    retry = Retry.NEVER


@dataclass(eq=False)
class NotRefundableError(UnstoredRefusal):
    """The journal is not a payment."""

    code = "NOT_REFUNDABLE"
    retry = Retry.NEVER


@dataclass(eq=False)
class RefundExceedsError(StoredRefusal):
    """The refund exceeds what is left of the payment. `refundable`: what is left, in whole units."""

    refundable: int
    code = "REFUND_EXCEEDS"


@dataclass(eq=False)
class HoldNotOpenError(StoredRefusal):
    """The hold was captured, was voided or has lapsed."""

    internal = True
    code = "HOLD_NOT_OPEN"


@dataclass(eq=False)
class HoldExceedsError(StoredRefusal):
    """The capture exceeds the amount of the hold. Amounts in whole units."""

    available: int
    internal = True
    code = "HOLD_EXCEEDS"


@dataclass(eq=False)
class PossibleDuplicateError(UnstoredRefusal):
    """The wallet paid this store the same amount within the last 60 seconds, under another key, as `receiptNumber`."""

    receipt_number: str
    code = "POSSIBLE_DUPLICATE"
