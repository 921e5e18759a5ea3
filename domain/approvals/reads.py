"""Approvals, as others see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.approvals.tables import Approval as Row


@dataclass(frozen=True, slots=True)
class Approval:
    """A proposal of one officer, and the approval of another once it is given."""

    municipality: int
    id: UUID
    kind: int
    subject: UUID
    reason: int
    proposer: UUID
    proposed_at: datetime
    approver: UUID | None
    approved_at: datetime | None


async def by_id(municipality: int, approval: UUID) -> Approval | None:
    """One approval of a town."""
    row = await Row.get_or_none(municipality_id=municipality, id=approval)
    return None if row is None else of(row)


async def by_subject(municipality: int, kind: int, subject: UUID) -> Approval | None:
    """The approval of a subject."""
    row = await Row.get_or_none(municipality_id=municipality, kind=kind, subject=subject)
    return None if row is None else of(row)


def of(row: Row) -> Approval:
    """The frozen view of a row."""
    return Approval(row.municipality_id, row.id, row.kind, row.subject, row.reason, row.proposer, row.proposed_at, row.approver, row.approved_at)
