"""Change the settings of a municipality, with audit entries."""

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


def check_minutes(minutes: int) -> None:
    """Raise InvalidInputError for a number of minutes that is out of range."""
    if not 0 <= minutes <= MINUTES_OF_A_DAY:
        raise InvalidInputError("minutes", "MINUTES")


async def set_charge_cancellation(services: Services, viewer: Viewer, municipality: int, minutes: int) -> Municipality:
    """Set for how many minutes a counter may cancel its own charges; 0 for not at all. Applies to past charges too."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    check_minutes(minutes)
    async with transaction():
        before = await Row.select_for_update().get_or_none(id=municipality)
        if before is None:
            raise NotPermittedError
        await Row.filter(id=municipality).update(charge_cancel_minutes=minutes)
        old, new = {"minutes": before.charge_cancel_minutes}, {"minutes": minutes}
        await record(municipality, viewer, "set_charge_cancellation", municipality, "", old, new, services.clock())
    changed = await reads.by_id(municipality)
    if changed is None:
        raise NotPermittedError
    return changed
