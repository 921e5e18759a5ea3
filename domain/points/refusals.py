"""Refusals about earning rules."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownEarningRuleError(UnstoredRefusal):
    """No such rule in the town."""

    code = "UNKNOWN_EARNING_RULE"
    retry = Retry.NEVER
