"""Inputs of approvals."""

from uuid import UUID

import strawberry

from domain.approvals.refusals import UnknownApprovalError
from schema.approvals.enums import EndReason
from schema.core.ids import ID, Prefix, key_of

NOTE = "What to say about it, at most 200 characters; needed for OTHER. It can be erased; no personal data, please."


@strawberry.input(description="Approves another officer's change of a control.")
class ApproveChangeInput:
    """An approval."""

    approval_id: ID = strawberry.field(description="The approval; of somebody else's proposal.")

    def approval(self) -> tuple[int, UUID]:
        """Municipality and key of the approval; UnknownApprovalError for an id of something else."""
        return key_of(Prefix.APPROVAL, self.approval_id, UnknownApprovalError)


@strawberry.input(description="Rejects another officer's proposal.")
class RejectApprovalInput:
    """A rejection."""

    approval_id: ID = strawberry.field(description="The approval; of somebody else's proposal.")
    reason: EndReason = strawberry.field(description="Why.")
    note: str | None = strawberry.field(default=None, description=NOTE)

    def approval(self) -> tuple[int, UUID]:
        """Municipality and key of the approval; UnknownApprovalError for an id of something else."""
        return key_of(Prefix.APPROVAL, self.approval_id, UnknownApprovalError)


@strawberry.input(description="Withdraws one's own proposal.")
class WithdrawApprovalInput:
    """A withdrawal."""

    approval_id: ID = strawberry.field(description="The approval; of one's own proposal.")
    reason: EndReason = strawberry.field(description="Why.")
    note: str | None = strawberry.field(default=None, description=NOTE)

    def approval(self) -> tuple[int, UUID]:
        """Municipality and key of the approval; UnknownApprovalError for an id of something else."""
        return key_of(Prefix.APPROVAL, self.approval_id, UnknownApprovalError)
