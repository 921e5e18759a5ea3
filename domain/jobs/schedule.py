"""The scheduler: the list of jobs, and a loop that runs those that are due.

Of all processes, only the one that holds the advisory lock runs jobs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog

from domain.bulk_grants.run import run_bulk_grants
from domain.controls.approve import apply_due
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.funding.settle import settle_open
from domain.jobs.kinds import DriftFoundError, failure_of
from domain.ledger.audit import drift
from domain.municipalities import reads as municipalities
from domain.payments.hold import lapse
from domain.payments.top_up import TOPPED_UP_PAYMENT
from domain.services import Services
from domain.tries.count import forget
from domain.uploads.erase import erase_uploads
from domain.vouchers.funded import FUNDED_PURCHASE

LOCK = 7_306_531_742_262
"""The key of the scheduler's advisory lock: an arbitrary number, the same in every process."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A job that runs at an interval. `run` returns the number of rows that it processed."""

    name: str
    every: timedelta
    run: Callable[[Services], Awaitable[int]]


async def audit_drift(services: Services) -> int:
    """Check every municipality's ledger against itself. A difference fails the job, which raises an alert."""
    towns = await municipalities.every()
    differences = await drift([town.id for town in towns])
    if differences:
        raise DriftFoundError(", ".join(sorted({difference.check for difference in differences})))
    _ = services
    return 0


USES_OF_FUNDING = (TOPPED_UP_PAYMENT, FUNDED_PURCHASE)
"""The purposes of money from outside. Authorisations of any other purpose are not settled."""


async def settle_funding(services: Services) -> int:
    """Settle open authorisations at the payment provider; return how many."""
    return await settle_open(services, USES_OF_FUNDING)


JOBS = (
    Job("lapse_holds", timedelta(minutes=1), lapse),
    Job("expire_value", timedelta(minutes=10), expire),
    Job("remind_expiry", timedelta(hours=1), remind),
    Job("settle_funding", timedelta(minutes=1), settle_funding),
    Job("audit_drift", timedelta(hours=24), audit_drift),
    Job("run_bulk_grants", timedelta(seconds=15), run_bulk_grants),
    Job("apply_control_changes", timedelta(seconds=15), apply_due),
    Job("erase_uploads", timedelta(hours=1), erase_uploads),
    Job("forget_tries", timedelta(hours=1), forget),
)


async def lead(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    """Try to become the process that runs jobs; return whether it is. The lock lasts as long as the connection."""
    return bool(await connection.fetchval("select pg_try_advisory_lock($1)", LOCK))


async def remove_unknown(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Remove the rows of jobs that this version does not have: their last error would be shown for ever."""
    names = [job.name for job in JOBS]
    removed = await connection.fetch("delete from job where name <> all ($1) returning name", names)
    if removed:
        log.info("job.removed", jobs=sorted(row["name"] for row in removed))


async def run_due(services: Services, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Run the jobs that are due; return how many ran."""
    ran = 0
    for job in JOBS:
        now = services.clock()
        due = await connection.fetchval(
            """insert into job (name, next_run_at) values ($1, $2) on conflict (name) do update set last_started_at = $2
              where job.next_run_at <= $2 returning true""",
            job.name,
            now,
        )
        if due:
            await _run(services, connection, job)
            ran += 1
    return ran


async def _run(services: Services, connection: "asyncpg.Connection[asyncpg.Record]", job: Job) -> None:
    started = services.clock()
    rows, error = 0, None
    try:
        rows = await job.run(services)
    except Exception as failure:
        error = failure_of(failure).value
        log.exception("job.failed", job=job.name)
    await connection.execute(
        "update job set last_started_at = $2, last_finished_at = $3, next_run_at = $4, rows_last = $5, last_error = $6"
        " where name = $1",
        job.name,
        started,
        services.clock(),
        started + job.every,
        rows,
        error,
    )
    log.info("job.ran", job=job.name, rows=rows, error=error)
