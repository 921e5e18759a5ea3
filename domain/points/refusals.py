"""Refusals about earning rules."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownEarningRuleError(UnstoredRefusal):
    """The municipality has no such earning rule."""

    code = "UNKNOWN_EARNING_RULE"
    retry = Retry.NEVER
