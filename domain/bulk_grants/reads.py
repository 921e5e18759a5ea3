"""Reads of bulk grants and of their rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.bulk_grants.kinds import HAS_WORK, TO_UNDO, WAITS, BulkState, RowState, UndoState
from domain.database import rows


@dataclass(frozen=True, slots=True)
class BulkGrant:
    """A bulk grant. Amounts in whole units; `amount_total` is that of the valid rows.

    rows_repeated, repeated_reason: what the officer confirmed at the start as repetitions of earlier grants, and why.
    """

    municipality: int
    id: UUID
    programme_id: UUID
    upload_id: UUID
    sha256: bytes
    skip_invalid: bool
    state: BulkState
    rows_total: int
    rows_invalid: int
    rows_granted: int
    rows_refused: int
    rows_cancelled: int
    rows_undone: int
    rows_repeated: int
    amount_total: int
    amount_granted: int
    amount_taken_back: int
    started_by: UUID
    created_at: datetime
    ended_at: datetime | None
    approve_key: UUID | None
    undo_key: UUID | None
    undo_reason: int | None
    undone_by: UUID | None
    repeated_reason: int | None

    @property
    def rows_left(self) -> int:
        """The number of undecided rows."""
        return self.rows_total - self.rows_invalid - self.rows_granted - self.rows_refused - self.rows_cancelled


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row and its outcome. Amounts in whole units; `figures` are those of the problem's message."""

    municipality: int
    bulk_grant: UUID
    number: int
    wallet_id: UUID | None
    amount: int | None
    state: RowState
    problem: str | None
    figures: dict[str, int]
    journal_id: UUID | None
    undone: bool
    taken_back: int
    undo_problem: str | None


_BULK = """select municipality_id, id, programme_id, upload_id, sha256, skip_invalid, state, rows_total, rows_invalid,
  rows_granted, rows_refused,
  rows_cancelled, rows_undone, rows_repeated, amount_total, amount_granted, amount_taken_back, started_by, created_at,
  ended_at, approve_key, undo_key,
  undo_reason, undone_by, repeated_reason from bulk_grant """
_ROW = """select municipality_id, bulk_grant_id, number, wallet_id, amount, state, problem, problem_data, journal_id,
  undo_state, taken_back,
  undo_problem from bulk_grant_row """


async def by_id(municipality: int, bulk_grant: UUID) -> BulkGrant | None:
    """Return a bulk grant of a municipality; None if there is no such bulk grant."""
    bulk_rows = await rows(_BULK + "where municipality_id = $1 and id = $2", municipality, bulk_grant)
    return _bulk(bulk_rows[0]) if bulk_rows else None


async def by_keys(keys: list[tuple[int, UUID]]) -> list[BulkGrant | None]:
    """Return bulk grants in the order of their keys (municipality, id); None for an unknown key."""
    bulk_rows = await rows(
        _BULK + "where (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [municipality for municipality, _ in keys],
        [bulk_grant for _, bulk_grant in keys],
    )
    bulk_grants = {(bulk.municipality, bulk.id): bulk for bulk in map(_bulk, bulk_rows)}
    return [bulk_grants.get(key) for key in keys]


async def by_upload(municipality: int, upload: UUID) -> BulkGrant | None:
    """Return the bulk grant of an upload; None if the upload has none."""
    bulk_rows = await rows(_BULK + "where municipality_id = $1 and upload_id = $2", municipality, upload)
    return _bulk(bulk_rows[0]) if bulk_rows else None


async def promised(municipality: int, officer: UUID) -> int:
    """Return what files that an officer started alone have still to grant. Whole units."""
    [row] = await rows(
        """select coalesce(sum(r.amount), 0)::bigint as amount from bulk_grant b
          join bulk_grant_row r on r.municipality_id = b.municipality_id and r.bulk_grant_id = b.id and r.state = $4
          where b.municipality_id = $1 and b.started_by = $2 and b.approve_key is null
            and b.state = any ($3::smallint[])""",
        municipality,
        officer,
        [BulkState.RUNNING, BulkState.PAUSED],
        RowState.WAITING,
    )
    amount: int = row["amount"]
    return amount


