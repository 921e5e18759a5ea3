"""Scheduled jobs, as staff see them."""

from dataclasses import dataclass
from datetime import datetime

from domain.database import rows


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job and how its last run went."""

    name: str
    last_started_at: datetime | None
    last_finished_at: datetime | None
    next_run_at: datetime
    rows_last: int
    last_error: str | None


async def every() -> list[Job]:
    """All jobs, by name."""
    found = await rows(
        "select name, last_started_at, last_finished_at, next_run_at, rows_last, last_error from job order by name"
    )
    return [Job(*row.values()) for row in found]
