"""Reads of stores."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.cache import cached
from domain.database import rows
from domain.ledger.kinds import HolderState
from domain.stores.kinds import SizeClass
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Store:
    """A store. Coordinates in millionths of a degree; `accepting` is false while it takes no payments."""

    municipality: int
    id: UUID
    name: str
    name_kana: str
    name_roman: str
    category: str
    merchant_category_code: str
    latitude_microdegrees: int | None
    longitude_microdegrees: int | None
    address: str
    postal_code: str
    opening_hours: str
    merchant_code: str
    store_code: str
    charge_agent: bool
    store_group: str
    size_class: SizeClass
    area: str
    accepting: bool


_SELECT = """select s.municipality_id, s.id, s.name, s.name_kana, s.name_roman, s.category, s.merchant_category_code,
  s.latitude_microdegrees,
  s.longitude_microdegrees, s.address, s.postal_code, s.opening_hours, s.merchant_code, s.store_code,
  s.charge_agent, s.store_group, s.size_class, s.area, h.state
  from store s join holder h on h.municipality_id = s.municipality_id and h.id = s.id """


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Store | None]:
    """Return stores in the order of their keys (municipality, id); None for an unknown key."""
    store_rows = await rows(
        _SELECT + "join unnest($1::smallint[], $2::uuid[]) w (m, i) on s.municipality_id = w.m and s.id = w.i",
        [municipality for municipality, _ in keys],
        [store for _, store in keys],
    )
    stores = {(store.municipality, store.id): store for store in map(_store, store_rows)}
    return [stores.get(key) for key in keys]


async def by_key(key: tuple[int, UUID]) -> Store | None:
    """Return the store of a key (municipality, id); None if there is no such store."""
    return (await by_keys([key]))[0]


async def by_id(municipality: int, store: UUID) -> Store | None:
    """Return a store of a municipality; None if there is no such store."""
    return await by_key((municipality, store))


STORES = cached(by_key)
"""Stores by key (municipality, id), at most `cache.SECONDS` old."""


async def by_code(municipality: int, merchant_code: str, store_code: str) -> Store | None:
    """Return the store that a static code names within a municipality; None if there is no such store."""
    store_rows = await rows(
        _SELECT + "where s.municipality_id = $1 and s.merchant_code = $2 and s.store_code = $3",
        municipality,
        merchant_code,
        store_code,
    )
    return _store(store_rows[0]) if store_rows else None


async def of_municipality(municipality: int) -> list[Store]:
    """Return the stores of a municipality, ordered by kana."""
    return [
        _store(row)
        for row in await rows(_SELECT + "where s.municipality_id = $1 order by s.name_kana, s.id", municipality)
    ]


def _store(row: dict[str, Any]) -> Store:
    columns = dict(row)
    municipality, state, size_class = columns.pop("municipality_id"), columns.pop("state"), columns.pop("size_class")
    return Store(
        **columns, municipality=municipality, size_class=SizeClass(size_class), accepting=state == HolderState.ACTIVE
    )


async def at_counter(viewer: Viewer, municipality: int) -> bool:
    """Whether the viewer takes cash for a municipality, at its desk or as staff of a charge agent."""
    access_rows = await rows(
        """select 1 from holder_access x left join store s on s.municipality_id = x.municipality_id
          and s.id = x.holder_id
          where x.municipality_id = $1 and x.person_id = $2 and x.revoked_at is null
            and (x.relation = any ($3::smallint[]) or (x.relation = any ($4::smallint[])
              and s.charge_agent)) limit 1""",
        municipality,
        viewer.person_id,
        viewer.relations(Relation.DESK),
        viewer.relations(Relation.STAFF),
    )
    return bool(access_rows)
