"""Refusals of grants.

StoredRefusal        AlreadyGranted
UnstoredRefusal      UnknownProposal, ApprovalRequired, PossibleDuplicateGrant
"""

from dataclasses import dataclass

from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


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
    """One person may not grant this much alone: propose the grant for approval instead. Whole units.

    `threshold`: the most in a civil day, to the wallet or by the person. `available`: what is left of it today.
    """

    threshold: int
    available: int
    code = "APPROVAL_REQUIRED"
    advice = Advice.CHANGE_AND_USE_NEW_KEY


@dataclass(eq=False)
class PossibleDuplicateGrantError(UnstoredRefusal):
    """The programme gave the wallet the same amount today, as `receiptNumber`, and the request asked to be told."""

    receipt_number: str
    code = "POSSIBLE_DUPLICATE_GRANT"
    advice = Advice.CONFIRM
