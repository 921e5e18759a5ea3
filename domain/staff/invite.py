"""Make somebody staff of a municipality: by two of its finance officers, or its first ones by the command line."""

from dataclasses import dataclass
from uuid import UUID

from domain.approvals.trail import record
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.holders import give_access, lock_holder, people_of, require_staff
from domain.municipalities.reads import Municipality
from domain.residents.join import join, register
from domain.services import Services
from domain.staff.kinds import COMMAND_LINE, StaffReason, StaffRole
from domain.viewer import Relation, Viewer

FIRST = {StaffRole.FINANCE: 2, StaffRole.AUDITOR: 1, StaffRole.DESK: 0}
"""How many of each role the command line makes. All others are invited by officers."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person who becomes staff."""

    person: UUID
    role: StaffRole
    reason: StaffReason


async def register_staff(services: Services, viewer: Viewer, municipality: int, key: UUID, name: str) -> UUID:
    """Register a person whom a finance officer invites; the same key registers one person.

    Being registered gives no right. KeyReusedError for a key that was used with another name.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    person = derived(viewer.person_id, "staff", str(municipality), str(key))
    async with transaction():
        await register(person, name, services.clock())
    return person


async def begin_staff(services: Services, viewer: Viewer, town: Municipality, new: NewStaff) -> bool:
    """Give a person the rights of a role. False: they have them already, and nothing changed.

    What another officer must approve is decided before, by `domain.controls`.
    """
    await require_staff(town.id, viewer, Relation.FINANCE)
    async with transaction():
        return await _give(services, town, new, viewer)


async def invite_first(services: Services, town: Municipality, role: StaffRole, name: str) -> UUID | None:
    """Make one of the first officers of a municipality, for the command line.

    None: it has its first ones of this role, so its officers invite the others.
    """
    async with transaction():
        await lock_holder(town.id, holder_of(town, role))
        if len(await people_of(town.id, holder_of(town, role), role.relation)) >= FIRST[role]:
            return None
        person = await join(name, services.clock(), services.ids)
        await _give(services, town, NewStaff(person, role, StaffReason.NEW_DUTY), COMMAND_LINE)
    return person


def holder_of(town: Municipality, role: StaffRole) -> UUID:
    """Return the holder on which the staff of a role act."""
    return town.desk_id if role is StaffRole.DESK else town.issuer_id


async def _give(services: Services, town: Municipality, new: NewStaff, actor: Viewer) -> bool:
    holder, now = holder_of(town, new.role), services.clock()
    await lock_holder(town.id, holder)
    if new.person in await people_of(town.id, holder, new.role.relation):
        return False
    await give_access(town.id, holder, new.person, new.role.relation, now)
    await record(town.id, actor, "begin_staff", new.person, new.reason.value, None, {"role": new.role.value}, now)
    return True
