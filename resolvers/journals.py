"""Journals of what was just decided, for the receipts that mutations answer."""

from uuid import UUID

from domain.ledger.kinds import JournalKind, Operation, Outcome
from domain.ledger.reads import Journal
from domain.ledger.request import Posted
from domain.viewer import Viewer


def journal_of(
    posted: Posted,
    *,
    viewer: Viewer,
    operation: Operation,
    wallet_id: UUID | None = None,
    store_id: UUID | None = None,
    reason: int | None = None,
    linked_journal: UUID | None = None,
) -> Journal:
    """The journal of a decision, without reading it back."""
    return Journal(
        municipality=posted.municipality,
        id=posted.journal_id,
        kind=JournalKind(posted.kind),
        actor=viewer.person_id,
        operation=operation,
        outcome=Outcome.SETTLED,
        receipt=posted.receipt,
        receipt_number=posted.receipt_number,
        wallet_id=wallet_id,
        store_id=store_id,
        reason=reason,
        linked_journal=linked_journal,
        recorded_at=posted.recorded_at,
    )
