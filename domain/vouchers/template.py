"""Templates: voucher products that many municipalities sell, completed by the few terms that differ."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.assets.kinds import LegalProfile
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.eligibility import Eligibility
from domain.conditions.hours import ALWAYS
from domain.stores.kinds import SizeClass
from domain.vouchers.kinds import VoucherTemplate
from domain.vouchers.product import SubVoucher, Terms


@dataclass(frozen=True, slots=True)
class TemplateTerms:
    """The terms that an officer adds to a template. Names None: those of the template. `expires_at` exclusive.

    wider_than_coin_reason: as in `Terms`.
    """

    code: str
    name_ja: str | None
    name_en: str | None
    stock: int
    units_per_person: int
    units_per_household: int | None
    sale_starts_at: datetime
    sale_ends_at: datetime
    usable_from: datetime
    expires_at: datetime
    eligibility: Eligibility
    funding_programme: UUID | None
    wider_than_coin_reason: str = ""


PRICE = 5_000
COMMON = MappingProxyType({VoucherTemplate.PREMIUM_20: 2_000, VoucherTemplate.PREMIUM_30: 2_000})
"""The value of a unit that every store accepts; the rest is for small stores. Whole units."""
PERCENT = MappingProxyType({VoucherTemplate.PREMIUM_20: 20, VoucherTemplate.PREMIUM_30: 30})


def from_template(template: VoucherTemplate, added: TemplateTerms) -> Terms:
    """Make the terms of a product: 6,500 yen (or 6,000) for 5,000.

    Every store accepts 2,000 of it; the rest is for small stores. Issued by the municipality, spent by the yen, at all
    hours.
    """
    percent, common = PERCENT[template], COMMON[template]
    face = PRICE + PRICE * percent // 100
    parts = (
        SubVoucher(
            name_ja="共通券",
            name_en="Common voucher",
            face_value=common,
            minimum_unit=1,
            free=False,
            acceptance=EVERYWHERE,
        ),
        SubVoucher(
            name_ja="中小店専用券",
            name_en="Small-shop voucher",
            face_value=face - common,
            minimum_unit=1,
            free=False,
            acceptance=Acceptance(size_classes=frozenset({SizeClass.SMALL})),
        ),
    )
    return Terms(
        code=added.code,
        name_ja=added.name_ja or f"プレミアム付商品券（{percent}%）",
        name_en=added.name_en or f"Premium voucher ({percent} %)",
        price=PRICE,
        face_value=face,
        parts=parts,
        stock=added.stock,
        units_per_person=added.units_per_person,
        units_per_household=added.units_per_household,
        sale_starts_at=added.sale_starts_at,
        sale_ends_at=added.sale_ends_at,
        usable_from=added.usable_from,
        expires_at=added.expires_at,
        hours=ALWAYS,
        eligibility=added.eligibility,
        legal_profile=LegalProfile.MUNICIPALITY,
        six_month_exempt=False,
        funding_programme=added.funding_programme,
        below_price_reason="",
        wider_than_coin_reason=added.wider_than_coin_reason,
    )
