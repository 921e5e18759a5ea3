"""Stores: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.controls import people
from domain.controls.change import change
from domain.controls.people import Resumption
from domain.identifiers import Prefix
from domain.ledger.refusals import UnknownPayeeError
from domain.stores import classify, manage
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID, key_of, read
from schema.core.node import finds
from schema.municipalities.types import number_of
from schema.stores.inputs import ClassifyStoreInput, OpenStoreInput, ResumeStoreInput, SuspendStoreInput
from schema.stores.results import ClassifyStorePayload, OpenStorePayload, ResumeStorePayload, SuspendStorePayload
from schema.stores.types import Store, store_of


@finds(Prefix.STORE)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> Store | None:
    """A store; anybody may look."""
    return await store_of(info, municipality, key)


async def store(info: MeguruInfo, id: Annotated[ID, argument(description="The id of the store.")]) -> Store | None:
    """A store; anybody may look."""
    key = read(Prefix.STORE, id)
    return None if key is None else await store_of(info, *key)


async def classify_store(info: MeguruInfo, input: ClassifyStoreInput) -> ClassifyStorePayload:
    """Puts a store into groups."""
    key = key_of(Prefix.STORE, input.store_id, UnknownPayeeError)
    row = await classify.classify_store(
        info.context.services,
        info.context.signed_in,
        *key,
        group=input.store_group.strip(),
        size=input.size_class,
        area=input.area.strip(),
    )
    return ClassifyStorePayload(store=Store(store=row))


async def open_store(info: MeguruInfo, input: OpenStoreInput) -> OpenStorePayload:
    """Opens a store."""
    row, replayed = await manage.register_store(
        info.context.services,
        info.context.signed_in,
        await number_of(input.municipality),
        input.idempotency_key,
        input.facts(),
    )
    return OpenStorePayload(store=Store(store=row), replayed=replayed)


async def suspend_store(info: MeguruInfo, input: SuspendStoreInput) -> SuspendStorePayload:
    """Suspends a store."""
    key = key_of(Prefix.STORE, input.store_id, UnknownPayeeError)
    row = await manage.suspend_store(info.context.services, info.context.signed_in, *key, input.reason)
    return SuspendStorePayload(store=Store(store=row))


async def resume_store(info: MeguruInfo, input: ResumeStoreInput) -> ResumeStorePayload:
    """Proposes that a store takes payments again."""
    municipality, key = key_of(Prefix.STORE, input.store_id, UnknownPayeeError)
    changed = await change(
        info.context.services,
        info.context.signed_in,
        people.STORE_RESUMPTION,
        municipality,
        Resumption(key, input.reason),
    )
    if changed.result is None:
        return ResumeStorePayload(approval=approval_of(changed.approval))
    return ResumeStorePayload(store=Store(store=changed.result))
