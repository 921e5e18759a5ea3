"""End somebody's service. One finance officer does it alone and at once: it takes rights away and gives none."""

from uuid import UUID

from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import lock_holder, people_of, require_staff, withdraw_access
from domain.ledger.holders import was_given as was_given_access
from domain.municipalities.reads import Municipality
from domain.services import Services
from domain.staff.invite import holder_of
from domain.staff.kinds import StaffReason, StaffRole
from domain.staff.refusals import LastOfficerError, UnknownStaffError
from domain.viewer import Relation, Viewer


async def end_staff(
    services: Services, viewer: Viewer, town: Municipality, person: UUID, *, role: StaffRole, reason: StaffReason
) -> None:
    """Take a role from a member of the municipality's staff: their streams end within a second.

    Ending it again changes nothing. UnknownStaffError; LastOfficerError, because nobody could invite another.
    """
    await require_staff(town.id, viewer, Relation.FINANCE)
    holder = holder_of(town, role)
    async with transaction():
        await lock_holder(town.id, holder)  # of two officers who end each other, one stays
        serving = await people_of(town.id, holder, role.relation)
        if person in serving and role is StaffRole.FINANCE and len(serving) == 1:
            raise LastOfficerError
        await _end(services, viewer, town.id, holder, person, role.relation, reason)
    services.access.hurry([person])


async def end_store_staff(
    services: Services, viewer: Viewer, municipality: int, store: UUID, *, person: UUID, reason: StaffReason
) -> None:
    """Take a store from a member of its staff. Ending it again changes nothing. UnknownStaffError."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    async with transaction():
        await _end(services, viewer, municipality, store, person, Relation.STAFF, reason)
    services.access.hurry([person])


async def _end(
    services: Services,
    viewer: Viewer,
    municipality: int,
    holder: UUID,
    person: UUID,
    relation: Relation,
    reason: StaffReason,
) -> None:
    if not await was_given_access(municipality, holder, person, relation):
        raise UnknownStaffError
    now = services.clock()
    if not await withdraw_access(municipality, holder, person, relation, now):
        return
    action = "end_store_staff" if relation is Relation.STAFF else "end_staff"
    before, after = ({"role": role, "holder": str(holder)} for role in (relation.name, None))
    await record(municipality, viewer, action, person, reason.value, before, after, now)
