"""What mutations of corrections answer."""

import strawberry

from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.corrections.types import Reversal


@strawberry.type(description="What `proposeReversal` answers.")
class ProposeReversalPayload(Payload):
    """A proposal that waits for a second officer."""

    approval: Approval | None = strawberry.field(
        default=None, description="The proposal; give its id to a second finance officer for `reverseJournal`."
    )


@strawberry.type(description="What `reverseJournal` answers.")
class ReverseJournalPayload(ReplayablePayload):
    """A settled reversal."""

    reversal: Reversal | None = strawberry.field(default=None, description="The reversal.")
