"""What municipal staff ask: jobs, drift, trial balance."""

from datetime import datetime
from typing import Annotated

from strawberry import argument

from domain.jobs import reads as jobs_reads
from domain.jobs.reads import Job
from domain.ledger.audit import TrialBalance, drift, trial_balance
from domain.ledger.holders import serves
from domain.municipalities import reads as municipalities
from domain.refusals import NotPermittedError
from domain.viewer import Relation
from resolvers.nodes import STAFF_OF_TOWN
from resolvers.views import DriftReport
from schema.context import MeguruInfo

At = Annotated[datetime | None, argument(description="An instant up to now; now when absent. UTC.")]

TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]


async def jobs(info: MeguruInfo) -> list[Job]:
    """The scheduler's jobs."""
    viewer = info.context.signed_in
    relations = viewer.relations(*STAFF_OF_TOWN)
    if not relations:
        raise NotPermittedError
    return await jobs_reads.every()


async def drift_report(info: MeguruInfo, municipality: TownCode) -> DriftReport:
    """The ledger of a town against itself."""
    town = await _own_town(info, municipality)
    return DriftReport(town, await drift([town]))


async def trial(info: MeguruInfo, municipality: TownCode, at: At = None) -> TrialBalance:
    """The trial balance of a town, now or at a past instant."""
    return await trial_balance(await _own_town(info, municipality), at or info.context.services.clock())


async def _own_town(info: MeguruInfo, code: str) -> int:
    viewer = info.context.signed_in
    town = await municipalities.by_code(code)
    relations = viewer.relations(Relation.DESK, Relation.FINANCE, Relation.AUDITOR)
    if town is None or not relations or not await serves(town.id, viewer.person_id, relations):
        raise NotPermittedError
    return town.id
