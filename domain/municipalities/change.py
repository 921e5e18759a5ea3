"""A town changes its own parameters, with their rows of audit."""

from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.municipalities import reads
from domain.municipalities.reads import Municipality
from domain.municipalities.tables import Municipality as Row
from domain.refusals import InvalidInputError, NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer

MINUTES_OF_A_DAY = 1_440


async def set_charge_cancellation(services: Services, viewer: Viewer, municipality: int, minutes: int) -> Municipality:
    """Sets how long a counter may cancel its own charges; 0: never. It counts for charges of before too."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    if not 0 <= minutes <= MINUTES_OF_A_DAY:
        raise InvalidInputError("minutes", "MINUTES")
    async with transaction():
        before = await Row.select_for_update().get_or_none(id=municipality)
        if before is None:
            raise NotPermittedError
        await Row.filter(id=municipality).update(charge_cancel_minutes=minutes)
        was, after = {"minutes": before.charge_cancel_minutes}, {"minutes": minutes}
        await record(
            municipality,
            viewer.person_id,
            "set_charge_cancellation",
            str(municipality),
            "",
            was,
            after,
            services.clock(),
        )
    found = await reads.by_id(municipality)
    if found is None:
        raise NotPermittedError
    return found
