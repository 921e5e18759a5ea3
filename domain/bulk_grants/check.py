"""The dry run: what a file would do, without a trace."""

from dataclasses import dataclass
from uuid import UUID

from domain.bulk_grants import reads
from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.examine import Totals, examination
from domain.ledger.holders import require_staff
from domain.municipalities.thresholds import thresholds_of
from domain.programmes.reads import budgets_left
from domain.services import Services
from domain.uploads import reads as uploads
from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation, Viewer

ERRORS_KEPT = 10_000
"""Errors that an answer can list; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a file would do. Whole units. `errors`: the first ERRORS_KEPT rows that are wrong."""

    municipality: int
    programme_id: UUID
    totals: Totals
    budget_left: int
    needs_approval: bool
    same_content: UUID | None
    errors: tuple[Row, ...]


async def check_bulk_grant(
    services: Services, viewer: Viewer, municipality: int, upload_id: UUID, programme_id: UUID
) -> Check:
    """Reads the whole file and says what is wrong with which row."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    upload, sha256 = await uploads.received(municipality, upload_id, viewer.person_id, UploadPurpose.BULK_GRANT)
    examined = await examination(municipality, programme_id, services.clock())
    errors: list[Row] = []
    async with services.background.heavy:
        async for page in examined.pages(await uploads.content(municipality, upload.id)):
            errors += [row for row in page if row.problem is not None][: ERRORS_KEPT - len(errors)]
    totals = examined.totals
    [left] = await budgets_left([(municipality, programme_id)])
    needs = (await thresholds_of(municipality)).need_approval(totals.amount, totals.largest)
    same = await reads.same_content(municipality, programme_id, sha256)
    return Check(municipality, programme_id, totals, left, needs, same, tuple(errors))
