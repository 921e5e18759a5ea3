"""Grants by file, as others see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.bulk_grants.kinds import HAS_WORK, TO_UNDO, WAITS, BulkState, RowState, UndoState
from domain.database import rows


@dataclass(frozen=True, slots=True)
class BulkGrant:
    """A grant by file. Whole units; `amount_total` of the rows that may be granted."""

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

    @property
    def rows_left(self) -> int:
        """How many rows wait."""
        return self.rows_total - self.rows_invalid - self.rows_granted - self.rows_refused - self.rows_cancelled


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row and what became of it. Whole units."""

    municipality: int
    bulk_grant: UUID
    number: int
    wallet_id: UUID | None
    amount: int | None
    state: RowState
    problem: str | None
    told: dict[str, int]
    journal_id: UUID | None
    undone: bool
    taken_back: int
    undo_problem: str | None


_BULK = """select municipality_id, id, programme_id, upload_id, sha256, skip_invalid, state, rows_total, rows_invalid,
  rows_granted, rows_refused,
  rows_cancelled, rows_undone, amount_total, amount_granted, amount_taken_back, started_by, created_at, ended_at,
    approve_key, undo_key,
  undo_reason, undone_by from bulk_grant """
_ROW = """select municipality_id, bulk_grant_id, number, wallet_id, amount, state, problem, problem_data, journal_id,
  undo_state, taken_back,
  undo_problem from bulk_grant_row """


async def by_id(municipality: int, bulk_grant: UUID) -> BulkGrant | None:
    """One of a town."""
    found = await rows(_BULK + "where municipality_id = $1 and id = $2", municipality, bulk_grant)
    return _bulk(found[0]) if found else None


async def by_keys(keys: list[tuple[int, UUID]]) -> list[BulkGrant | None]:
    """Grants by file in the order of (municipality, id); None where there is none."""
    found = await rows(
        _BULK + "where (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [town for town, _ in keys],
        [one for _, one in keys],
    )
    known = {(one.municipality, one.id): one for one in map(_bulk, found)}
    return [known.get(key) for key in keys]


async def by_upload(municipality: int, upload: UUID) -> BulkGrant | None:
    """The one of an upload."""
    found = await rows(_BULK + "where municipality_id = $1 and upload_id = $2", municipality, upload)
    return _bulk(found[0]) if found else None


async def same_content(municipality: int, programme: UUID, sha256: bytes) -> UUID | None:
    """The newest of the programme with a file of this content that granted, or is to grant.

    Not one cancelled before anything, or undone.
    """
    found = await rows(
        """select id from bulk_grant where municipality_id = $1 and programme_id = $2 and sha256 = $3 and state <> $4
          and not (state = any ($5::smallint[]) and rows_granted = 0) order by created_at desc limit 1""",
        municipality,
        programme,
        sha256,
        BulkState.UNDONE,
        [BulkState.CANCELLING, BulkState.CANCELLED],
    )
    return found[0]["id"] if found else None


async def of_municipality(municipality: int, before: UUID | None, limit: int) -> list[BulkGrant]:
    """A town's, newest first, from before one of them."""
    found = await rows(
        _BULK
        + """where municipality_id = $1 and ($2::uuid is null or (created_at, id) < (select created_at, id
          from bulk_grant
          where municipality_id = $1 and id = $2)) order by created_at desc, id desc limit $3""",
        municipality,
        before,
        limit,
    )
    return [_bulk(row) for row in found]


async def at_work(limit: int) -> list[tuple[int, UUID]]:
    """Those for which a runner has something to do, in all towns."""
    found = await rows(
        f"select municipality_id, id from bulk_grant where {HAS_WORK} order by created_at limit $1", limit
    )
    return [(row["municipality_id"], row["id"]) for row in found]


async def rows_after(
    bulk: BulkGrant, after: int, limit: int, state: RowState | None = None, *, not_taken_back: bool = False
) -> list[BulkRow]:
    """Rows after a number, in order; those of a state, or of which an undo could not take back all."""
    of_undo = " and undo_problem is not null" if not_taken_back else ""
    found = await rows(
        f"""{_ROW} where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and ($5::smallint is null
          or state = $5){of_undo}
          order by number limit $4""",
        bulk.municipality,
        bulk.id,
        after,
        limit,
        state,
    )
    return [_row(row) for row in found]


async def waiting(bulk: BulkGrant, after: int, limit: int) -> list[BulkRow]:
    """Rows that nobody has granted or refused yet."""
    found = await rows(
        _ROW
        + f"where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and {WAITS} order by number limit $4",
        bulk.municipality,
        bulk.id,
        after,
        limit,
    )
    return [_row(row) for row in found]


async def to_undo(bulk: BulkGrant, after: int, limit: int) -> list[BulkRow]:
    """Granted rows of which nothing has been taken back yet."""
    found = await rows(
        _ROW + f"where municipality_id = $1 and bulk_grant_id = $2 and number > $3 and {TO_UNDO} order by"
        " number limit $4",
        bulk.municipality,
        bulk.id,
        after,
        limit,
    )
    return [_row(row) for row in found]


def _bulk(row: dict[str, Any]) -> BulkGrant:
    values = dict(row)
    values["municipality"], values["state"] = values.pop("municipality_id"), BulkState(values["state"])
    return BulkGrant(**values)


def _row(row: dict[str, Any]) -> BulkRow:
    told = row["problem_data"]
    return BulkRow(
        row["municipality_id"],
        row["bulk_grant_id"],
        row["number"],
        row["wallet_id"],
        row["amount"],
        RowState(row["state"]),
        row["problem"],
        orjson.loads(told) if isinstance(told, str) else told,
        row["journal_id"],
        row["undo_state"] == UndoState.DONE,
        row["taken_back"],
        row["undo_problem"],
    )
