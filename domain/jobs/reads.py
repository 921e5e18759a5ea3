"""Reads of scheduled jobs."""

from dataclasses import dataclass
from datetime import datetime

from domain.database import rows
from domain.jobs.kinds import JobFailure, failure_in


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job and the outcome of its last run. `rows_last`: the number of rows that it processed."""

    name: str
    last_started_at: datetime | None
    last_finished_at: datetime | None
    next_run_at: datetime
    rows_last: int
    last_error: JobFailure | None


async def every() -> list[Job]:
    """Return all jobs, ordered by name."""
    job_rows = await rows(
        "select name, last_started_at, last_finished_at, next_run_at, rows_last, last_error from job order by name"
    )
    return [Job(**{**row, "last_error": failure_in(row["last_error"])}) for row in job_rows]
