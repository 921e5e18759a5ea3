"""Refusals of conversions.

StoredRefusal        ConversionCap
UnstoredRefusal      NoConversionRate, ConversionAmount
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class ConversionCapError(StoredRefusal):
    """More than the person may still convert today. `available`: the rest, in whole units of the asset to convert."""

    available: int
    code = "CONVERSION_CAP"


@dataclass(eq=False)
class NoConversionRateError(UnstoredRefusal):
    """The municipality has no rate for these two assets now."""

    code = "NO_CONVERSION_RATE"


@dataclass(eq=False)
class ConversionAmountError(UnstoredRefusal):
    """The amount is not a multiple of `unit`, or below `minimum`. Both in whole units of the asset to convert."""

    unit: int
    minimum: int
    code = "CONVERSION_AMOUNT"
    retry = Retry.NEW_KEY
