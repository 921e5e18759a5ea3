"""Refusals of approvals: decided before the ledger is asked, nothing is written."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownJournalError(UnstoredRefusal):
    """No such journal or approval in the town, or not one that can be reversed."""

    code = "UNKNOWN_JOURNAL"
    retry = Retry.NEVER


@dataclass(eq=False)
class ApproverIsProposerError(UnstoredRefusal):
    """Two persons: who proposes does not approve."""

    code = "APPROVER_IS_PROPOSER"
    retry = Retry.NEVER
