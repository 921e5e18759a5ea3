"""Lists of coupons: what there is for a person, near a place, at a shop.

By keyset, so that pages neither miss nor repeat.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.conditions.eligibility import Claims
from domain.coupons import reads
from domain.coupons.coupon import Counts, Coupon, Seen, obstacle
from domain.coupons.kinds import Obstacle
from domain.coupons.reads import NOBODY
from domain.database import rows
from domain.ledger.kinds import GuardKind, HolderState
from domain.stores.reads import Store

SCANNED = 200
"""Coupons that are looked at together, and SCANS such looks at most for one page."""
SCANS = 10


class Order(StrEnum):
    """By what a list is sorted."""

    EXPIRY = "EXPIRY"
    DISTANCE = "DISTANCE"


@dataclass(frozen=True, slots=True)
class Near:
    """A place: millionths of a degree, WGS 84; metres."""

    latitude: int
    longitude: int
    within: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which coupons of a town. `person` None: nobody in particular."""

    municipality: int
    person: UUID | None = None
    claims: Claims | None = None
    store: Store | None = None
    near: Near | None = None
    claimed: bool = False
    usable_now: bool = False
    ends_before: datetime | None = None
    order: Order = Order.EXPIRY


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: the last coupon's sort value (microseconds since 1970, or metres) and its id."""

    value: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """A coupon as somebody sees it now. `metres` to the nearest shop that takes it, where a place was named."""

    coupon: Coupon
    place: Place
    metres: int | None
    counts: Counts
    against: Obstacle | None


@dataclass(frozen=True, slots=True)
class _Row:
    """What the database found of a coupon."""

    id: UUID
    metres: int | None
    value: int


ACCEPTS = """(not c.acceptance ? 'stores' or c.acceptance -> 'stores' ? s.id::text)
  and (not c.acceptance ? 'groups' or c.acceptance -> 'groups' ? s.store_group)
  and (not c.acceptance ? 'size_classes' or c.acceptance -> 'size_classes' @> to_jsonb(s.size_class))
  and (not c.acceptance ? 'areas' or c.acceptance -> 'areas' ? s.area)
  and (not c.acceptance ? 'categories' or c.acceptance -> 'categories' ? s.category)
  and not coalesce(c.acceptance -> 'excluded_categories' ? s.category, false)"""
"""Acceptance.accepts, of coupon `c` and shop `s`; a test compares the two."""

# A shop's own coupons are joined with their shop; only rules of the town are tried on every shop, and each once,
# however many coupons have it.
# Great-circle distance on a sphere of 6,371,009 m (the Earth's mean radius), to the metre.
QUERY = f"""with place as materialized (
    select s.*, round(2 * 6371009 * asin(least(1, sqrt(
      power(sin(radians((s.latitude_microdegrees - $4) / 2e6)),
        2) + cos(radians(s.latitude_microdegrees / 1e6)) * cos(radians($4 / 1e6))
        * power(sin(radians((s.longitude_microdegrees - $5) / 2e6)), 2)))))::bigint as metres
    from store s join holder h on h.municipality_id = s.municipality_id and h.id = s.id
      and h.state = {HolderState.ACTIVE:d}
    where s.municipality_id = $1 and $4::bigint is not null and s.latitude_microdegrees is not null
      and s.longitude_microdegrees is not null),
  rules as materialized (
    select c.acceptance, case when c.acceptance = '{{}}' then (select min(metres) from place)
      else (select min(s.metres) from place s where {ACCEPTS}) end as metres
    from (select distinct acceptance from coupon where municipality_id = $1 and store_id is null and stopped_at is null
      and ends_at > $2
      and $4::bigint is not null) c),
  listed as (
    select c.id, d.metres, case when $10 then d.metres else (extract(epoch
      from c.ends_at) * 1000000)::bigint end as value
    from coupon c left join place own on own.id = c.store_id left join rules on c.store_id is null
      and rules.acceptance = c.acceptance
    cross join lateral (select case when c.store_id is null then rules.metres else own.metres end as metres) d
    where c.municipality_id = $1 and c.stopped_at is null and c.ends_at > $2 and ($3::timestamptz is null
      or c.ends_at < $3)
      and ($6::bigint is null or d.metres <= $6)
      and ($7::uuid is null or exists (select from store s where s.municipality_id = c.municipality_id and s.id = $7
        and {ACCEPTS}))
      and (not $8 or exists (select from guard g where g.municipality_id = c.municipality_id
        and g.kind = {GuardKind.COUPON_CLAIMS:d}
        and g.subject = c.id and g.period = $9 and g.value > 0)))
  select id, metres, value from listed where value is not null and ($11::bigint is null
    or (value, id) > ($11, $12::uuid))
  order by value, id limit $13"""


async def listed(asked: Asked, now: datetime, after: Place | None, limit: int) -> tuple[list[Found], Place | None]:
    """At most `limit` coupons after a place, and where to go on: None at the end of the list."""
    found: list[Found] = []
    for _ in range(SCANS):
        scanned = await _scan(asked, now, after)
        for one in await _seen(asked, now, scanned):
            if asked.usable_now and one.against is not None:
                continue
            if len(found) == limit:
                return found, found[-1].place if found else after
            found.append(one)
        if len(scanned) < SCANNED:
            return found, None
        after = Place(scanned[-1].value, scanned[-1].id)
    return found, after


async def _scan(asked: Asked, now: datetime, after: Place | None) -> list[_Row]:
    near, person = asked.near, asked.person or NOBODY
    found = await rows(
        QUERY,
        asked.municipality,
        now,
        asked.ends_before,
        near and near.latitude,
        near and near.longitude,
        near and near.within,
        asked.store and asked.store.id,
        asked.claimed,
        str(person),
        asked.order is Order.DISTANCE,
        after and after.value,
        after and after.id,
        SCANNED,
    )
    return [_Row(row["id"], row["metres"], row["value"]) for row in found]


async def _seen(asked: Asked, now: datetime, scanned: list[_Row]) -> list[Found]:
    coupons = await reads.by_keys([(asked.municipality, one.id) for one in scanned])
    counted = await reads.counted(asked.municipality, [one.id for one in scanned], asked.person or NOBODY, now)
    return [
        Found(
            coupon,
            Place(one.value, one.id),
            one.metres,
            counted[coupon.id],
            obstacle(coupon, Seen(now, asked.claims, counted[coupon.id], asked.store)),
        )
        for one, coupon in zip(scanned, coupons, strict=True)
        if coupon is not None
    ]
