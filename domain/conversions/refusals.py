"""Refusals of conversions.

StoredRefusal        ConversionCap
UnstoredRefusal      NoConversionRate, ConversionAmount
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class ConversionCapError(StoredRefusal):
    """More than the person may still convert today. Whole units of what is converted."""

    available: int
    code = "CONVERSION_CAP"


@dataclass(eq=False)
class NoConversionRateError(UnstoredRefusal):
    """The town has no rate for these two kinds of value now."""

    code = "NO_CONVERSION_RATE"


@dataclass(eq=False)
class ConversionAmountError(UnstoredRefusal):
    """Not a multiple of the unit, or too little to give anything. Whole units of what is converted."""

    unit: int
    minimum: int
    code = "CONVERSION_AMOUNT"
    retry = Retry.NEW_KEY
