"""Root field of scheduled jobs."""

import strawberry

from resolvers import jobs as job_resolvers
from schema.core.fields import STAFF, query
from schema.jobs.types import Job


@strawberry.type
class JobsQuery:
    """The scheduler's jobs."""

    jobs = query(
        job_resolvers.jobs, list[Job], roles=STAFF, description="The scheduler's jobs. For the staff of a municipality."
    )
