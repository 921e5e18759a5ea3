"""Reads of approvals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.approvals.tables import Approval as Row


@dataclass(frozen=True, slots=True)
class Approval:
    """The proposal of one officer, and the approval of another; `approver` is None until then."""

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
    """Return an approval of a municipality; None if there is no such approval."""
    row = await Row.get_or_none(municipality_id=municipality, id=approval)
    return None if row is None else of(row)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Approval | None]:
    """Return approvals in the order of their keys (municipality, id); None for an unknown key."""
    query = Row.filter(municipality_id__in={town for town, _ in keys}, id__in=[approval for _, approval in keys])
    approvals = {(row.municipality_id, row.id): of(row) for row in await query}
    return [approvals.get(key) for key in keys]


async def by_subjects(keys: list[tuple[int, int, UUID]]) -> list[Approval | None]:
    """Return approvals in the order of (municipality, kind, subject); None for a subject without one."""
    query = Row.filter(
        municipality_id__in={town for town, _, _ in keys},
        kind__in={kind for _, kind, _ in keys},
        subject__in=[subject for _, _, subject in keys],
    )
    approvals = {(row.municipality_id, row.kind, row.subject): of(row) for row in await query}
    return [approvals.get(key) for key in keys]


async def by_subject(municipality: int, kind: int, subject: UUID) -> Approval | None:
    """Return the approval of a subject; None if it was never proposed."""
    row = await Row.get_or_none(municipality_id=municipality, kind=kind, subject=subject)
    return None if row is None else of(row)


def of(row: Row) -> Approval:
    """Return the approval of a row."""
    return Approval(
        municipality=row.municipality_id,
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        reason=row.reason,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        approver=row.approver,
        approved_at=row.approved_at,
    )
