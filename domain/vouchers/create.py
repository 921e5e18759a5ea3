"""Drafts of voucher products: their terms, which never change afterwards, and the checks of them."""

from datetime import datetime
from uuid import UUID

import orjson
from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.kinds import LegalProfile
from domain.conditions import hours as opening
from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.programmes import reads as programmes
from domain.programmes.create import AGE_LIMIT
from domain.programmes.kinds import BASIS_POINTS, ProgrammeKind
from domain.programmes.reads import Programme
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer
from domain.vouchers import reads
from domain.vouchers.product import SubVoucher, Terms, VoucherProduct
from domain.vouchers.refusals import UnknownVoucherError
from domain.vouchers.tables import VoucherProduct as Row

CODE_LIMIT = 29
"""Characters of a product's code. Its assets' codes add `_` and a number, within the limit of asset codes."""
PARTS_LIMIT = 10
STOCK_LIMIT = 10_000_000
REASON_LIMIT = 200


def check(terms: Terms, now: datetime, rate_bp: int | None = None) -> None:
    """Raise InvalidInputError for the first field that is wrong.

    `rate_bp`: the premium rate that the officer expects, in hundredths of a percent; None: not checked.
    """
    for field, problem, is_wrong in (*_money(terms, rate_bp), *_units(terms), *_times(terms, now)):
        if is_wrong:
            raise InvalidInputError(field, problem)
    for part in terms.parts:
        _check_part(part)


def _money(terms: Terms, rate_bp: int | None) -> list[tuple[str, str, bool]]:
    code = terms.code
    free = sum(part.face_value for part in terms.parts if part.free)
    wrong = [
        ("code", "CODE", not (0 < len(code) <= CODE_LIMIT and code.isascii() and code.replace("_", "").isalnum())),
        *wrong_names(NAME_LIMIT, name_ja=terms.name_ja, name_en=terms.name_en),
        ("price", "POSITIVE", terms.price < 1),
        ("face_value", "POSITIVE", terms.face_value < 1),
        ("below_price_reason", "LENGTH", len(terms.below_price_reason) > REASON_LIMIT),
        ("below_price_reason", "REASON", terms.face_value < terms.price and not terms.below_price_reason.strip()),
        ("wider_than_coin_reason", "LENGTH", len(terms.wider_than_coin_reason) > REASON_LIMIT),
        (
            "wider_than_coin_reason",
            "REASON_OF_LENGTH",
            bool(terms.wider_than_coin_reason.strip())
            and (terms.six_month_exempt or terms.legal_profile is not LegalProfile.MUNICIPALITY),
        ),
    ]
    if not any(is_wrong for _, _, is_wrong in wrong):
        wrong += [
            ("premium_rate_bp", "PERCENT", max(terms.premium_rate_bp, rate_bp or 0) > BASIS_POINTS),
            ("premium_rate_bp", "RATE_OF_FACE", rate_bp is not None and rate_bp != terms.premium_rate_bp),
            ("sub_vouchers", "COUNT", not 1 <= len(terms.parts) <= PARTS_LIMIT),
            ("sub_vouchers", "SUM", sum(part.face_value for part in terms.parts) != terms.face_value),
            ("sub_vouchers", "FREE_PART", free > terms.premium),
        ]
    return wrong


def _units(terms: Terms) -> list[tuple[str, str, bool]]:
    household = terms.units_per_household
    return [
        ("stock", "POSITIVE", terms.stock < 1),
        ("stock", "TOO_LARGE", terms.stock > STOCK_LIMIT or terms.stock * max(terms.face_value, terms.price) > LARGEST),
        ("units_per_person", "POSITIVE", terms.units_per_person < 1),
        ("units_per_person", "ABOVE_STOCK", terms.units_per_person > terms.stock),
        ("units_per_household", "POSITIVE", household is not None and household < 1),
        ("units_per_household", "ABOVE_STOCK", household is not None and household > terms.stock),
        ("age_to", "ORDER", (terms.eligibility.age_from or 0) > (terms.eligibility.age_to or AGE_LIMIT)),
    ]


