"""What a resolver knows of its request: who asks, in which language, and the process's services."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from domain.assets import reads as assets
from domain.coupons import reads as coupons
from domain.coupons import rollback
from domain.ledger import reads as ledger
from domain.merchants import reads as merchants
from domain.municipalities import reads as municipalities
from domain.points import reads as points
from domain.points.rules import EarningRule
from domain.programmes import reads as programmes
from domain.services import Services
from domain.viewer import Viewer


class UnauthenticatedError(Exception):
    """No token, or one that is not valid (any more)."""


K = TypeVar("K")
V = TypeVar("V")


class Loader(DataLoader[K, V]):
    """A loader whose readers may be cancelled one by one.

    The executor cancels the siblings of a field that failed, and a cancelled reader would cancel what others still wait for.
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
    coupons: DataLoader[tuple[int, UUID], coupons.Coupon | None]
    coupons_taken: DataLoader[tuple[int, UUID], int]
    rolled_back: DataLoader[tuple[int, UUID], bool]


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
            self._loaders = _loaders(self.services, remembers=self.remembers)
        return self._loaders

    @property
    def signed_in(self) -> Viewer:
        """The viewer; the permission table has let only signed-in people this far."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer


MeguruInfo = Info[Context, None]
"""The `info` of every resolver."""


def _loaders(services: Services, *, remembers: bool) -> Loaders:
    async def balances(keys: list[tuple[int, UUID]]) -> list[ledger.Balances | None]:
        now = services.clock()
        found = {key: await ledger.balances(*key, now) for key in dict.fromkeys(keys)}
        return [found[key] for key in keys]

    def loader(load: Callable[[list[Any]], Any]) -> Loader[Any, Any]:
        return Loader(load, cache=remembers, max_batch_size=200)

    return Loaders(
        municipalities=loader(municipalities.by_ids), assets=loader(assets.by_ids), stores=loader(merchants.by_keys),
        journals=loader(ledger.journals_by_keys), refunded=loader(ledger.refunded), balances=loader(balances),
        programmes=loader(programmes.by_keys), budgets=loader(programmes.budgets_left),
        earning_rules=loader(points.of_programmes), rules=loader(points.by_keys),
        coupons=loader(coupons.by_keys), coupons_taken=loader(coupons.taken), rolled_back=loader(rollback.rolled_back),
    )  # fmt: skip
