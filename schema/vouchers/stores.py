"""Stores that accept a kind of voucher, by page."""

import strawberry

from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.identifiers import Prefix, encode
from domain.stores.reads import Store as DomainStore
from domain.vouchers.preview import accepting
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError
from schema.core.ids import read
from schema.core.page import PageInfo, check_count, page_of
from schema.stores.types import Store


@strawberry.type(description="A store and its cursor.")
class EligibleStoreEdge:
    """A store and its cursor."""

    node: Store = strawberry.field(description="The store.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="Stores that accept a kind of voucher, in the order of their kana.")
class EligibleStoreConnection:
    """A page of stores."""

    total_count: int = strawberry.field(description="How many there are.")
    edges: list[EligibleStoreEdge] = strawberry.field(description="The stores of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


async def eligible_stores_of(
    info: MeguruInfo, municipality: int, acceptance: Acceptance, first: int, after: str | None
) -> EligibleStoreConnection:
    """A page of the stores of a municipality that an acceptance rule accepts."""
    check_count(first)
    stores = await info.context.load(accepting, (municipality, acceptance))
    start = 0 if after is None else await _behind(info, municipality, stores, after)
    edges, page_info = page_of(stores[start : start + first + 1], first, after, _edge)
    return EligibleStoreConnection(total_count=len(stores), edges=edges, page_info=page_info)


def _edge(store: DomainStore) -> EligibleStoreEdge:
    return EligibleStoreEdge(node=Store(store=store), cursor=encode(Prefix.STORE, store.municipality, store.id))


async def _behind(info: MeguruInfo, municipality: int, stores: list[DomainStore], after: str) -> int:
    """Where a list goes on behind a store of the municipality, also one that is no longer in it."""
    key = read(Prefix.STORE, after)
    if key is None or key[0] != municipality:
        raise BadCursorError
    all_stores = await info.context.load(accepting, (municipality, EVERYWHERE))
    place = next((index for index, store in enumerate(all_stores) if store.id == key[1]), None)
    if place is None:
        raise BadCursorError
    passed = {store.id for store in all_stores[: place + 1]}
    return sum(store.id in passed for store in stores)
