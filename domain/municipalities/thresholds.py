"""Thresholds above which a second officer must approve; each municipality sets its own."""

from dataclasses import asdict, dataclass, replace

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import rows, transaction
from domain.ledger.holders import require_staff
from domain.services import Services
from domain.viewer import Relation, Viewer

_READ = "select grant_threshold, bulk_grant_threshold, budget_threshold from municipality where id = $1"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The largest amounts without approval, each also in total of a civil day. Whole units.

    single: to one wallet, by all officers. file: by one officer, to all wallets. budget: into budgets, by one officer.
    """

    municipality: int
    single: int
    file: int
    budget: int


@dataclass(frozen=True, slots=True)
class NewThresholds:
    """New thresholds; see `Thresholds`. `budget` None leaves it unchanged."""

    single: int
    file: int
    budget: int | None = None

    def over(self, before: Thresholds) -> Thresholds:
        """Return the thresholds after the change."""
        budget = before.budget if self.budget is None else self.budget
        return replace(before, single=self.single, file=self.file, budget=budget)


INITIAL = NewThresholds(single=100_000, file=1_000_000, budget=1_000_000)
"""Of a new town for which nobody says others."""


async def thresholds_of(municipality: int) -> Thresholds:
    """Return the thresholds of a municipality. They are not cached: a change applies to the next grant."""
    [row] = await rows(_READ, municipality)
    return Thresholds(municipality, row["grant_threshold"], row["bulk_grant_threshold"], row["budget_threshold"])


async def set_thresholds(services: Services, viewer: Viewer, municipality: int, new: NewThresholds) -> Thresholds:
    """Set the thresholds, as a finance officer, and write the audit entry in the same commit.

    What another officer must approve is decided before, by `domain.controls`.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    async with transaction() as connection:
        [row] = await connection.execute_query_dict(f"{_READ} for no key update", [municipality])
        before = Thresholds(municipality, row["grant_threshold"], row["bulk_grant_threshold"], row["budget_threshold"])
        after = new.over(before)
        await get_connection("default").execute_query(
            "update municipality set grant_threshold = $2, bulk_grant_threshold = $3, budget_threshold = $4"
            " where id = $1",
            [municipality, after.single, after.file, after.budget],
        )
        await record(
            municipality,
            viewer,
            "set_grant_thresholds",
            municipality,
            "",
            asdict(before),
            asdict(after),
            services.clock(),
        )
    return after
