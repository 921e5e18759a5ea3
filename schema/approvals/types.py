"""Approvals: what one officer proposes, and the approval of another."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain.approvals.reads import Approval as DomainApproval
from domain.controls import reads as controls
from domain.controls.reads import ControlChange
from domain.identifiers import Prefix, encode
from schema.approvals.enums import ApprovalKind, ApprovalState, EndReason, ReversalReason
from schema.core.context import MeguruInfo
from schema.core.ids import ID
from schema.core.node import Node
from schema.core.page import PageInfo
from schema.core.scalars import Amount, amount_or_none


@strawberry.type(description="A fact of what is proposed, before and after, such as `budget`.")
class ProposedFact:
    """A fact of a proposal."""

    name: str = strawberry.field(description="Its stable name, such as `single`, `numerator` or `walletId`.")
    before: str | None = strawberry.field(
        description="What it is without the change; null for something new. Numbers in whole units, ids as ids."
    )
    after: str | None = strawberry.field(description="What it becomes; null where it is left out.")


@strawberry.type(description="A proposal of one officer that waits for, or has, the approval of another. 承認")
class Approval(Node):
    """A proposal and its approval."""

    approval: strawberry.Private[DomainApproval]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its id in its municipality."""
        return Prefix.APPROVAL, self.approval.municipality, self.approval.id

    @strawberry.field(description="What it is about.")
    def kind(self) -> ApprovalKind:
        return ApprovalKind(self.approval.kind)

    @strawberry.field(description="What has become of it, now.")
    def state(self, info: MeguruInfo) -> ApprovalState:
        return self.approval.state(info.context.services.clock())

    @strawberry.field(description="Time of the proposal, in UTC.")
    def proposed_at(self) -> datetime:
        return self.approval.proposed_at

    @strawberry.field(description="The person who proposed it; another person must approve it.")
    def proposer_id(self) -> ID:
        return ID(encode(Prefix.PERSON, 0, self.approval.proposer))

    @strawberry.field(description="Whether the viewer proposed it, and may withdraw it but not approve it.")
    def proposed_by_viewer(self, info: MeguruInfo) -> bool:
        return info.context.asker.person_id == self.approval.proposer

    @strawberry.field(description="Time until which it may be approved, exclusive, in UTC.")
    def expires_at(self) -> datetime:
        return self.approval.expires_at

    @strawberry.field(description="Time of another officer's approval, in UTC; null until then.")
    def approved_at(self) -> datetime | None:
        return self.approval.approved_at

    @strawberry.field(description="The reason.")
    def reason(self) -> ReversalReason:
        return ReversalReason(self.approval.reason)

    @strawberry.field(
        description="The value that it would move or allow, in whole units; null where it is about no amount."
    )
    def amount(self) -> Amount | None:
        return amount_or_none((self.approval.content or {}).get("amount"))

    @strawberry.field(description="What it would change, fact by fact; empty for proposals of before 2026-12.")
    def facts(self) -> list[ProposedFact]:
        content = self.approval.content or {}
        before, after = content.get("before") or {}, content.get("after") or {}
        return [
            ProposedFact(name=name, before=_text(before.get(name)), after=_text(after.get(name)))
            for name in {**before, **after}
        ]

    @strawberry.field(description="Time at which it was rejected or withdrawn, in UTC; null otherwise.")
    def ended_at(self) -> datetime | None:
        return self.approval.ended_at

    @strawberry.field(description="Why it was rejected or withdrawn; null otherwise.")
    def end_reason(self) -> EndReason | None:
        return None if self.approval.end_reason is None else EndReason(self.approval.end_reason)

    @strawberry.field(description="What was said about it, in words; at most 200 characters.")
    def end_note(self) -> str | None:
        return self.approval.end_note

    @strawberry.field(
        description=(
            "Of a change that `approveChange` approves: time from which it is in force, in UTC, at its approval or"
            " later; until the approval the time that was asked for. Null: from the approval on."
        )
    )
    async def effective_at(self, info: MeguruInfo) -> datetime | None:
        change = await self._change(info)
        return None if change is None else change.due_at or change.effective_at

    @strawberry.field(description="Of such a change: time at which it came into force, in UTC; null until then.")
    async def applied_at(self, info: MeguruInfo) -> datetime | None:
        change = await self._change(info)
        return None if change is None else change.applied_at

    @strawberry.field(
        description="Of such a change: the refusal code of what stood in its way in its time; null otherwise."
    )
    async def refused_code(self, info: MeguruInfo) -> str | None:
        change = await self._change(info)
        return None if change is None else change.refused

    async def _change(self, info: MeguruInfo) -> ControlChange | None:
        return await info.context.load(controls.by_keys, (self.approval.municipality, self.approval.subject))


def _text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return None if value is None else value if isinstance(value, str) else str(value)


def approval_of(row: DomainApproval | None) -> Approval | None:
    """The approval of a row; None for none."""
    return None if row is None else Approval(approval=row)


@strawberry.type(description="An approval in a list.")
class ApprovalEdge:
    """An approval in a list."""

    cursor: str = strawberry.field(description="Where the next page begins.")
    node: Approval = strawberry.field(description="The approval.")


@strawberry.type(description="Approvals of a municipality, newest first.")
class ApprovalConnection:
    """A page of approvals."""

    edges: list[ApprovalEdge] = strawberry.field(description="The approvals of the page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