async def same_content(municipality: int, programme: UUID, sha256: bytes) -> UUID | None:
    """Return the programme's newest bulk grant with a file of this content, if it has granted or will grant rows.

    Undone ones, and those cancelled before any row was granted, do not count.
    """
    bulk_rows = await rows(
        """select id from bulk_grant where municipality_id = $1 and programme_id = $2 and sha256 = $3 and state <> $4
          and not (state = any ($5::smallint[]) and rows_granted = 0) order by created_at desc limit 1""",
        municipality,
        programme,
        sha256,
        BulkState.UNDONE,
        [BulkState.CANCELLING, BulkState.CANCELLED],
    )
    return bulk_rows[0]["id"] if bulk_rows else None


async def of_municipality(municipality: int, before: UUID | None, limit: int) -> list[BulkGrant]:
    """Return a page of a municipality's bulk grants, newest first, after the one with id `before`."""
    bulk_rows = await rows(
        _BULK
        + """where municipality_id = $1 and ($2::uuid is null or (created_at, id) < (select created_at, id
          from bulk_grant
          where municipality_id = $1 and id = $2)) order by created_at desc, id desc limit $3""",
        municipality,
        before,
        limit,
    )
    return [_bulk(row) for row in bulk_rows]


async def at_work(limit: int) -> list[tuple[int, UUID]]:
    """Return the bulk grants on which the runner has work, in all municipalities, oldest first."""
    bulk_rows = await rows(
        f"select municipality_id, id from bulk_grant where {HAS_WORK} order by created_at limit $1", limit
    )
    return [(row["municipality_id"], row["id"]) for row in bulk_rows]


async def rows_after(
    bulk: BulkGrant, after: int, limit: int, state: RowState | None = None, *, not_taken_back: bool = False
) -> list[BulkRow]:
    """Return a page of rows after a number, in order.

    state: only rows in this state. not_taken_back: only rows that an undo could not take back completely.
    """
    of_undo = " and undo_problem is not null" if not_taken_back else ""
    file_rows = await rows(
        f"""{_ROW} where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and ($5::smallint is null
          or state = $5){of_undo}
          order by number limit $4""",
        bulk.municipality,
        bulk.id,
        after,
        limit,
        state,
    )
    return [_row(row) for row in file_rows]


async def waiting(bulk: BulkGrant, after: int, limit: int) -> list[BulkRow]:
    """Return a page of undecided rows after a number, in order."""
    file_rows = await rows(
        _ROW
        + f"where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and {WAITS} order by number limit $4",
        bulk.municipality,
        bulk.id,
        after,
        limit,
    )
    return [_row(row) for row in file_rows]


async def to_undo(bulk: BulkGrant, after: int, limit: int) -> list[BulkRow]:
    """Return a page of granted rows that have not been undone, after a number, in order."""
    file_rows = await rows(
        _ROW + f"where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and {TO_UNDO} order by"
        " number limit $4",
        bulk.municipality,
        bulk.id,
        after,
        limit,
    )
    return [_row(row) for row in file_rows]


def _bulk(row: dict[str, Any]) -> BulkGrant:
    values = dict(row)
    values["municipality"], values["state"] = values.pop("municipality_id"), BulkState(values["state"])
    return BulkGrant(**values)


def _row(row: dict[str, Any]) -> BulkRow:
    figures = row["problem_data"]
    return BulkRow(
        municipality=row["municipality_id"],
        bulk_grant=row["bulk_grant_id"],
        number=row["number"],
        wallet_id=row["wallet_id"],
        amount=row["amount"],
        state=RowState(row["state"]),
        problem=row["problem"],
        figures=orjson.loads(figures) if isinstance(figures, str) else figures,
        journal_id=row["journal_id"],
        undone=row["undo_state"] == UndoState.DONE,
        taken_back=row["taken_back"],
        undo_problem=row["undo_problem"],
    )