def _times(terms: Terms, now: datetime) -> list[tuple[str, str, bool]]:
    return [
        ("sale_ends_at", "ORDER", terms.sale_ends_at <= terms.sale_starts_at),
        ("sale_ends_at", "PAST", terms.sale_ends_at <= now),
        ("usable_from", "USE_BEFORE_SALE", terms.usable_from < terms.sale_starts_at),
        ("expires_on", "ORDER", terms.expires_at <= terms.usable_from),
        ("expires_on", "ENDS_BEFORE_SALE", terms.expires_at < terms.sale_ends_at),
        ("expires_on", "SIX_MONTHS", terms.too_late),
    ]


def _check_part(part: SubVoucher) -> None:
    wrong = [
        *wrong_names(NAME_LIMIT, **{"sub_vouchers.name_ja": part.name_ja, "sub_vouchers.name_en": part.name_en}),
        ("sub_vouchers.face_value", "POSITIVE", part.face_value < 1),
        ("sub_vouchers.minimum_unit", "POSITIVE", part.minimum_unit < 1),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)
    if part.face_value % part.minimum_unit:
        raise InvalidInputError("sub_vouchers.minimum_unit", "MULTIPLE")


async def funding_of(municipality: int, terms: Terms) -> Programme | None:
    """Read the programme whose budget pays the premium; None where the terms name none. UnknownProgrammeError."""
    if terms.funding_programme is None:
        return None
    programme = await programmes.by_id(municipality, terms.funding_programme)
    if programme is None or programme.kind is not ProgrammeKind.GRANT:
        raise UnknownProgrammeError
    return programme


async def create_product(
    services: Services, viewer: Viewer, municipality: int, terms: Terms, rate_bp: int | None = None
) -> VoucherProduct:
    """Create a draft, with its row of the audit trail in the same commit.

    A code belongs to one product for ever, so a request sent twice creates one product: InvalidInputError TAKEN.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    now = services.clock()
    check(terms, now, rate_bp)
    await funding_of(municipality, terms)
    product = services.ids.new()
    async with transaction():
        # Of two concurrent requests with one code, the second waits here and then reads the product of the first.
        await get_connection("default").execute_query(
            "select pg_advisory_xact_lock(hashtext('voucher_product'), hashtext($1))", [f"{municipality} {terms.code}"]
        )
        if await reads.taken(municipality, terms.code):
            raise InvalidInputError("code", "TAKEN")
        await _insert(viewer, municipality, product, terms, now)
        after = {"code": terms.code, "price": terms.price, "face_value": terms.face_value, "stock": terms.stock}
        reason = terms.wider_than_coin_reason.strip()
        if reason:
            after |= {"wider_than_coin": True}
        await record(municipality, viewer, "create_voucher_product", product, "", None, after, now, note=reason)
    created = await reads.by_id(municipality, product)
    if created is None:
        raise UnknownVoucherError
    return created


async def _insert(viewer: Viewer, municipality: int, product: UUID, terms: Terms, now: datetime) -> None:
    await Row.create(
        id=product,
        municipality_id=municipality,
        code=terms.code,
        name_ja=terms.name_ja.strip(),
        name_en=terms.name_en.strip(),
        price=terms.price,
        face_value=terms.face_value,
        stock=terms.stock,
        units_per_person=terms.units_per_person,
        units_per_household=terms.units_per_household,
        sale_starts_at=terms.sale_starts_at,
        sale_ends_at=terms.sale_ends_at,
        usable_from=terms.usable_from,
        expires_at=terms.expires_at,
        hours=opening.to_json(terms.hours),
        eligibility=eligibility_to_json(terms.eligibility),
        legal_profile=terms.legal_profile,
        six_month_exempt=terms.six_month_exempt,
        funding_programme_id=terms.funding_programme,
        below_price_reason=terms.below_price_reason.strip(),
        wider_than_coin_reason=terms.wider_than_coin_reason.strip(),
        created_by=viewer.person_id,
        created_at=now,
    )
    for position, part in enumerate(terms.parts, 1):
        await get_connection("default").execute_query(
            """insert into voucher_part (municipality_id, product_id, position, name_ja, name_en, face_value,
              minimum_unit, free, acceptance)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)""",
            [
                municipality,
                product,
                position,
                part.name_ja.strip(),
                part.name_en.strip(),
                part.face_value,
                part.minimum_unit,
                part.free,
                orjson.dumps(acceptance_to_json(part.acceptance)).decode(),
            ],
        )
