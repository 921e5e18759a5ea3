"""Refusals of funding.

UnstoredRefusal      UnknownFundingSource, TopUpExceeds, FundingDeclined, FundingUnavailable
"""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownFundingSourceError(UnstoredRefusal):
    """No such funding source of this person and wallet."""

    code = "UNKNOWN_FUNDING_SOURCE"
    retry = Retry.NEVER


@dataclass(eq=False)
class TopUpExceedsError(UnstoredRefusal):
    """More is missing than may be topped up at once. Whole units."""

    missing: int
    maximum: int
    code = "TOP_UP_EXCEEDS"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class FundingDeclinedError(UnstoredRefusal):
    """The provider said no, and says so again for this key."""

    code = "FUNDING_DECLINED"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class FundingUnavailableError(UnstoredRefusal):
    """The provider did not answer.

    Nothing was captured, and what it may have set aside is released unless the key comes again.
    """

    code = "FUNDING_UNAVAILABLE"
