"""`node` and `nodes`: whatever an id names, if the viewer may see it; one row per kind of id."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from strawberry import argument

from domain.approvals.reads import Approval
from domain.assets.reads import Asset
from domain.bulk_grants.reads import BulkGrant
from domain.coupons.coupon import Coupon
from domain.funding.reads import Source
from domain.municipalities.reads import Municipality
from domain.points.rules import EarningRule
from domain.programmes.reads import Programme
from domain.residents.reads import Wallet
from domain.stores.reads import Store
from resolvers import voucher_reads
from resolvers.nodes import Receipt, approval, bulk_grant, check_count, receipt, wallet_of
from resolvers.voucher_views import Gift, ProductView
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, read_any

Node = (
    Wallet
    | Store
    | Municipality
    | Asset
    | Approval
    | Programme
    | EarningRule
    | ProductView
    | Gift
    | BulkGrant
    | Coupon
    | Source
    | Receipt
)
Find = Callable[[MeguruInfo, int, Any], Awaitable[Node | None]]
"""An id's town and key in, what the viewer may see of it out.

The key is what `decode` gives for the prefix: a UUID or a number.
"""


async def _receipt(info: MeguruInfo, municipality: int, key: UUID) -> Receipt | None:
    journal = await info.context.loaders.journals.load((municipality, key))
    return None if journal is None else await receipt(info, journal)


async def _asset(info: MeguruInfo, municipality: int, key: int) -> Asset | None:
    found = await info.context.loaders.assets.load(key)
    return found if found is not None and found.municipality == municipality else None


async def _funding_source(info: MeguruInfo, municipality: int, key: UUID) -> Source | None:
    found = await info.context.loaders.funding_sources.load((municipality, key))
    return found if found is not None and found.person_id == info.context.signed_in.person_id else None


KINDS: Mapping[Prefix, Find] = MappingProxyType(
    {
        Prefix.WALLET: lambda info, town, key: wallet_of(info, (town, key)),
        Prefix.STORE: lambda info, town, key: info.context.loaders.stores.load((town, key)),
        Prefix.PAYMENT: _receipt,
        Prefix.JOURNAL: _receipt,
        Prefix.MUNICIPALITY: lambda info, town, _: info.context.loaders.municipalities.load(town),
        Prefix.ASSET: _asset,
        Prefix.PROGRAMME: lambda info, town, key: info.context.loaders.programmes.load((town, key)),
        Prefix.EARNING_RULE: lambda info, town, key: info.context.loaders.rules.load((town, key)),
        Prefix.APPROVAL: approval,
        Prefix.FUNDING_SOURCE: _funding_source,
        Prefix.COUPON: lambda info, town, key: info.context.loaders.coupons.load((town, key)),
        Prefix.BULK_GRANT: bulk_grant,
        Prefix.VOUCHER_PRODUCT: voucher_reads.product_for,
        Prefix.VOUCHER_GIFT: voucher_reads.gift_for,
    }
)


async def node(info: MeguruInfo, id: Annotated[ID, argument(description="Any id.")]) -> Node | None:
    """Whatever an id names, if the viewer may see it."""
    found = read_any(id)
    find = None if found is None else KINDS.get(found[0])
    if found is None or find is None:
        return None
    return await find(info, found[1], found[2])


async def nodes(
    info: MeguruInfo, ids: Annotated[list[ID], argument(description="At most 100 ids.")]
) -> list[Node | None]:
    """The same for several ids, in their order; at most 100."""
    check_count(len(ids))
    return await asyncio.gather(*[node(info, one) for one in ids])  # which are read together, kind by kind
