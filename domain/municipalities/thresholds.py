"""Thresholds above which a grant needs the approval of a second officer; each municipality sets its own."""

from dataclasses import asdict, dataclass

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import rows, transaction
from domain.ledger.holders import require_staff
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The largest amounts without approval: `single` to one wallet, `file` in total by a bulk grant. Whole units."""

    municipality: int
    single: int
    file: int

    def need_approval(self, total: int, largest: int) -> bool:
        """Whether a bulk grant needs approval, by its total or by its largest row.

        The largest row counts so that a file does not circumvent the threshold of single grants.
        """
        return total > self.file or largest > self.single


async def thresholds_of(municipality: int) -> Thresholds:
    """Return the thresholds of a municipality. They are not cached: a change applies to the next grant."""
    [row] = await rows("select grant_threshold, bulk_grant_threshold from municipality where id = $1", municipality)
    return Thresholds(municipality, row["grant_threshold"], row["bulk_grant_threshold"])


async def set_thresholds(services: Services, viewer: Viewer, new: Thresholds) -> Thresholds:
    """Set the thresholds, as a finance officer, and write the audit entry in the same commit."""
    await require_staff(new.municipality, viewer, Relation.FINANCE)
    now = services.clock()
    async with transaction() as connection:
        [row] = await connection.execute_query_dict(
            "select grant_threshold, bulk_grant_threshold from municipality where id = $1 for no key update",
            [new.municipality],
        )
        before = Thresholds(new.municipality, row["grant_threshold"], row["bulk_grant_threshold"])
        await get_connection("default").execute_query(
            "update municipality set grant_threshold = $2, bulk_grant_threshold = $3 where id = $1",
            [new.municipality, new.single, new.file],
        )
        await record(
            new.municipality,
            viewer.person_id,
            "set_grant_thresholds",
            str(new.municipality),
            "",
            asdict(before),
            asdict(new),
            now,
        )
    return new
