"""The scheduler: which jobs there are, which is due, and how the last run went.

One process runs them, whoever has the lock.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog

from domain.bulk_grants.run import run_bulk_grants
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.funding.settle import settle_open
from domain.ledger.audit import drift
from domain.municipalities import reads as municipalities
from domain.payments.hold import lapse
from domain.payments.top_up import TOPPED_UP_PAYMENT
from domain.services import Services
from domain.uploads.erase import erase_uploads
from domain.vouchers.funded import FUNDED_PURCHASE

LOCK = 7_306_531_742_262
"""Any number, the same everywhere: the advisory lock of the scheduler."""
log = structlog.get_logger()


class DriftFoundError(Exception):
    """The nightly audit found a difference."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job runs every so often; it answers how many rows it changed or found."""

    name: str
    every: timedelta
    run: Callable[[Services], Awaitable[int]]


async def audit_drift(services: Services) -> int:
    """Every town's ledger against itself. A difference is an error of the job, so that somebody is called."""
    towns = await municipalities.every()
    found = await drift([town.id for town in towns])
    if found:
        raise DriftFoundError(", ".join(sorted({one.check for one in found})))
    _ = services
    return 0


USES_OF_FUNDING = (TOPPED_UP_PAYMENT, FUNDED_PURCHASE)
"""Everything that money from outside pays for. What is not listed is never finished."""


async def settle_funding(services: Services) -> int:
    """Finish what was left open at the payment provider; how many authorisations."""
    return await settle_open(services, USES_OF_FUNDING)


JOBS = (
    Job("lapse_holds", timedelta(minutes=1), lapse),
    Job("expire_value", timedelta(minutes=10), expire),
    Job("remind_expiry", timedelta(hours=1), remind),
    Job("settle_funding", timedelta(minutes=1), settle_funding),
    Job("audit_drift", timedelta(hours=24), audit_drift),
    Job("run_bulk_grants", timedelta(seconds=15), run_bulk_grants),
    Job("erase_uploads", timedelta(hours=1), erase_uploads),
)


async def lead(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    """Whether this process is the one that runs jobs, as long as the connection lives."""
    return bool(await connection.fetchval("select pg_try_advisory_lock($1)", LOCK))


async def run_due(services: Services, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Runs what is due; how many jobs."""
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
        error = f"{type(failure).__name__}: {failure}"[:500]
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
