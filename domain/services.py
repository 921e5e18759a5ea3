"""What the domain's verbs work with; one per process, made by its composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.lots import Lots
from domain.assets.reads import Asset
from domain.background import Background
from domain.cache import Cached
from domain.conditions.eligibility import Claims
from domain.coupons import reads as coupons
from domain.coupons.coupon import Coupon
from domain.events.bus import Bus
from domain.funding.provider import Provider
from domain.identifiers import Uuid7
from domain.ledger.ledger import Ledger
from domain.points import reads as points
from domain.points.rules import EarningRule
from domain.programmes import reads as programmes
from domain.programmes.reads import Programme
from domain.stores import reads as merchants
from domain.stores.reads import Store
from domain.together import Together


@dataclass(frozen=True, slots=True)
class Services:
    """The ledger, the bus, and one clock and one source of ids."""

    ledger: Ledger
    bus: Bus
    clock: Callable[[], datetime]
    ids: Uuid7
    shop_code_guid: str
    funding: Provider | None = None
    lots: Lots = field(default_factory=Lots)
    assets: Cached[int, list[Asset]] = field(default_factory=lambda: Cached(assets.of_municipality))
    programmes: Cached[int, list[Programme]] = field(
        default_factory=lambda: Cached(programmes.of_municipality, keeps_nothing=True)
    )
    earning_rules: Cached[int, list[EarningRule]] = field(
        default_factory=lambda: Cached(points.of_municipality, keeps_nothing=True)
    )
    stores: Cached[tuple[int, UUID], Store | None] = field(default_factory=lambda: Cached(_store))
    background: Background = field(default_factory=Background)
    coupons: Cached[tuple[int, UUID], Coupon | None] = field(default_factory=lambda: Cached(_coupon))
    persons: Together[tuple[int, UUID], tuple[UUID, Claims | None]] = field(
        default_factory=lambda: Together(programmes.persons_of)
    )


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


async def _store(key: tuple[int, UUID]) -> Store | None:
    return await merchants.by_id(*key)


async def _coupon(key: tuple[int, UUID]) -> Coupon | None:
    return await coupons.by_id(*key)
