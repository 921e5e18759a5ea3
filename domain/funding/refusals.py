"""Refusals of funding.

UnstoredRefusal      UnknownFundingSource, TopUpExceeds, FundingDeclined, FundingUnavailable
"""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownFundingSourceError(UnstoredRefusal):
    """The person has linked no such funding source to this wallet."""

    code = "UNKNOWN_FUNDING_SOURCE"
    retry = Retry.NEVER


@dataclass(eq=False)
class TopUpExceedsError(UnstoredRefusal):
    """The wallet lacks `missing`, which is more than a top-up may be, `maximum`. Both in whole units."""

    missing: int
    maximum: int
    code = "TOP_UP_EXCEEDS"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class FundingDeclinedError(UnstoredRefusal):
    """The provider declined the card or account. The answer is final for this key."""

    code = "FUNDING_DECLINED"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class FundingUnavailableError(UnstoredRefusal):
    """The provider did not answer. Nothing was captured.

    An amount that it may have set aside is released, unless the same key is sent again.
    """

    code = "FUNDING_UNAVAILABLE"
    retry_after = 5
