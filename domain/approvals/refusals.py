"""Refusals of approvals. They are decided before the request goes to the ledger; nothing is written."""

from dataclasses import dataclass

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
