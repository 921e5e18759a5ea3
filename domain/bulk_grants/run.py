"""The runner: takes a grant by file from wherever it is to its end.

It may be killed at any point and begun again by anybody.

The ledger decides each row under a key of its own; what is written down afterwards only repeats what the ledger has
said.
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
"""How long a run of the scheduler's job stays with grants by file: other jobs wait meanwhile."""
GRANTS_LIMIT = 100
log = structlog.get_logger()

_STEPS: dict[BulkState, Callable[[Services, BulkGrant, int], Awaitable[Step | None]]] = {
    BulkState.RUNNING: grant_rows,
    BulkState.CANCELLING: cancel_rows,
    BulkState.UNDOING: undo_rows,
}


class RowsLeftError(Exception):
    """Rows could not be decided for another reason than their own: the next run tries them again."""


def kick(services: Services, bulk: BulkGrant) -> None:
    """Begins at once in this process, if there is something to do and nobody does it; else the scheduler's job will."""
    if bulk.state in AT_WORK:
        services.background.start(f"bulk_grant:{bulk.id}", run(services, bulk.municipality, bulk.id))


async def run_bulk_grants(services: Services) -> int:
    """The job: goes on with all that is unfinished; how many rows."""
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
    """Works until the end, the deadline (of the loop's clock), or a pause.

    How many rows. 0 where somebody else does.
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
    """Whether rows are left after a whole round, in the same state as at its beginning."""
    now = await reads.by_id(bulk.municipality, bulk.id)
    return now is not None and now.state is bulk.state
