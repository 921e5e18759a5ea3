"""Refusals of payments, refunds and holds.

StoredRefusal        RefundExceeds, RefundUnit, HoldNotOpen, HoldExceeds, HoldUnit
UnstoredRefusal      UnknownPayment, NotRefundable, PossibleDuplicate
"""

from dataclasses import dataclass

from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


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
class RefundUnitError(StoredRefusal):
    """The refund would give back a part of a minimum unit, which could not be spent.

    `unit`: the minimum unit. `possibleBelow` and `possibleAbove`: the nearest amounts that can be refunded now; 0 where
    no lower one can. Whole units.
    """

    unit: int
    possible_below: int
    possible_above: int
    code = "REFUND_UNIT"

    @property
    def message_key(self) -> str:
        """Other words where no lower amount is possible."""
        return self.code if self.possible_below else "REFUND_UNIT_WHOLE"


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
class HoldUnitError(StoredRefusal):
    """The capture would break a minimum unit. `available`: the nearest amount below, in whole units."""

    available: int
    internal = True
    code = "HOLD_UNIT"


@dataclass(eq=False)
class PossibleDuplicateError(UnstoredRefusal):
    """The wallet paid this store the same amount within the last 60 seconds, under another key, as `receiptNumber`."""

    receipt_number: str
    code = "POSSIBLE_DUPLICATE"
    advice = Advice.CONFIRM
