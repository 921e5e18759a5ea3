"""Refusals of programmes.

StoredRefusal        BudgetExceeded, CapExceeded, ValueBound
UnstoredRefusal      UnknownProgramme, ProgrammeClosed, NotEligible, BudgetApproval
"""

from dataclasses import dataclass

from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class BudgetExceededError(StoredRefusal):
    """The amount is more than is left of the programme's budget. `available` in whole units."""

    available: int
    code = "BUDGET_EXCEEDED"


@dataclass(eq=False)
class CapExceededError(StoredRefusal):
    """The amount exceeds the programme's cap per person or household. `available`: what is left, in whole units."""

    available: int
    code = "CAP_EXCEEDED"


@dataclass(eq=False)
class ValueBoundError(StoredRefusal):
    """The wallet has enough, but some of it is bound more closely than what it would become, so it cannot pay for it.

    `available`: what is not, in whole units. `reason`: ENDS_SOONER, FEWER_STORES or FEWER_HOURS.
    """

    available: int
    reason: str
    code = "VALUE_BOUND"


@dataclass(eq=False)
class UnknownProgrammeError(UnstoredRefusal):
    """The municipality has no such programme, or the programme cannot be used for this operation."""

    code = "UNKNOWN_PROGRAMME"
    retry = Retry.NEVER


@dataclass(eq=False)
class ProgrammeClosedError(UnstoredRefusal):
    """The programme has not started, or has ended."""

    code = "PROGRAMME_CLOSED"


@dataclass(eq=False)
class BudgetApprovalError(UnstoredRefusal):
    """One officer may not put this much into budgets alone today; it becomes a proposal and is answered to nobody."""

    available: int
    internal = True
    code = "BUDGET_APPROVAL"


@dataclass(eq=False)
class NotEligibleError(UnstoredRefusal):
    """The person does not meet the eligibility conditions.

    `reason`: RESIDENCY, AGE or UNVERIFIED; NOT_FOR_PERSON where a store sells.
    """

    reason: str
    code = "NOT_ELIGIBLE"
    advice = Advice.NEVER
