"""Reads of approvals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from domain.approvals.kinds import ApprovalState
from domain.approvals.tables import Approval as Row
from domain.database import rows

Place = tuple[datetime, UUID]
"""The place of an approval in the inbox: the time of its proposal, and its id."""
DAYS = timedelta(days=30)
"""For how long a proposal of an earlier version, which wrote no end, may be approved."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The proposal of one officer, and the approval of another; `approver` is None until then.

    ended_by, ended_at, end_reason, end_note: of a proposal that was rejected or withdrawn.
    """

    municipality: int
    id: UUID
    kind: int
    subject: UUID
    reason: int
    proposer: UUID
    proposed_at: datetime
    approver: UUID | None
    approved_at: datetime | None
    expires_at: datetime
    stored_state: int = ApprovalState.PROPOSED
    version: bytes | None = None
    content: dict[str, Any] | None = None
    proposer_session: int | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    end_reason: int | None = None
    end_note: str | None = None

    def state(self, at: datetime) -> ApprovalState:
        """Compute the state at a time: nobody needs to be there for a proposal to expire."""
        if self.approver is not None:
            return ApprovalState.APPROVED
        if self.stored_state == ApprovalState.PROPOSED and self.expires_at <= at:
            return ApprovalState.EXPIRED
        return ApprovalState(self.stored_state)


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
    """Return the newest approvals in the order of (municipality, kind, subject); None for a subject without one."""
    query = Row.filter(
        municipality_id__in={town for town, _, _ in keys},
        kind__in={kind for _, kind, _ in keys},
        subject__in=[subject for _, _, subject in keys],
    ).order_by("proposed_at", "id")
    approvals = {(row.municipality_id, row.kind, row.subject): of(row) for row in await query}
    return [approvals.get(key) for key in keys]


async def by_subject(municipality: int, kind: int, subject: UUID) -> Approval | None:
    """Return the newest approval of a subject; None if it was never proposed."""
    return (await by_subjects([(municipality, kind, subject)]))[0]


async def inbox(
    municipality: int,
    states: Sequence[ApprovalState],
    kinds: Sequence[int],
    now: datetime,
    after: Place | None,
    limit: int,
) -> list[Approval]:
    """Return approvals of a municipality, newest first, at most `limit`. No states or kinds: all of them."""
    records = await rows(
        f"""select * from approval a where municipality_id = $1
          and (cardinality($2::smallint[]) = 0 or kind = any ($2::smallint[]))
          and (cardinality($3::smallint[]) = 0 or {_STATE} = any ($3::smallint[]))
          and ($5::timestamptz is null or (proposed_at, id) < ($5, $6))
          order by proposed_at desc, id desc limit $7""",
        municipality,
        list(kinds),
        list(states),
        now,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )
    return [_of_record(row) for row in records]


_STATE = f"""case when approver is not null then {ApprovalState.APPROVED:d}
  when state = {ApprovalState.PROPOSED:d} and coalesce(expires_at, proposed_at + interval '30 days') <= $4::timestamptz
  then {ApprovalState.EXPIRED:d} else state end"""
"""`Approval.state` in SQL."""


async def changed_since(municipality: int, since: datetime) -> list[Approval]:
    """Return the approvals that were proposed, approved or ended at or after an instant, oldest change first."""
    records = await rows(
        """select * from approval where municipality_id = $1
          and greatest(proposed_at, approved_at, ended_at) >= $2
          order by greatest(proposed_at, approved_at, ended_at), id""",
        municipality,
        since,
    )
    return [_of_record(row) for row in records]


async def session_of(person: UUID) -> int | None:
    """Return the version of a person's sessions now; None for an unknown person."""
    records = await rows("select session_version from person where id = $1", person)
    return records[0]["session_version"] if records else None


async def days_of(municipality: int) -> int:
    """Return for how many days a proposal of a municipality may be approved."""
    [row] = await rows("select approval_days from municipality where id = $1", municipality)
    days: int = row["approval_days"]
    return days


def of(row: Row) -> Approval:
    """Return the approval of a row."""
    return _approval({name: getattr(row, name) for name in Row._meta.fields_map})  # noqa: SLF001 - no public list


def _of_record(record: dict[str, Any]) -> Approval:
    content = record["content"]
    return _approval({**record, "content": orjson.loads(content) if isinstance(content, str) else content})


def _approval(row: dict[str, Any]) -> Approval:
    return Approval(
        municipality=row["municipality_id"],
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        reason=row["reason"],
        proposer=row["proposer"],
        proposed_at=row["proposed_at"],
        approver=row["approver"],
        approved_at=row["approved_at"],
        expires_at=row["expires_at"] or row["proposed_at"] + DAYS,
        stored_state=row["state"],
        version=None if row["version"] is None else bytes(row["version"]),
        content=row["content"],
        proposer_session=row["proposer_session"],
        ended_by=row["ended_by"],
        ended_at=row["ended_at"],
        end_reason=row["end_reason"],
        end_note=row["end_note"],
    )


async def last_act(municipality: int, action: str, subject: UUID) -> tuple[int, str] | None:
    """Return the number and reason of the newest entry of an action on a subject; None if there is none."""
    records = await rows(
        """select id, reason from audit_entry where municipality_id = $1 and subject = $2 and action = $3
          order by id desc limit 1""",
        municipality,
        str(subject),
        action,
    )
    return (records[0]["id"], records[0]["reason"]) if records else None
