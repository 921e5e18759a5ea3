"""Reads of changes of controls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals.kinds import ApprovalKind, ApprovalState
from domain.database import rows

_SELECT = """select municipality_id, id, kind, proposer, key, input::text, effective_at, due_at, applied_at, refused
  from control_change """


@dataclass(frozen=True, slots=True)
class ControlChange:
    """A proposed change of a control.

    key: of the proposer's request. effective_at: from when it was wanted; None: from its approval. due_at: from when it
    is in force; None until its approval. refused: the code of what stood in its way then.
    """

    municipality: int
    id: UUID
    kind: ApprovalKind
    proposer: UUID
    key: UUID
    input: str
    effective_at: datetime | None
    due_at: datetime | None
    applied_at: datetime | None
    refused: str | None


async def by_id(municipality: int, change: UUID) -> ControlChange | None:
    """Return a change of a municipality; None if there is no such change."""
    return (await by_keys([(municipality, change)]))[0]


async def by_keys(keys: list[tuple[int, UUID]]) -> list[ControlChange | None]:
    """Return changes in the order of their keys (municipality, id); None for an unknown key."""
    records = await rows(
        f"{_SELECT} where (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [municipality for municipality, _ in keys],
        [change for _, change in keys],
    )
    changes = {(row["municipality_id"], row["id"]): _of(row) for row in records}
    return [changes.get(key) for key in keys]


async def undecided(town: int, kind: ApprovalKind, proposer: UUID, at: datetime) -> list[ControlChange]:
    """Return the changes of a kind that an officer has proposed and nobody has decided at a time."""
    records = await rows(
        f"""{_SELECT} c where municipality_id = $1 and kind = $2 and proposer = $3 and due_at is null
          and exists (select from approval a where a.municipality_id = c.municipality_id and a.kind = c.kind
            and a.subject = c.id and a.state = $4 and a.approver is null and a.expires_at > $5)""",
        town,
        kind,
        proposer,
        ApprovalState.PROPOSED,
        at,
    )
    return [_of(row) for row in records]


async def due(at: datetime, limit: int) -> list[ControlChange]:
    """Return approved changes whose time has come and that are not in force, oldest first."""
    records = await rows(
        f"{_SELECT} where due_at <= $1 and applied_at is null and refused is null order by due_at, id limit $2",
        at,
        limit,
    )
    return [_of(row) for row in records]


async def unscheduled(limit: int) -> list[tuple[ControlChange, datetime]]:
    """Return approved changes of which nobody has said from when they are in force, with the instant of approval."""
    records = await rows(
        """select c.municipality_id, c.id, c.kind, c.proposer, c.key, c.input::text, c.effective_at, c.due_at,
            c.applied_at, c.refused, a.approved_at
          from control_change c
          join approval a on a.municipality_id = c.municipality_id and a.kind = c.kind and a.subject = c.id
          where c.due_at is null and a.approver is not null order by a.approved_at limit $1""",
        limit,
    )
    return [(_of(row), row["approved_at"]) for row in records]


def _of(row: dict[str, Any]) -> ControlChange:
    return ControlChange(
        municipality=row["municipality_id"],
        id=row["id"],
        kind=ApprovalKind(row["kind"]),
        proposer=row["proposer"],
        key=row["key"],
        input=row["input"],
        effective_at=row["effective_at"],
        due_at=row["due_at"],
        applied_at=row["applied_at"],
        refused=row["refused"],
    )
