"""Assets and lots, as others see them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import overload
from uuid import UUID

from domain.assets.kinds import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from domain.assets.tables import Asset as Row
from domain.cache import cached
from domain.conditions.acceptance import Acceptance, from_json
from domain.database import rows
from domain.ledger.receipt import Portion
from domain.ledger.request import effective_on


@dataclass(frozen=True, slots=True)
class Asset:
    """A kind of value. Limits in whole units; `expires_after_months` None: value without expiry."""

    municipality: int
    id: int
    kind: AssetKind
    code: str
    name_ja: str
    name_en: str
    unit_ja: str
    unit_en: str
    paid: bool
    expires_after_months: int | None
    charge_maximum: int
    payment_maximum: int
    balance_cap: int | None
    legal_profile: LegalProfile
    six_month_exempt: bool
    expiry_rule: ExpiryRule
    expires_on: date | None
    acceptance: Acceptance
    minimum_unit: int
    transferable: bool
    returns_to_budget: bool
    disclosure_ja: str
    disclosure_en: str
    refunded_after_expiry: RefundedAfterExpiry = RefundedAfterExpiry.NONE
    fresh_days: int | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Where value came from and until when it may be spent. `expires_at` is exclusive."""

    municipality: int
    id: int
    asset: int
    paid: bool
    issued_at: datetime | None
    usable_from: datetime | None
    expires_at: datetime | None
    programme_id: UUID | None = None

    def portion(self, amount: int) -> Portion:
        """A part of the lot. Whole units."""
        return Portion(self.asset, self.id, amount, self.expires_at)


@dataclass(frozen=True, slots=True)
class LotSource:
    """Who paid for a lot, and until when it is good."""

    id: int
    programme_id: UUID | None
    funding: int
    expires_at: datetime | None


async def sources_of(municipality: int, lots: list[int]) -> dict[int, LotSource]:
    """Where lots of a town came from, by id."""
    found = await rows(
        "select id, programme_id, funding, expires_at from lot where municipality_id = $1 and id = any ($2::bigint[])",
        municipality,
        lots,
    )
    return {row["id"]: LotSource(*row.values()) for row in found}


@overload
def last_day(expires_at: datetime) -> date: ...
@overload
def last_day(expires_at: datetime | None) -> date | None: ...
def last_day(expires_at: datetime | None) -> date | None:
    """The last civil day in Asia/Tokyo on which value may be spent."""
    return None if expires_at is None else effective_on(expires_at - timedelta(microseconds=1))


async def by_ids(ids: list[int]) -> list[Asset | None]:
    """Assets in the order of their ids; None where there is none."""
    found = {row.id: _of(row) for row in await Row.filter(id__in=ids)}
    return [found.get(number) for number in ids]


async def of_municipality(municipality: int) -> list[Asset]:
    """All assets of a town, by id."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality).order_by("id")]


ASSETS = cached(of_municipality)
"""All assets of a town, some seconds old at most."""


async def in_municipality(municipality: int, asset: int) -> Asset | None:
    """One asset of a town."""
    row = await Row.get_or_none(municipality_id=municipality, id=asset)
    return None if row is None else _of(row)


def _of(row: Row) -> Asset:
    return Asset(
        row.municipality_id,
        row.id,
        AssetKind(row.kind),
        row.code,
        row.name_ja,
        row.name_en,
        row.unit_ja,
        row.unit_en,
        row.paid,
        row.expires_after_months,
        row.charge_maximum,
        row.payment_maximum,
        row.balance_cap,
        LegalProfile(row.legal_profile),
        row.six_month_exempt,
        ExpiryRule(row.expiry_rule),
        row.expires_on,
        from_json(row.acceptance),
        row.minimum_unit,
        row.transferable,
        row.returns_to_budget,
        row.disclosure_ja,
        row.disclosure_en,
        RefundedAfterExpiry(row.refunded_after_expiry),
        row.fresh_days,
    )
