"""Counters: who takes cash for the town, and the asset in which the cash box owes it."""

from dataclasses import dataclass
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.refusals import UnknownAssetError
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.refusals import NotPermittedError
from domain.stores import reads as stores
from domain.viewer import Relation


@dataclass(frozen=True, slots=True)
class Counter:
    """Who takes the cash."""

    holder: UUID
    relation: Relation
    issuer: UUID
    yen: int


async def counter_of(municipality: int, store_id: UUID | None) -> Counter:
    """The agent's store, or the municipal desk; NotPermittedError for a store that takes no money for the town."""
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownAssetError
    yen = await _yen(town)
    if store_id is None:
        return Counter(town.desk_id, Relation.DESK, town.issuer_id, yen)
    store = await stores.by_id(municipality, store_id)
    if store is None or not store.charge_agent:
        raise NotPermittedError
    return Counter(store.id, Relation.STAFF, town.issuer_id, yen)


async def _yen(town: Municipality) -> int:
    return next(asset.id for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.CASH)
