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


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Approval | None]:
    """Approvals in the order of (municipality, id); None where there is none."""
    found = await Row.filter(municipality_id__in={town for town, _ in keys}, id__in=[approval for _, approval in keys])
    known = {(row.municipality_id, row.id): of(row) for row in found}
    return [known.get(key) for key in keys]


async def by_subjects(keys: list[tuple[int, int, UUID]]) -> list[Approval | None]:
    """The approvals of subjects in the order of (municipality, kind, subject); None where there is none."""
    found = await Row.filter(
        municipality_id__in={town for town, _, _ in keys},
        kind__in={kind for _, kind, _ in keys},
        subject__in=[subject for _, _, subject in keys],
    )
    known = {(row.municipality_id, row.kind, row.subject): of(row) for row in found}
    return [known.get(key) for key in keys]


async def by_subject(municipality: int, kind: int, subject: UUID) -> Approval | None:
    """The approval of a subject."""
    row = await Row.get_or_none(municipality_id=municipality, kind=kind, subject=subject)
    return None if row is None else of(row)


def of(row: Row) -> Approval:
    """The frozen view of a row."""
    return Approval(
        row.municipality_id,
        row.id,
        row.kind,
        row.subject,
        row.reason,
        row.proposer,
        row.proposed_at,
        row.approver,
        row.approved_at,
    )
