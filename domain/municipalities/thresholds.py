"""Above which amounts of grants a second officer approves: each town's own setting."""

from dataclasses import asdict, dataclass

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import rows, transaction
from domain.ledger.holders import require_staff
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Whole units. More than `single` to one wallet, or more than `file` by one file, needs a second officer."""

    municipality: int
    single: int
    file: int

    def need_approval(self, total: int, largest: int) -> bool:
        """Whether a file does: it must not be a way round the threshold of single grants."""
        return total > self.file or largest > self.single


async def thresholds_of(municipality: int) -> Thresholds:
    """What a town has set, read at once: a change counts for the next grant."""
    [row] = await rows("select grant_threshold, bulk_grant_threshold from municipality where id = $1", municipality)
    return Thresholds(municipality, row["grant_threshold"], row["bulk_grant_threshold"])


async def set_thresholds(services: Services, viewer: Viewer, new: Thresholds) -> Thresholds:
    """A finance officer sets them; the audit trail keeps what they were."""
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
