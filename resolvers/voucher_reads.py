"""Voucher products and gifts as the viewer may see them."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.conditions.acceptance import EVERYWHERE
from domain.municipalities import reads as municipalities
from domain.stores.reads import Store
from domain.viewer import Relation
from domain.vouchers import reads
from domain.vouchers.gift import gift_in
from domain.vouchers.preview import Preview
from domain.vouchers.product import VoucherProduct, gift_guard
from resolvers.nodes import check_count, serves, stands
from resolvers.viewers import BadCursorError
from resolvers.views import PageInfo
from resolvers.voucher_views import Gift, PartView, ProductView, StoreConnection, StoreEdge
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, encode, read

PRODUCTS_LIMIT = 100
TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]
ProductId = Annotated[ID, argument(description="The voucher product.")]


async def voucher_products(info: MeguruInfo, municipality: TownCode) -> list[ProductView]:
    """The products of a town, newest first; drafts for its staff only."""
    town = await municipalities.by_code(municipality)
    return [] if town is None else await shown(info, town.id, await reads.of_municipality(town.id, PRODUCTS_LIMIT))


async def voucher_product(info: MeguruInfo, id: ProductId) -> ProductView | None:
    """One product."""
    found = read(Prefix.VOUCHER_PRODUCT, id)
    return None if found is None else await product_for(info, *found)


async def product_for(info: MeguruInfo, municipality: int, product: UUID) -> ProductView | None:
    """One product, if the viewer may see it."""
    found = await info.context.loaders.products.load((municipality, product))
    seen = [] if found is None else await shown(info, municipality, [found])
    return seen[0] if seen else None


async def shown(info: MeguruInfo, municipality: int, products: list[VoucherProduct]) -> list[ProductView]:
    """Those of a town's products that the viewer may see, with what they have bought."""
    inside = await serves(info, municipality)
    seen = [one for one in products if one.published or inside]
    if info.context.viewer is None:
        return [ProductView(one, None, inside) for one in seen]
    counted = await info.context.loaders.bought.load_many([(municipality, one.id) for one in seen])
    return [ProductView(one, bought, inside) for one, bought in zip(seen, counted, strict=True)]


async def gift_for(info: MeguruInfo, municipality: int, gift: UUID) -> Gift | None:
    """A gift, for the people of the wallet that bought it."""
    journal = gift_in(await info.context.loaders.journals.load((municipality, gift)))
    if journal is None or not await stands(info, journal, journal.wallet_id, Relation.OWNER, Relation.DELEGATE):
        return None
    return Gift(journal, bool(await info.context.loaders.guards.load(gift_guard(municipality, gift))))


async def preview_for(info: MeguruInfo, view: ProductView) -> Preview | None:
    """The preview of a product, for its town's staff."""
    if not view.inside:
        return None
    town, terms = view.product.municipality, view.product.terms
    funding = terms.funding_programme
    return Preview(town, terms, None if funding is None else await info.context.loaders.budgets.load((town, funding)))


async def stores_of(info: MeguruInfo, view: PartView, first: int, after: str | None) -> StoreConnection:
    """A page of the shops that take a kind of voucher."""
    check_count(first)
    found = await info.context.loaders.accepting.load((view.municipality, view.part.acceptance))
    start = 0 if after is None else await _behind(info, view.municipality, found, after)
    page = found[start : start + first]
    edges = [StoreEdge(store, encode(Prefix.STORE, store.municipality, store.id)) for store in page]
    return StoreConnection(len(found), edges, PageInfo(len(found) > start + first, edges[-1].cursor if edges else None))


async def _behind(info: MeguruInfo, municipality: int, found: list[Store], after: str) -> int:
    """Where a list goes on behind a shop of the town, also one that it has no more."""
    named = read(Prefix.STORE, after)
    if named is None or named[0] != municipality:
        raise BadCursorError
    all_of_town = await info.context.loaders.accepting.load((municipality, EVERYWHERE))
    place = next((index for index, store in enumerate(all_of_town) if store.id == named[1]), None)
    if place is None:
        raise BadCursorError
    passed = {store.id for store in all_of_town[: place + 1]}
    return sum(store.id in passed for store in found)
