"""What mutations of approvals answer."""

import strawberry

from schema.approvals.types import Approval
from schema.core.refusals import Payload

WAITS = (
    "The proposal, where another officer must approve it first; nothing has changed yet. Null when it was done at once."
)


@strawberry.type(description="What `approveChange` answers.")
class ApproveChangePayload(Payload):
    """An approved change."""

    approval: Approval | None = strawberry.field(
        default=None, description="The approval; `effectiveAt` says from when the change is in force."
    )


@strawberry.type(description="What `rejectApproval` answers.")
class RejectApprovalPayload(Payload):
    """A rejected proposal."""

    approval: Approval | None = strawberry.field(default=None, description="The proposal, now REJECTED.")


@strawberry.type(description="What `withdrawApproval` answers.")
class WithdrawApprovalPayload(Payload):
    """A withdrawn proposal."""

    approval: Approval | None = strawberry.field(default=None, description="The proposal, now WITHDRAWN.")
