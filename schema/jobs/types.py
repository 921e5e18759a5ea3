"""Scheduled jobs and how they went."""

from datetime import datetime

import strawberry

from domain.jobs.reads import Job as DomainJob


@strawberry.type(description="A scheduled job and how its last run went.")
class Job:
    """A scheduled job."""

    job: strawberry.Private[DomainJob]

    @strawberry.field(description="Its name.")
    def name(self) -> str:
        return self.job.name

    @strawberry.field(description="Start of its last run, in UTC; null: it has never run.")
    def last_started_at(self) -> datetime | None:
        return self.job.last_started_at

    @strawberry.field(description="End of its last run, in UTC; null: no run has ended yet.")
    def last_finished_at(self) -> datetime | None:
        return self.job.last_finished_at

    @strawberry.field(description="Start of its next run, in UTC.")
    def next_run_at(self) -> datetime:
        return self.job.next_run_at

    @strawberry.field(description="How many rows its last run changed.")
    def rows_last(self) -> int:
        return self.job.rows_last

    @strawberry.field(
        description=(
            "The kind of failure of its last run: DRIFT, DATABASE, PROVIDER or OTHER; more may be added. Null: it went"
            " well. The failure itself is in the server's log."
        )
    )
    def last_error(self) -> str | None:
        return None if self.job.last_error is None else self.job.last_error.value
