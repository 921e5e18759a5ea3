"""The runner, which takes a bulk grant from any state to its end.

It may be killed at any point; any process can continue. The ledger decides each row under a key of its own, and the
rows only record the ledger's decisions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from domain.bulk_grants import reads
from domain.bulk_grants.kinds import AT_WORK, BulkState
from domain.bulk_grants.lock import alone
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.record import end
from domain.bulk_grants.steps import Step, cancel_rows, grant_rows, undo_rows
from domain.services import Services

JOB_SECONDS = 20.0
"""The time limit of a run of the scheduler's job, because other jobs wait meanwhile."""
GRANTS_LIMIT = 100
log = structlog.get_logger()

_STEPS: dict[BulkState, Callable[[Services, BulkGrant, int], Awaitable[Step | None]]] = {
    BulkState.RUNNING: grant_rows,
    BulkState.CANCELLING: cancel_rows,
    BulkState.UNDOING: undo_rows,
}


class RowsLeftError(Exception):
    """Rows could not be decided, for reasons outside the rows; the next run tries them again."""


def kick(services: Services, bulk: BulkGrant) -> None:
    """Start the runner in this process if it has work; if the process is busy, the scheduler's job will do it."""
    if bulk.state in AT_WORK:
        services.background.start(f"bulk_grant:{bulk.id}", run(services, bulk.municipality, bulk.id))


async def run_bulk_grants(services: Services) -> int:
    """Continue all unfinished bulk grants, as a job; return the number of rows decided."""
    loop = asyncio.get_running_loop()
    deadline, count, left = loop.time() + JOB_SECONDS, 0, False
    for municipality, key in await reads.at_work(GRANTS_LIMIT):
        if loop.time() >= deadline:
            break
        try:
            count += await run(services, municipality, key, deadline)
        except RowsLeftError:
            left = True
    if left:
        raise RowsLeftError
    return count


async def run(services: Services, municipality: int, key: UUID, deadline: float | None = None) -> int:
    """Process rows until the end, a pause, or the deadline (on the event loop's clock).

    Return the number of rows decided; 0 if another runner has the lock. Raises RowsLeftError.
    """
    loop, count, after, state = asyncio.get_running_loop(), 0, 0, None
    async with alone(key) as first:
        while first and (deadline is None or loop.time() < deadline):
            bulk = await reads.by_id(municipality, key)
            if bulk is None or bulk.state not in AT_WORK:
                break
            if bulk.state is not state:
                after, state = 0, bulk.state
            step = await _STEPS[bulk.state](services, bulk, after)
            if step is not None:
                count, after = count + step.decided, step.last
            elif not await end(services, bulk) and await _stands_still(bulk):
                log.error("bulk_grant.rows_left", municipality=municipality, bulk_grant=str(key))
                raise RowsLeftError
    return count


async def _stands_still(bulk: BulkGrant) -> bool:
    """Whether the state is the same as at the beginning of the round, so that the rows left could not be decided."""
    now = await reads.by_id(bulk.municipality, bulk.id)
    return now is not None and now.state is bulk.state
