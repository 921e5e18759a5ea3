"""Products that many towns sell, from the few facts that differ."""

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
from domain.vouchers.product import Part, Terms


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an officer says beside the template. `expires_at` exclusive."""

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


PRICE = 5_000
COMMON = MappingProxyType({VoucherTemplate.PREMIUM_20: 2_000, VoucherTemplate.PREMIUM_30: 2_000})
"""Of a unit, what every shop takes; whole units. The rest is for small shops."""
PERCENT = MappingProxyType({VoucherTemplate.PREMIUM_20: 20, VoucherTemplate.PREMIUM_30: 30})


def from_template(template: VoucherTemplate, what: Occasion) -> Terms:
    """5,000 yen for 6,500 (or 6,000): 2,000 at every shop, the rest at small shops.

    Issued by the town, by the yen, at all hours.
    """
    percent, common = PERCENT[template], COMMON[template]
    face = PRICE + PRICE * percent // 100
    parts = (
        Part("共通券", "Common voucher", common, 1, free=False, acceptance=EVERYWHERE),
        Part(
            "中小店専用券",
            "Small-shop voucher",
            face - common,
            1,
            free=False,
            acceptance=Acceptance(size_classes=frozenset({SizeClass.SMALL})),
        ),
    )
    name_ja, name_en = (
        what.name_ja or f"プレミアム付商品券（{percent}%）",
        what.name_en or f"Premium voucher ({percent} %)",
    )
    return Terms(
        what.code,
        name_ja,
        name_en,
        PRICE,
        face,
        parts,
        what.stock,
        what.units_per_person,
        what.units_per_household,
        what.sale_starts_at,
        what.sale_ends_at,
        what.usable_from,
        what.expires_at,
        ALWAYS,
        what.eligibility,
        LegalProfile.MUNICIPALITY,
        six_month_exempt=False,
        funding_programme=what.funding_programme,
        below_price_reason="",
    )
