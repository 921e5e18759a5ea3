"""Scheduled jobs, for municipal staff."""

from domain.jobs import reads
from schema.core.context import MeguruInfo
from schema.jobs.types import Job


async def jobs(info: MeguruInfo) -> list[Job]:  # noqa: ARG001 - every root field gets it
    """The scheduler's jobs, by name."""
    return [Job(job=row) for row in await reads.every()]
