"""Record the outcomes of rows, after the ledger has decided.

Recording an outcome twice changes nothing. The counts of a bulk grant are updated together with its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from domain.bulk_grants.kinds import TO_UNDO, WAITS, BulkState, RowState, UndoState
from domain.bulk_grants.reads import BulkGrant
from domain.database import rows, transaction
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from domain.services import Services

_LOCK = "select 1 from bulk_grant where municipality_id = $1 and id = $2 for no key update"
_DONE = f"""with done as (
    update bulk_grant_row r set state = w.state, problem = w.problem, problem_data = w.figures::jsonb,
      journal_id = w.journal
    from unnest($3::integer[], $4::smallint[], $5::text[], $6::text[], $7::uuid[])
      w (number, state, problem, figures, journal)
    where r.municipality_id = $1 and r.bulk_grant_id = $2 and r.number = w.number
      and r.state = {RowState.WAITING:d} returning r.state, r.amount),
  sums as (select count(*) filter (where state = {RowState.GRANTED:d}) as granted,
    count(*) filter (where state = {RowState.REFUSED:d}) as refused,
    count(*) filter (where state = {RowState.CANCELLED:d}) as cancelled,
    coalesce(sum(amount) filter (where state = {RowState.GRANTED:d}), 0) as amount from done)
  update bulk_grant b set rows_granted = rows_granted + s.granted, rows_refused = rows_refused + s.refused,
    rows_cancelled = rows_cancelled + s.cancelled, amount_granted = amount_granted + s.amount
  from sums s where b.municipality_id = $1 and b.id = $2"""
_UNDONE = f"""with done as (
    update bulk_grant_row r set undo_state = {UndoState.DONE:d}, taken_back = w.taken, undo_problem = w.problem,
      undo_journal_id = w.journal
    from unnest($3::integer[], $4::bigint[], $5::text[], $6::uuid[]) w (number, taken, problem, journal)
    where r.municipality_id = $1 and r.bulk_grant_id = $2 and r.number = w.number
      and r.undo_state = {UndoState.NONE:d} returning r.taken_back),
  sums as (select count(*) as undone, coalesce(sum(taken_back), 0) as taken from done)
  update bulk_grant b set rows_undone = rows_undone + s.undone, amount_taken_back = amount_taken_back + s.taken
  from sums s where b.municipality_id = $1 and b.id = $2"""
_ENDS = {
    BulkState.RUNNING: (BulkState.FINISHED, WAITS),
    BulkState.CANCELLING: (BulkState.CANCELLED, WAITS),
    BulkState.UNDOING: (BulkState.UNDONE, TO_UNDO),
}
"""The state that follows each working state, and the condition of rows that are still to be processed in it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of a row, as decided by the ledger; `figures` are those of the problem's message."""

    number: int
    state: RowState
    problem: str | None = None
    figures: dict[str, int] = field(default_factory=dict)
    journal: UUID | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The outcome of undoing a row. Amount in whole units; `problem`: why it is not the whole amount."""

    number: int
    amount: int
    problem: str | None
    journal: UUID | None


async def write_decided(services: Services, bulk: BulkGrant, page: Sequence[Decided]) -> None:
    """Record the outcomes of waiting rows: granted, refused or cancelled."""
    values = [
        [row.number for row in page],
        [row.state for row in page],
        [row.problem for row in page],
        [orjson.dumps(row.figures).decode() for row in page],
        [row.journal for row in page],
    ]
    async with transaction() as connection:
        await connection.execute_query(_LOCK, [bulk.municipality, bulk.id])
        await connection.execute_query(_DONE, [bulk.municipality, bulk.id, *values])
    wake(services, bulk)


async def write_taken_back(services: Services, bulk: BulkGrant, page: Sequence[TakenBack]) -> None:
    """Record the outcomes of undoing granted rows."""
    values = [
        [row.number for row in page],
        [row.amount for row in page],
        [row.problem for row in page],
        [row.journal for row in page],
    ]
    async with transaction() as connection:
        await connection.execute_query(_LOCK, [bulk.municipality, bulk.id])
        await connection.execute_query(_UNDONE, [bulk.municipality, bulk.id, *values])
    wake(services, bulk)


async def end(services: Services, bulk: BulkGrant) -> bool:
    """Leave a working state; return False if rows are left to process, or if the state has changed meanwhile."""
    following, left = _ENDS[bulk.state]
    changed = await rows(
        f"""update bulk_grant b set state = $4, ended_at = $5 where municipality_id = $1 and id = $2 and state = $3
          and not exists (
          select from bulk_grant_row r where r.municipality_id = $1 and r.bulk_grant_id = $2 and {left})
            returning b.id""",
        bulk.municipality,
        bulk.id,
        bulk.state,
        following,
        services.clock(),
    )
    wake(services, bulk)
    return bool(changed)


def wake(services: Services, bulk: BulkGrant) -> None:
    """Wake the followers of a bulk grant, by a bus message under the bulk grant's id, which is stored nowhere."""
    services.bus.publish(
        [
            EventRow(
                municipality=bulk.municipality,
                holder=bulk.id,
                sequence=0,
                kind=JournalKind.GRANT_CLOSED,
                journal_id=bulk.id,
                counterparty=None,
                assets=[],
                amounts=[],
                balances=[],
                recorded_at=services.clock(),
            )
        ]
    )
