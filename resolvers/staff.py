"""Staff of municipalities and stores: input in, one domain call, the contract's type out."""

from uuid import UUID

from domain.controls import people
from domain.controls.change import change
from domain.identifiers import Prefix, encode
from domain.ledger.refusals import UnknownPayeeError
from domain.municipalities.reads import Municipality, by_code
from domain.refusals import NotPermittedError
from domain.staff import end, store_staff
from domain.staff.invite import NewStaff, register_staff
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID, key_of
from schema.municipalities.types import number_of
from schema.staff.inputs import AddStoreStaffInput, EndStaffInput, EndStoreStaffInput, InviteStaffInput, person_key
from schema.staff.results import AddStoreStaffPayload, EndStaffPayload, EndStoreStaffPayload, InviteStaffPayload


async def invite_staff(info: MeguruInfo, input: InviteStaffInput) -> InviteStaffPayload:
    """Proposes a member of the municipality's staff."""
    services, viewer = info.context.services, info.context.signed_in
    town = await number_of(input.municipality)
    person = await register_staff(services, viewer, town, input.idempotency_key, input.display_name)
    changed = await change(
        services, viewer, people.STAFF, town, NewStaff(person, input.role, input.reason), key=input.idempotency_key
    )
    return InviteStaffPayload(person_id=_id_of(person), approval=approval_of(changed.approval))


async def end_staff(info: MeguruInfo, input: EndStaffInput) -> EndStaffPayload:
    """Takes a role from a member of the municipality's staff."""
    person, town = person_key(input.person_id), await _town_of(input.municipality)
    await end.end_staff(
        info.context.services, info.context.signed_in, town, person, role=input.role, reason=input.reason
    )
    return EndStaffPayload(person_id=_id_of(person))


async def add_store_staff(info: MeguruInfo, input: AddStoreStaffInput) -> AddStoreStaffPayload:
    """Registers a person who acts for a store."""
    person, replayed = await store_staff.add_store_staff(
        info.context.services,
        info.context.signed_in,
        *key_of(Prefix.STORE, input.store_id, UnknownPayeeError),
        key=input.idempotency_key,
        name=input.display_name,
        reason=input.reason,
    )
    return AddStoreStaffPayload(person_id=_id_of(person), replayed=replayed)


async def end_store_staff(info: MeguruInfo, input: EndStoreStaffInput) -> EndStoreStaffPayload:
    """Ends that a person acts for a store."""
    store = key_of(Prefix.STORE, input.store_id, UnknownPayeeError)
    person = person_key(input.person_id)
    await end.end_store_staff(info.context.services, info.context.signed_in, *store, person=person, reason=input.reason)
    return EndStoreStaffPayload(person_id=_id_of(person))


async def _town_of(code: str) -> Municipality:
    town = await by_code(code)
    if town is None:
        raise NotPermittedError
    return town


def _id_of(person: UUID) -> ID:
    return ID(encode(Prefix.PERSON, 0, person))
