"""Scheduled jobs, for municipal staff."""

from domain.jobs import reads
from domain.ledger.holders import municipalities_of, serving
from domain.refusals import NotPermittedError
from schema.core.access import MUNICIPAL
from schema.core.context import MeguruInfo
from schema.jobs.types import Job


async def jobs(info: MeguruInfo) -> list[Job]:
    """The scheduler's jobs, by name. A role of the token counts where a municipality has given it, as everywhere."""
    viewer = info.context.signed_in
    towns = await municipalities_of(viewer.person_id)
    if not any(await serving(viewer.person_id, viewer.relations(*MUNICIPAL), towns)):
        raise NotPermittedError
    return [Job(job=row) for row in await reads.every()]
