"""Stores: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.identifiers import Prefix
from domain.ledger.refusals import UnknownPayeeError
from domain.stores import classify
from schema.core.context import MeguruInfo
from schema.core.ids import ID, key_of, read
from schema.core.node import finds
from schema.stores.inputs import ClassifyStoreInput
from schema.stores.results import ClassifyStorePayload
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
