"""Corrections: input in, one domain call, the contract's type out."""

from domain.corrections import reverse
from domain.corrections.receipts import OfJournal
from domain.ledger.kinds import Operation
from resolvers.journals import journal_of
from schema.approvals.types import Approval
from schema.core.context import MeguruInfo
from schema.corrections.inputs import ProposeReversalInput, ReverseJournalInput
from schema.corrections.results import ProposeReversalPayload, ReverseJournalPayload
from schema.corrections.types import Reversal


async def propose_reversal(info: MeguruInfo, input: ProposeReversalInput) -> ProposeReversalPayload:
    """Records the first officer's proposal."""
    approval = await reverse.propose_reversal(
        info.context.services, info.context.signed_in, *input.journal(), input.reason
    )
    return ProposeReversalPayload(approval=Approval(approval=approval))


async def reverse_journal(info: MeguruInfo, input: ReverseJournalInput) -> ReverseJournalPayload:
    """Approves the proposal as the second officer, and reverses the journal."""
    viewer = info.context.signed_in
    municipality, approval_id = input.approval()
    posted = await reverse.reverse_journal(
        info.context.services, viewer, municipality, input.idempotency_key, approval_id, input.valid_until
    )
    journal = journal_of(
        posted, viewer=viewer, operation=Operation.REVERSE_JOURNAL, linked_journal=posted.receipt.section(OfJournal).id
    )
    return ReverseJournalPayload(reversal=Reversal(journal=journal), replayed=posted.replayed)
