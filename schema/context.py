"""What a resolver knows of its request: who asks, in which language, and the process's services."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from domain.approvals import reads as approvals
from domain.approvals.reads import Approval
from domain.assets import reads as assets
from domain.bulk_grants import reads as bulk
from domain.conditions.acceptance import Acceptance
from domain.coupons import reads as coupons
from domain.funding import reads as funding
from domain.ledger import holders
from domain.ledger import reads as ledger
from domain.ledger.request import GuardKey
from domain.municipalities import reads as municipalities
from domain.points import reads as points
from domain.points.rules import EarningRule
from domain.programmes import reads as programmes
from domain.redemptions import roll_back as rollback
from domain.residents import reads as residents
from domain.residents.reads import Wallet
from domain.services import Services
from domain.stores import reads as merchants
from domain.viewer import Relation, Viewer
from domain.vouchers import reads as vouchers
from domain.vouchers.preview import accepting
from domain.vouchers.product import VoucherProduct
from domain.vouchers.reads import Bought

INSIDE = (Relation.DESK, Relation.FINANCE, Relation.AUDITOR)
"""The staff of a town, who see what is only the town's."""


class UnauthenticatedError(Exception):
    """No token, or one that is not valid (any more)."""


K = TypeVar("K")
V = TypeVar("V")


class Loader(DataLoader[K, V]):
    """A loader whose readers may be cancelled one by one.

    The executor cancels the siblings of a field that failed, and a cancelled reader would cancel what others still wait
    for.
    """

    def load(self, key: K) -> Awaitable[V]:
        """The value of a key, read together with those of all others that are asked for at the moment."""
        return asyncio.shield(super().load(key))


@dataclass(slots=True)
class Loaders:
    """One of each per request; on a WebSocket they remember nothing, since one context serves the whole connection."""

    municipalities: DataLoader[int, municipalities.Municipality | None]
    assets: DataLoader[int, assets.Asset | None]
    stores: DataLoader[tuple[int, UUID], merchants.Store | None]
    journals: DataLoader[tuple[int, UUID], ledger.Journal | None]
    refunded: DataLoader[tuple[int, UUID], int]
    balances: DataLoader[tuple[int, UUID], ledger.Balances | None]
    programmes: DataLoader[tuple[int, UUID], programmes.Programme | None]
    budgets: DataLoader[tuple[int, UUID], int]
    earning_rules: DataLoader[tuple[int, UUID], list[EarningRule]]
    rules: DataLoader[tuple[int, UUID], EarningRule | None]
    funding_sources: DataLoader[tuple[int, UUID], funding.Source | None]
    coupons: DataLoader[tuple[int, UUID], coupons.Coupon | None]
    coupons_taken: DataLoader[tuple[int, UUID], int]
    rolled_back: DataLoader[tuple[int, UUID], bool]
    guards: DataLoader[GuardKey, int]
    approvals: DataLoader[tuple[int, UUID], Approval | None]
    approvals_of: DataLoader[tuple[int, int, UUID], Approval | None]
    bulk_grants: DataLoader[tuple[int, UUID], bulk.BulkGrant | None]
    products: DataLoader[tuple[int, UUID], VoucherProduct | None]
    accepting: DataLoader[tuple[int, Acceptance], list[merchants.Store]]
    wallets: DataLoader[tuple[int, UUID], Wallet | None]
    """As the viewer may see them: None for the others."""
    relations: DataLoader[tuple[int, UUID], frozenset[Relation]]
    """Of the viewer to holders."""
    inside: DataLoader[int, bool]
    """Whether the viewer is staff of a town."""
    officer: DataLoader[int, bool]
    """Whether the viewer is a finance officer or auditor of a town."""
    bought: DataLoader[tuple[int, UUID], Bought]
    """Of products by the viewer."""


@dataclass(slots=True)
class Context:
    """One request, or one WebSocket connection."""

    services: Services
    viewer: Viewer | None
    locale: str
    trace_id: str
    remembers: bool = True
    introspects: bool = False
    field: str | None = None
    municipality: int | None = None
    refusal: str | None = None
    connection_params: dict[str, object] | None = None
    _loaders: Loaders | None = None
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def loaders(self) -> Loaders:
        """Made on first use: many requests need none."""
        if self._loaders is None:
            self._loaders = _loaders(self.services, self.viewer, remembers=self.remembers)
        return self._loaders

    @property
    def signed_in(self) -> Viewer:
        """The viewer; the permission table has let only signed-in people this far."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer


MeguruInfo = Info[Context, None]
"""The `info` of every resolver."""


NOBODY = Viewer(UUID(int=0), frozenset())


def _loaders(services: Services, somebody: Viewer | None, *, remembers: bool) -> Loaders:
    viewer = somebody or NOBODY

    async def balances(keys: list[tuple[int, UUID]]) -> list[ledger.Balances | None]:
        now = services.clock()
        found = {key: await ledger.balances(*key, now) for key in dict.fromkeys(keys)}
        return [found[key] for key in keys]

    def loader(load: Callable[[list[Any]], Any]) -> Loader[Any, Any]:
        return Loader(load, cache=remembers, max_batch_size=200)

    return Loaders(
        municipalities=loader(municipalities.by_ids),
        assets=loader(assets.by_ids),
        stores=loader(merchants.by_keys),
        journals=loader(ledger.journals_by_keys),
        refunded=loader(ledger.refunded),
        balances=loader(balances),
        programmes=loader(programmes.by_keys),
        budgets=loader(programmes.budgets_left),
        earning_rules=loader(points.of_programmes),
        rules=loader(points.by_keys),
        funding_sources=loader(funding.sources_by_keys),
        coupons=loader(coupons.by_keys),
        coupons_taken=loader(coupons.taken),
        rolled_back=loader(rollback.rolled_back),
        guards=loader(ledger.guard_values),
        approvals=loader(approvals.by_keys),
        approvals_of=loader(approvals.by_subjects),
        bulk_grants=loader(bulk.by_keys),
        products=loader(vouchers.by_keys),
        accepting=loader(accepting),
        wallets=loader(partial(residents.wallets_for, viewer)),
        relations=loader(partial(holders.relations_of, viewer.person_id)),
        inside=loader(partial(holders.serving, viewer.person_id, viewer.relations(*INSIDE))),
        officer=loader(
            partial(holders.serving, viewer.person_id, viewer.relations(Relation.FINANCE, Relation.AUDITOR))
        ),
        bought=loader(partial(vouchers.bought, viewer.person_id)),
    )
