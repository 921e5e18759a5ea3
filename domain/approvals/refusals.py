"""Refusals of approvals. They are decided before the request goes to the ledger; nothing is written."""

from dataclasses import dataclass

from domain.approvals.kinds import Stale
from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownJournalError(UnstoredRefusal):
    """The municipality has no such journal or approval, or the journal cannot be reversed."""

    code = "UNKNOWN_JOURNAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApproverIsProposerError(UnstoredRefusal):
    """The approver is the person who made the proposal. Another officer must approve it."""

    code = "APPROVER_IS_PROPOSER"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownApprovalError(UnstoredRefusal):
    """The municipality has no such approval, or it is of a kind that this operation does not take."""

    code = "UNKNOWN_APPROVAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApprovalStaleError(UnstoredRefusal):
    """The proposal can no longer be approved; it can be proposed again. `reason`: why.

    PROPOSER_LEFT: the proposer no longer has the role. PROPOSER_SESSION_ENDED: the proposer's sessions were ended
    since. SUBJECT_CHANGED: what it is about has changed since. EXPIRED: the time for its approval has passed.
    """

    reason: Stale
    code = "APPROVAL_STALE"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApprovalStateError(UnstoredRefusal):
    """The proposal is in a state that does not allow this operation. `state`: a value of `ApprovalState`."""

    state: str
    code = "APPROVAL_STATE"
    retry = Retry.NEVER
