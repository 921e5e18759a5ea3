"""The dry run of a bulk grant: check a file. Only the audit trail gets an entry: a file tells of many people."""

from dataclasses import dataclass
from uuid import UUID

from domain.approvals.trail import record
from domain.bulk_grants import reads
from domain.bulk_grants.alone import gifts_of, needs_approval
from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.examine import Totals, examination
from domain.bulk_grants.repeated import Repetition, repeated_by_file
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.programmes.reads import budgets_left
from domain.services import Services
from domain.uploads import reads as uploads
from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation, Viewer

ERRORS_KEPT = 10_000
"""The maximum number of rows with errors in a result; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a dry run. Amounts in whole units.

    same_content: an earlier bulk grant of the programme with the same content. errors: the first ERRORS_KEPT rows that
    cannot be granted. repetition: the rows that would give a wallet again what the programme gave it.
    """

    municipality: int
    programme_id: UUID
    totals: Totals
    budget_left: int
    needs_approval: bool
    same_content: UUID | None
    errors: tuple[Row, ...]
    repetition: Repetition


async def check_bulk_grant(
    services: Services, viewer: Viewer, municipality: int, upload_id: UUID, programme_id: UUID
) -> Check:
    """Check the whole file, and list the rows that cannot be granted, with their problems."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    upload, sha256 = await uploads.received(municipality, upload_id, viewer.person_id, UploadPurpose.BULK_GRANT)
    examined = await examination(municipality, programme_id, services.clock())
    errors: list[Row] = []
    good: list[Row] = []
    async with services.background.heavy:
        async for page in examined.pages(await uploads.content(municipality, upload.id)):
            errors += [row for row in page if row.problem is not None][: ERRORS_KEPT - len(errors)]
            good += [row for row in page if row.problem is None]
        repetition = await repeated_by_file(municipality, programme_id, upload.id, good)
    totals = examined.totals
    [left] = await budgets_left([(municipality, programme_id)])
    looked = {"programme": str(programme_id), "rows": totals.rows, "invalid": totals.invalid, "amount": totals.amount}
    async with transaction():
        await record(municipality, viewer, "check_bulk_grant", upload_id, "", None, looked, services.clock())
    return Check(
        municipality=municipality,
        programme_id=programme_id,
        totals=totals,
        budget_left=left,
        needs_approval=await needs_approval(services, municipality, viewer.person_id, gifts_of(good)),
        same_content=await reads.same_content(municipality, programme_id, sha256),
        errors=tuple(errors),
        repetition=repetition,
    )
