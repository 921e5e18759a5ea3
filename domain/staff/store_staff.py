"""Let somebody act for a store."""

from uuid import UUID

from domain.approvals.trail import record
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.holders import require_staff, was_given
from domain.ledger.refusals import KeyReusedError, UnknownPayeeError
from domain.residents.join import register
from domain.services import Services
from domain.staff.kinds import StaffReason
from domain.stores import reads as stores
from domain.stores.open_store import employ
from domain.viewer import Relation, Viewer


async def add_store_staff(
    services: Services, viewer: Viewer, municipality: int, store: UUID, *, key: UUID, name: str, reason: StaffReason
) -> tuple[UUID, bool]:
    """Register a person and let them act for a store; return the person, and whether the key had done it before.

    UnknownPayeeError; KeyReusedError for a key that was used for another name or store.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    if await stores.by_id(municipality, store) is None:
        raise UnknownPayeeError
    person, now = derived(viewer.person_id, "store_staff", str(municipality), str(key)), services.clock()
    async with transaction():
        if not await register(person, name, now):
            if not await was_given(municipality, store, person, Relation.STAFF):
                raise KeyReusedError
            return person, True
        await employ(municipality, store, person, now)
        after = {"role": Relation.STAFF.name, "holder": str(store)}
        await record(municipality, viewer, "add_store_staff", person, reason.value, None, after, now)
    return person, False
