"""Inputs of corrections. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.approvals.refusals import UnknownJournalError
from schema.approvals.enums import ReversalReason
from schema.core.ids import ID, Prefix, key_of, read
from schema.keys.inputs import KEY, UNTIL


@strawberry.input(description="A finance officer proposes to reverse a journal.")
class ProposeReversalInput:
    """A proposal to reverse a journal."""

    journal_id: ID = strawberry.field(
        description=(
            "A charge, a payment, a grant, a conversion or a purchase of vouchers of the officer's municipality, by its"
            " own id."
        )
    )
    reason: ReversalReason = strawberry.field(description="The reason.")

    def journal(self) -> tuple[int, UUID]:
        """Municipality and key of the journal; UnknownJournalError for an id of something else."""
        payment = read(Prefix.PAYMENT, self.journal_id)
        return payment or key_of(Prefix.JOURNAL, self.journal_id, UnknownJournalError)


@strawberry.input(description="Another finance officer approves, and the journal is reversed.")
class ReverseJournalInput:
    """An approval, and the reversal."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    approval_id: ID = strawberry.field(description="The proposal; of somebody else.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def approval(self) -> tuple[int, UUID]:
        """Municipality and key of the proposal; UnknownJournalError for an id of something else."""
        return key_of(Prefix.APPROVAL, self.approval_id, UnknownJournalError)
