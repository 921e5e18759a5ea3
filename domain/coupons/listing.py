"""Lists of coupons: for a person, near a place, at a store.

Pages are cut by keyset, so that they neither miss nor repeat a coupon.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.conditions.eligibility import Claims
from domain.coupons import reads
from domain.coupons.coupon import Counts, Coupon, CouponContext, obstacle
from domain.coupons.kinds import Obstacle
from domain.coupons.reads import NOBODY
from domain.database import rows
from domain.ledger.kinds import GuardKind, HolderState
from domain.stores.reads import Store

SCANNED = 200
"""Coupons that one query reads."""
SCANS = 10
"""The most such queries for one page."""


class Order(StrEnum):
    """What a list is sorted by."""

    EXPIRY = "EXPIRY"
    DISTANCE = "DISTANCE"


@dataclass(frozen=True, slots=True)
class Near:
    """A place in millionths of a degree, WGS 84. `within`: a distance in metres; None: any."""

    latitude: int
    longitude: int
    within: int | None


@dataclass(frozen=True, slots=True)
class CouponSearch:
    """The filters and the order of a list of a municipality's coupons. `person` None: a viewer without an account."""

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
class ListPosition:
    """Where a list continues: the last coupon's sort value (microseconds since 1970, or metres) and its id."""

    value: int
    id: UUID


@dataclass(frozen=True, slots=True)
class ListedCoupon:
    """A coupon of a list, as the person sees it now.

    metres: the distance to the nearest store that accepts it, where the search names a place. obstacle: why the person
    cannot use it now; None: they can.
    """

    coupon: Coupon
    position: ListPosition
    metres: int | None
    counts: Counts
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the query: a coupon with its distance and its sort value."""

    id: UUID
    metres: int | None
    value: int


ACCEPTS = """(not c.acceptance ? 'stores' or c.acceptance -> 'stores' ? s.id::text)
  and (not c.acceptance ? 'groups' or c.acceptance -> 'groups' ? s.store_group)
  and (not c.acceptance ? 'size_classes' or c.acceptance -> 'size_classes' @> to_jsonb(s.size_class))
  and (not c.acceptance ? 'areas' or c.acceptance -> 'areas' ? s.area)
  and (not c.acceptance ? 'categories' or c.acceptance -> 'categories' ? s.category)
  and not coalesce(c.acceptance -> 'excluded_categories' ? s.category, false)"""
"""`Acceptance.accepts` in SQL, of coupon `c` and store `s`; a test compares the two."""

# A store's own coupons are joined with their store. Only acceptances of the municipality's coupons are tried on every
# store, and each distinct one once, however many coupons have it.
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


async def listed(
    search: CouponSearch, now: datetime, after: ListPosition | None, limit: int
) -> tuple[list[ListedCoupon], ListPosition | None]:
    """List at most `limit` coupons after a position, and return where the list continues; None at its end."""
    page: list[ListedCoupon] = []
    for _ in range(SCANS):
        scanned = await _scan(search, now, after)
        for line in await _evaluate(search, now, scanned):
            if search.usable_now and line.obstacle is not None:
                continue
            if len(page) == limit:
                return page, page[-1].position if page else after
            page.append(line)
        if len(scanned) < SCANNED:
            return page, None
        after = ListPosition(scanned[-1].value, scanned[-1].id)
    return page, after


async def _scan(search: CouponSearch, now: datetime, after: ListPosition | None) -> list[_Row]:
    near, person = search.near, search.person or NOBODY
    scanned = await rows(
        QUERY,
        search.municipality,
        now,
        search.ends_before,
        near and near.latitude,
        near and near.longitude,
        near and near.within,
        search.store and search.store.id,
        search.claimed,
        str(person),
        search.order is Order.DISTANCE,
        after and after.value,
        after and after.id,
        SCANNED,
    )
    return [_Row(row["id"], row["metres"], row["value"]) for row in scanned]


async def _evaluate(search: CouponSearch, now: datetime, scanned: list[_Row]) -> list[ListedCoupon]:
    ids = [row.id for row in scanned]
    coupons = await reads.by_keys([(search.municipality, coupon) for coupon in ids])
    counted = await reads.counted(search.municipality, ids, search.person or NOBODY, now)
    return [
        ListedCoupon(
            coupon=coupon,
            position=ListPosition(row.value, row.id),
            metres=row.metres,
            counts=counted[coupon.id],
            obstacle=obstacle(coupon, CouponContext(now, search.claims, counted[coupon.id], search.store)),
        )
        for row, coupon in zip(scanned, coupons, strict=True)
        if coupon is not None
    ]
