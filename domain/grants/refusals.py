"""Refusals of grants.

StoredRefusal        AlreadyGranted
UnstoredRefusal      UnknownProposal, ApprovalRequired
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class AlreadyGrantedError(StoredRefusal):
    """The proposal was granted under another key."""

    code = "ALREADY_GRANTED"


@dataclass(eq=False)
class UnknownProposalError(UnstoredRefusal):
    """No such proposed grant in the town."""

    code = "UNKNOWN_PROPOSAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApprovalRequiredError(UnstoredRefusal):
    """Above the town's threshold: it is proposed, and another officer approves. Whole units."""

    threshold: int
    code = "APPROVAL_REQUIRED"
