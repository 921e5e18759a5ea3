"""Approvals: what one officer proposes, and the approval of another."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.approvals.reads import Approval as DomainApproval
from domain.identifiers import Prefix
from schema.approvals.enums import ReversalReason
from schema.core.node import Node


@strawberry.type(description="A proposal of one officer that waits for, or has, the approval of another. 承認")
class Approval(Node):
    """A proposal and its approval."""

    approval: strawberry.Private[DomainApproval]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its id in its municipality."""
        return Prefix.APPROVAL, self.approval.municipality, self.approval.id

    @strawberry.field(description="Time of the proposal, in UTC.")
    def proposed_at(self) -> datetime:
        return self.approval.proposed_at

    @strawberry.field(description="Time of another officer's approval, in UTC; null until then.")
    def approved_at(self) -> datetime | None:
        return self.approval.approved_at

    @strawberry.field(description="The reason.")
    def reason(self) -> ReversalReason:
        return ReversalReason(self.approval.reason)
