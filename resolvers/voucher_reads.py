"""Voucher products and gifts as the viewer may see them."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.ledger.holders import serves
from domain.ledger.kinds import Relation
from domain.ledger.reads import guard_values
from domain.municipalities import reads as municipalities
from domain.residents import reads as residents
from domain.viewer import Viewer
from domain.vouchers import reads
from domain.vouchers.gift import gift_of
from domain.vouchers.preview import Preview, eligible_stores, preview_of
from domain.vouchers.product import VoucherProduct, gift_guard
from resolvers.views import PageInfo
from resolvers.voucher_views import Gift, PartView, ProductView, StoreConnection, StoreEdge
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, encode, read

PRODUCTS_LIMIT = 100
STORES_PAGE = 100
INSIDE = (Relation.DESK, Relation.FINANCE, Relation.AUDITOR)
TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]
ProductId = Annotated[ID, argument(description="The voucher product.")]


async def serves_town(viewer: Viewer | None, municipality: int) -> bool:
    """Whether the viewer is staff of the town, who see drafts too."""
    relations = [] if viewer is None else viewer.relations(*INSIDE)
    return viewer is not None and bool(relations) and await serves(municipality, viewer.person_id, relations)


async def voucher_products(info: MeguruInfo, municipality: TownCode) -> list[ProductView]:
    """The products of a town, newest first; drafts for its staff only."""
    town = await municipalities.by_code(municipality)
    return [] if town is None else await shown(info.context.viewer, town.id, await reads.of_municipality(town.id, PRODUCTS_LIMIT))


async def voucher_product(info: MeguruInfo, id: ProductId) -> ProductView | None:
    """One product."""
    found = read(Prefix.VOUCHER_PRODUCT, id)
    return None if found is None else await product_for(info.context.viewer, *found)


async def product_for(viewer: Viewer | None, municipality: int, product: UUID) -> ProductView | None:
    """One product, if the viewer may see it."""
    found = await reads.by_id(municipality, product)
    seen = [] if found is None else await shown(viewer, municipality, [found])
    return seen[0] if seen else None


async def shown(viewer: Viewer | None, municipality: int, products: list[VoucherProduct]) -> list[ProductView]:
    """Those of a town's products that the viewer may see, with what they have bought."""
    inside = await serves_town(viewer, municipality)
    seen = [one for one in products if one.published or inside]
    if viewer is None:
        return [ProductView(one, None, inside) for one in seen]
    counted = await reads.bought(seen, viewer.person_id)
    return [ProductView(one, bought, inside) for one, bought in zip(seen, counted, strict=True)]


async def gift_for(viewer: Viewer, municipality: int, gift: UUID) -> Gift | None:
    """A gift, for the people of the wallet that bought it."""
    journal = await gift_of(municipality, gift)
    if journal is None or journal.wallet_id is None or not await residents.may_use(viewer, municipality, journal.wallet_id):
        return None
    [used] = await guard_values([gift_guard(municipality, gift)])
    return Gift(journal, bool(used))


async def preview_for(view: ProductView) -> Preview | None:
    """The preview of a product, for its town's staff."""
    return await preview_of(view.product.municipality, view.product.terms) if view.inside else None


async def stores_of(view: PartView, first: int, after: str | None) -> StoreConnection:
    """A page of the shops that take a kind of voucher."""
    start = None if after is None else read(Prefix.STORE, after)
    page = await eligible_stores(view.municipality, view.part.acceptance, min(max(first, 0), STORES_PAGE), None if start is None else start[1])
    edges = [StoreEdge(store, encode(Prefix.STORE, store.municipality, store.id)) for store in page.stores]
    return StoreConnection(page.total, edges, PageInfo(page.has_next_page, edges[-1].cursor if edges else None))
