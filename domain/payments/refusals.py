"""Refusals of payments, refunds and holds.

StoredRefusal        RefundExceeds, HoldNotOpen, HoldExceeds
UnstoredRefusal      UnknownPayment, NotRefundable, PossibleDuplicate
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class UnknownPaymentError(UnstoredRefusal):
    """No such payment, or not one of this shop."""

    code = "UNKNOWN_PAYMENT"
    retry = Retry.NEVER


@dataclass(eq=False)
class NotRefundableError(UnstoredRefusal):
    """A journal that is not a payment."""

    code = "NOT_REFUNDABLE"
    retry = Retry.NEVER


@dataclass(eq=False)
class RefundExceedsError(StoredRefusal):
    """More than is left of the payment. Whole units."""

    refundable: int
    code = "REFUND_EXCEEDS"


@dataclass(eq=False)
class HoldNotOpenError(StoredRefusal):
    """The hold was captured, voided or has lapsed."""

    internal = True
    code = "HOLD_NOT_OPEN"


@dataclass(eq=False)
class HoldExceedsError(StoredRefusal):
    """More than the hold has. Whole units."""

    available: int
    internal = True
    code = "HOLD_EXCEEDS"


@dataclass(eq=False)
class PossibleDuplicateError(UnstoredRefusal):
    """The same wallet paid the same shop the same amount within 60 seconds under another key."""

    receipt_number: str
    code = "POSSIBLE_DUPLICATE"
