"""Root fields of corrections."""

import strawberry

from domain.approvals.refusals import (
    ApprovalStaleError,
    ApprovalStateError,
    ApproverIsProposerError,
    UnknownJournalError,
)
from domain.ledger.kinds import Operation
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from resolvers import corrections
from schema.core.fields import FINANCE, mutation
from schema.corrections.results import ProposeReversalPayload, ReverseJournalPayload


@strawberry.type
class CorrectionsMutation:
    """Reversals on the word of two officers."""

    propose_reversal = mutation(
        corrections.propose_reversal,
        ProposeReversalPayload,
        roles=FINANCE,
        refuses=(UnknownJournalError,),
        description=(
            "Proposes to reverse a charge, a payment, a grant, a conversion or a purchase of vouchers. For finance"
            " officers of the municipality."
        ),
    )
    reverse_journal = mutation(
        corrections.reverse_journal,
        ReverseJournalPayload,
        roles=FINANCE,
        operation=Operation.REVERSE_JOURNAL,
        refuses=(
            UnknownJournalError,
            AlreadyReversedError,
            ReversalImpossibleError,
            ApproverIsProposerError,
            ApprovalStaleError,
            ApprovalStateError,
        ),
        description=(
            "Approves another officer's proposal and reverses the journal. For finance officers of the municipality."
        ),
    )
