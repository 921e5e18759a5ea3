"""Counters: the holders that take cash for the municipality, and the asset in which their cash boxes owe it."""

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
    """A counter that takes cash.

    holder: the desk, or the charge agent's store. relation: the relation to it that a person needs to act there.
    issuer: the municipality's issuer. yen: the asset of cash boxes.
    """

    holder: UUID
    relation: Relation
    issuer: UUID
    yen: int


async def counter_of(municipality: int, store_id: UUID | None) -> Counter:
    """Return the counter of a charge agent's store, or of the municipal desk if `store_id` is None.

    Raises NotPermittedError for a store that is no charge agent.
    """
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
