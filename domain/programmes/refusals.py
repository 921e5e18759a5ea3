"""Refusals of programmes.

StoredRefusal        BudgetExceeded, CapExceeded
UnstoredRefusal      UnknownProgramme, ProgrammeClosed, NotEligible
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class BudgetExceededError(StoredRefusal):
    """More than is left of the programme's budget. Whole units."""

    available: int
    code = "BUDGET_EXCEEDED"


@dataclass(eq=False)
class CapExceededError(StoredRefusal):
    """More than the person may still have of the programme. Whole units."""

    available: int
    code = "CAP_EXCEEDED"


@dataclass(eq=False)
class UnknownProgrammeError(UnstoredRefusal):
    """No such programme in the town, or not one that grants value."""

    code = "UNKNOWN_PROGRAMME"
    retry = Retry.NEVER


@dataclass(eq=False)
class ProgrammeClosedError(UnstoredRefusal):
    """Before the programme begins, or after its end."""

    code = "PROGRAMME_CLOSED"


@dataclass(eq=False)
class NotEligibleError(UnstoredRefusal):
    """The person does not meet the programme's conditions. `reason`: RESIDENCY, AGE or UNVERIFIED."""

    reason: str
    code = "NOT_ELIGIBLE"
