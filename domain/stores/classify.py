"""Classify a store: set the group, size and area that acceptance rules refer to."""

from uuid import UUID

from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.ledger.refusals import UnknownPayeeError
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.stores import reads
from domain.stores.kinds import SizeClass
from domain.stores.reads import STORES, Store
from domain.stores.tables import Store as Row
from domain.typed_text import unusable_name
from domain.viewer import Relation, Viewer

CODE_LIMIT = 32


async def classify_store(
    services: Services, viewer: Viewer, municipality: int, store_id: UUID, *, group: str, size: SizeClass, area: str
) -> Store:
    """Set the group, size and area of a store; an empty text clears one. Payments follow within `cache.SECONDS`.

    Raises UnknownPayeeError and InvalidInputError.
    """
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    for field, value in (("store_group", group), ("area", area)):
        problem = unusable_name(value, CODE_LIMIT) if value else None
        if problem is not None:
            raise InvalidInputError(field, problem)
    before = await reads.by_id(municipality, store_id)
    if before is None:
        raise UnknownPayeeError
    async with transaction():
        await Row.filter(municipality_id=municipality, id=store_id).update(
            store_group=group, size_class=size, area=area
        )
        old = {"store_group": before.store_group, "size_class": before.size_class, "area": before.area}
        new = {"store_group": group, "size_class": size, "area": area}
        await record(municipality, viewer, "classify_store", store_id, "", old, new, services.clock())
    services.shared(STORES).forget((municipality, store_id))
    store = await reads.by_id(municipality, store_id)
    if store is None:
        raise UnknownPayeeError
    return store
