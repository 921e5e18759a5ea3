"""Refusals of payments. All but CancelTooLate are decided before the ledger is asked.

Nothing is written, the same key may come again.

StoredRefusal        CancelTooLate
UnstoredRefusal      InvalidCode, NotOurShop, AmountOutOfRange, QuoteChanged, UnknownPayment, NotRefundable,
NoteTooLong,
UnknownJournal, ApproverIsProposer, NothingToExpire
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class InvalidCodeError(UnstoredRefusal):
    """Not a code that can be paid to; `reason` says what is wrong with it."""

    reason: str
    code = "INVALID_CODE"
    retry = Retry.NEVER


@dataclass(eq=False)
class NotOurShopError(UnstoredRefusal):
    """A code of a shop, such as a JPQR code, but not of one of ours."""

    code = "NOT_OUR_SHOP"
    retry = Retry.NEVER


@dataclass(eq=False)
class AmountOutOfRangeError(UnstoredRefusal):
    """Outside what may be moved at once. Whole units."""

    minimum: int
    maximum: int
    code = "AMOUNT_OUT_OF_RANGE"
    retry = Retry.NEW_KEY


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
class NoteTooLongError(UnstoredRefusal):
    """The note is longer than may be kept. `maximum` in characters."""

    maximum: int
    code = "NOTE_TOO_LONG"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class UnknownJournalError(UnstoredRefusal):
    """No such journal or approval in the town, or not one that can be reversed."""

    code = "UNKNOWN_JOURNAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApproverIsProposerError(UnstoredRefusal):
    """Two persons: who proposes does not approve."""

    code = "APPROVER_IS_PROPOSER"
    retry = Retry.NEVER


@dataclass(eq=False)
class QuoteChangedError(UnstoredRefusal):
    """The payment would not use what its quote showed; ask for a new quote, the key may be used again."""

    code = "QUOTE_CHANGED"


@dataclass(eq=False)
class NothingToExpireError(UnstoredRefusal):
    """Somebody was faster: the value is gone from the account already."""

    internal = True
    code = "NOTHING_TO_EXPIRE"


@dataclass(eq=False)
class CancelTooLateError(StoredRefusal):
    """The counter's time to cancel the charge is over: `minutes`, and the same day."""

    minutes: int
    code = "CANCEL_TOO_LATE"
    retry = Retry.NEVER
