"""Reads of voucher products, for other rooms."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from domain.approvals.kinds import ApprovalKind, ApprovalState
from domain.assets.kinds import LegalProfile
from domain.conditions import hours as opening
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import from_json as eligibility_of
from domain.database import rows
from domain.ledger.kinds import GuardKind
from domain.vouchers.kinds import Stage
from domain.vouchers.product import SubVoucher, Terms, VoucherProduct

_SELECT = """select p.municipality_id, p.id, p.code, p.name_ja, p.name_en, p.price, p.face_value, p.stock,
  p.units_per_person,
  p.units_per_household, p.sale_starts_at, p.sale_ends_at, p.usable_from, p.expires_at, p.hours::text,
    p.eligibility::text, p.legal_profile,
  p.six_month_exempt, p.funding_programme_id, p.below_price_reason,
  p.wider_than_coin_reason,
  exists (select from approval a where a.municipality_id = p.municipality_id and a.kind = $1
    and a.subject = p.id and a.state = $4) as submitted,
  coalesce(stage.value, 0) as stage, coalesce(sold.value, 0) as sold from voucher_product p
  left join guard stage on stage.municipality_id = p.municipality_id and stage.kind = $2 and stage.subject = p.id
    and stage.period = ''
  left join guard sold on sold.municipality_id = p.municipality_id and sold.kind = $3 and sold.subject = p.id
    and sold.period = ''
"""
_COUNTED = (ApprovalKind.VOUCHER_PRODUCT, GuardKind.VOUCHER_STAGE, GuardKind.VOUCHER_SOLD, ApprovalState.PROPOSED)
"""A proposal that was rejected or withdrawn leaves a draft; the approver of one is another column."""


@dataclass(frozen=True, slots=True)
class Bought:
    """Units that a person and their household have bought of a product."""

    of_person: int
    of_household: int


async def by_id(municipality: int, product: UUID) -> VoucherProduct | None:
    """Read a product; None where there is none."""
    query = _SELECT + "where p.municipality_id = $5 and p.id = $6"
    return next(iter(await _products(await rows(query, *_COUNTED, municipality, product))), None)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[VoucherProduct | None]:
    """Read products in the order of (municipality, id); None where there is none."""
    query = _SELECT + "join unnest($5::smallint[], $6::uuid[]) k (m, i) on p.municipality_id = k.m and p.id = k.i"
    towns, ids = [town for town, _ in keys], [product for _, product in keys]
    products = await _products(await rows(query, *_COUNTED, towns, ids))
    by_key = {(product.municipality, product.id): product for product in products}
    return [by_key.get(key) for key in keys]


async def of_municipality(municipality: int) -> list[VoucherProduct]:
    """List the products of a municipality, newest first."""
    query = _SELECT + "where p.municipality_id = $5 order by p.created_at desc, p.id"
    return await _products(await rows(query, *_COUNTED, municipality))


async def unit_of_lot(municipality: int, lot: int) -> int | None:
    """Read the worth of a sub-voucher in one unit of the product that sold a lot; None for a lot of no product."""
    units = await rows(
        """select p.face_value from lot l join voucher_part p on p.municipality_id = l.municipality_id
            and p.product_id = l.programme_id and p.asset_id = l.asset_id
          where l.municipality_id = $1 and l.id = $2""",
        municipality,
        lot,
    )
    return units[0]["face_value"] if units else None


async def taken(municipality: int, code: str) -> bool:
    """Return whether a municipality has a product of this code."""
    return bool(
        await rows("select 1 from voucher_product where municipality_id = $1 and code = $2", municipality, code)
    )


async def bought(person: UUID, keys: list[tuple[int, UUID]]) -> list[Bought]:
    """Read the units that a person and their household have bought, in the order of (municipality, product)."""
    counts = await rows(
        """select g.municipality_id, g.subject, sum(g.value) filter (where g.kind = $4)::bigint as own,
            sum(g.value) filter (where g.kind = $5)::bigint as theirs
          from unnest($1::smallint[], $2::uuid[]) k (m, i)
          left join person_claim c on c.municipality_id = k.m and c.person_id = $3
          join guard g on g.municipality_id = k.m and g.subject = k.i and ((g.kind = $4 and g.period = $3::text)
            or (g.kind = $5 and g.period = c.household::text)) group by 1, 2""",
        [town for town, _ in keys],
        [product for _, product in keys],
        person,
        GuardKind.VOUCHER_PERSON,
        GuardKind.VOUCHER_HOUSEHOLD,
    )
    known = {(row["municipality_id"], row["subject"]): Bought(row["own"] or 0, row["theirs"] or 0) for row in counts}
    return [known.get(key, Bought(0, 0)) for key in keys]


async def _products(product_rows: list[dict[str, Any]]) -> list[VoucherProduct]:
    if not product_rows:
        return []
    parts: defaultdict[UUID, list[SubVoucher]] = defaultdict(list)
    for row in await rows(
        """select product_id, name_ja, name_en, face_value, minimum_unit, free, acceptance::text, asset_id
          from voucher_part
          join unnest($1::smallint[], $2::uuid[]) k (m, i) on municipality_id = k.m and product_id = k.i
            order by product_id, position""",
        [row["municipality_id"] for row in product_rows],
        [row["id"] for row in product_rows],
    ):
        part = SubVoucher(
            name_ja=row["name_ja"],
            name_en=row["name_en"],
            face_value=row["face_value"],
            minimum_unit=row["minimum_unit"],
            free=row["free"],
            acceptance=acceptance_of(orjson.loads(row["acceptance"])),
            asset=row["asset_id"],
        )
        parts[row["product_id"]].append(part)
    return [_product(row, tuple(parts[row["id"]])) for row in product_rows]


def _product(row: dict[str, Any], parts: tuple[SubVoucher, ...]) -> VoucherProduct:
    terms = Terms(
        code=row["code"],
        name_ja=row["name_ja"],
        name_en=row["name_en"],
        price=row["price"],
        face_value=row["face_value"],
        parts=parts,
        stock=row["stock"],
        units_per_person=row["units_per_person"],
        units_per_household=row["units_per_household"],
        sale_starts_at=row["sale_starts_at"],
        sale_ends_at=row["sale_ends_at"],
        usable_from=row["usable_from"],
        expires_at=row["expires_at"],
        hours=opening.from_json(orjson.loads(row["hours"])),
        eligibility=eligibility_of(orjson.loads(row["eligibility"])),
        legal_profile=LegalProfile(row["legal_profile"]),
        six_month_exempt=row["six_month_exempt"],
        funding_programme=row["funding_programme_id"],
        below_price_reason=row["below_price_reason"],
        wider_than_coin_reason=row["wider_than_coin_reason"],
    )
    return VoucherProduct(
        municipality=row["municipality_id"],
        id=row["id"],
        terms=terms,
        submitted=row["submitted"],
        stage=Stage(row["stage"]),
        sold=row["sold"],
    )
