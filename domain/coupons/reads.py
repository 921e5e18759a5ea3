"""Reads of coupons, for other rooms."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.cache import cached
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import from_json as eligibility_of
from domain.coupons.coupon import Counts, Coupon
from domain.coupons.kinds import BorneBy, CouponKind, Stacking
from domain.coupons.tables import Coupon as Row
from domain.database import rows
from domain.ledger.kinds import AccountKind, GuardKind, HolderState
from domain.ledger.request import effective_on

__all__ = ["COUPONS", "Counts", "Coupon", "by_id", "by_key", "by_keys", "counted", "live", "taken"]

NOBODY = UUID(int=0)
"""The person of a viewer who has not signed in: nothing is counted of it."""


async def by_key(key: tuple[int, UUID]) -> Coupon | None:
    """Read a coupon by (municipality, id); None where there is none."""
    return (await by_keys([key]))[0]


async def by_id(municipality: int, coupon: UUID) -> Coupon | None:
    """Read a coupon of a municipality; None where there is none."""
    return await by_key((municipality, coupon))


COUPONS = cached(by_key)
"""Coupons by (municipality, id), at most some seconds old."""


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Coupon | None]:
    """Read coupons in the order of (municipality, id); None where there is none."""
    towns, ids = {municipality for municipality, _ in keys}, [coupon for _, coupon in keys]
    query = Row.filter(municipality_id__in=towns, id__in=ids)
    coupons = {(row.municipality_id, row.id): _of(row) for row in await query}
    return [coupons.get(key) for key in keys]


async def live(municipality: int, store: UUID | None, now: datetime) -> int:
    """Count the coupons of an issuer that have not ended. `store` None: those of the municipality."""
    return await Row.filter(municipality_id=municipality, store_id=store, ends_at__gt=now, stopped_at=None).count()


async def counted(municipality: int, coupons: Sequence[UUID], person: UUID, at: datetime) -> dict[UUID, Counts]:
    """Read the counts of coupons and of a person, in one snapshot."""
    counts = await rows(
        f"""select h.id, coalesce(s.value, 0) as taken, coalesce(p.value, 0) as used,
            coalesce(d.value, 0) as used_today,
            coalesce(c.value, 0) as claimed, coalesce(b.left, 0) as budget_left, h.state
          from holder h
          left join guard s on s.municipality_id = h.municipality_id
            and s.kind = {GuardKind.COUPON_STOCK:d} and s.subject = h.id and s.period = ''
          left join guard p on p.municipality_id = h.municipality_id
            and p.kind = {GuardKind.COUPON_PERSON:d} and p.subject = h.id and p.period = $3
          left join guard d on d.municipality_id = h.municipality_id
            and d.kind = {GuardKind.COUPON_DAY:d} and d.subject = h.id and d.period = $4
          left join guard c on c.municipality_id = h.municipality_id
            and c.kind = {GuardKind.COUPON_CLAIMS:d} and c.subject = h.id and c.period = $3
          left join lateral (select sum(a.posted)::bigint as left from account a
            where a.municipality_id = h.municipality_id and a.holder_id = h.id
              and a.kind = {AccountKind.BUDGET:d}) b on true
          where h.municipality_id = $1 and h.id = any ($2::uuid[])""",
        municipality,
        list(coupons),
        str(person),
        f"{person} {effective_on(at).isoformat()}",
    )
    return {
        row["id"]: Counts(
            taken=row["taken"],
            used=row["used"],
            used_today=row["used_today"],
            claimed=row["claimed"],
            budget_left=row["budget_left"],
            stopped=row["state"] != HolderState.ACTIVE,
        )
        for row in counts
    }


async def taken(keys: list[tuple[int, UUID]]) -> list[int]:
    """Read how many have left the stock of each coupon, in the order of (municipality, id)."""
    guards = await rows(
        f"""select g.municipality_id, g.subject, g.value from unnest($1::smallint[], $2::uuid[]) w (m, s)
          join guard g on g.municipality_id = w.m and g.kind = {GuardKind.COUPON_STOCK:d}
            and g.subject = w.s and g.period = ''""",
        [municipality for municipality, _ in keys],
        [coupon for _, coupon in keys],
    )
    values = {(row["municipality_id"], row["subject"]): row["value"] for row in guards}
    return [values.get(key, 0) for key in keys]


def _of(row: Row) -> Coupon:
    return Coupon(
        municipality=row.municipality_id,
        id=row.id,
        kind=CouponKind(row.kind),
        name_ja=row.name_ja,
        name_en=row.name_en,
        store_id=row.store_id,
        borne_by=BorneBy(row.borne_by),
        asset=row.asset_id,
        budget=row.budget,
        rate_bp=row.rate_bp,
        amount=row.amount,
        discount_maximum=row.discount_maximum,
        multiplier_bp=row.multiplier_bp,
        minimum_spend=row.minimum_spend,
        acceptance=acceptance_of(row.acceptance),
        eligibility=eligibility_of(row.eligibility),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        stock=row.stock,
        per_person=row.per_person,
        per_day=row.per_day,
        claim_required=row.claim_required,
        stacking=Stacking(row.stacking),
        returns_on_refund=row.returns_on_refund,
        stopped_at=row.stopped_at,
    )
