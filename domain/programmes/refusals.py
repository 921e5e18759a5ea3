"""Refusals of programmes.

StoredRefusal        BudgetExceeded, CapExceeded, AlreadyGranted
UnstoredRefusal      UnknownProgramme, UnknownProposal, ProgrammeClosed, NotEligible, ApprovalRequired
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
class UnknownProposalError(UnstoredRefusal):
    """No such proposed grant in the town."""

    code = "UNKNOWN_PROPOSAL"
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


@dataclass(eq=False)
class AlreadyGrantedError(StoredRefusal):
    """The proposal was granted under another key."""

    code = "ALREADY_GRANTED"


@dataclass(eq=False)
class ApprovalRequiredError(UnstoredRefusal):
    """Above the town's threshold: it is proposed, and another officer approves. Whole units."""

    threshold: int
    code = "APPROVAL_REQUIRED"
