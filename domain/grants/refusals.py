"""Refusals of grants.

StoredRefusal        AlreadyGranted
UnstoredRefusal      UnknownProposal, ApprovalRequired
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class AlreadyGrantedError(StoredRefusal):
    """The proposal has already been granted under another key."""

    code = "ALREADY_GRANTED"


@dataclass(eq=False)
class UnknownProposalError(UnstoredRefusal):
    """The municipality has no such proposal of a grant."""

    code = "UNKNOWN_PROPOSAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApprovalRequiredError(UnstoredRefusal):
    """The amount is above the municipality's `threshold`, in whole units: propose the grant for approval instead."""

    threshold: int
    code = "APPROVAL_REQUIRED"
