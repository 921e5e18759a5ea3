"""Reads of assets and lots."""

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
    """A kind of value of one municipality. Limits in whole units; None means no limit.

    expires_after_months: set only for expiry rules that count months.
    """

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
    """The origin of value, and until when it may be spent. `expires_at` is exclusive."""

    municipality: int
    id: int
    asset: int
    paid: bool
    issued_at: datetime | None
    usable_from: datetime | None
    expires_at: datetime | None
    programme_id: UUID | None = None

    def portion(self, amount: int) -> Portion:
        """Return a portion of the lot. Whole units."""
        return Portion(self.asset, self.id, amount, self.expires_at)


@dataclass(frozen=True, slots=True)
class LotSource:
    """The origin, funding and programme of a lot, its day of issue in Asia/Tokyo, and its exclusive end."""

    id: int
    programme_id: UUID | None
    funding: int
    expires_at: datetime | None
    origin: int
    issued_on: date | None


async def sources_of(municipality: int, lots: list[int]) -> dict[int, LotSource]:
    """Return the sources of a municipality's lots, by lot id."""
    lot_rows = await rows(
        "select id, programme_id, funding, expires_at, origin, issued_on from lot"
        " where municipality_id = $1 and id = any ($2::bigint[])",
        municipality,
        lots,
    )
    return {row["id"]: LotSource(**row) for row in lot_rows}


async def lot_sources(keys: list[tuple[int, int]]) -> list[LotSource | None]:
    """Return the sources of lots, in the order of the keys (municipality, lot); None for an unknown lot."""
    lot_rows = await rows(
        """select municipality_id, id, programme_id, funding, expires_at, origin, issued_on from lot
          where (municipality_id, id) in (select * from unnest($1::smallint[], $2::bigint[]))""",
        [municipality for municipality, _ in keys],
        [lot for _, lot in keys],
    )
    sources = {(row.pop("municipality_id"), row["id"]): LotSource(**row) for row in map(dict, lot_rows)}
    return [sources.get(key) for key in keys]


@dataclass(frozen=True, slots=True)
class StoreUnits:
    """The assets in which a store's figures are told: yen of its cash box, and the coin for all that it is owed."""

    yen: int
    coin: int


def store_units(assets: list[Asset]) -> StoreUnits:
    """Return the units of a municipality's stores. Every municipality is created with its yen and its coin."""
    first = {asset.kind: asset.id for asset in sorted(assets, key=lambda asset: -asset.id)}
    return StoreUnits(yen=first[AssetKind.CASH], coin=first.get(AssetKind.COIN, first[AssetKind.CASH]))


@overload
def last_day(expires_at: datetime) -> date: ...
@overload
def last_day(expires_at: datetime | None) -> date | None: ...
def last_day(expires_at: datetime | None) -> date | None:
    """Return the last civil day in Asia/Tokyo on which value may be spent; None if it does not expire."""
    return None if expires_at is None else effective_on(expires_at - timedelta(microseconds=1))


async def by_ids(ids: list[int]) -> list[Asset | None]:
    """Return assets in the order of their ids; None for an unknown id."""
    assets = {row.id: _of(row) for row in await Row.filter(id__in=ids)}
    return [assets.get(number) for number in ids]


async def of_municipality(municipality: int) -> list[Asset]:
    """Return all assets of a municipality, ordered by id."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality).order_by("id")]


ASSETS = cached(of_municipality)
"""All assets of a municipality, at most `cache.SECONDS` old."""


async def in_municipality(municipality: int, asset: int) -> Asset | None:
    """Return an asset of a municipality; None if it has no such asset."""
    row = await Row.get_or_none(municipality_id=municipality, id=asset)
    return None if row is None else _of(row)


def _of(row: Row) -> Asset:
    return Asset(
        municipality=row.municipality_id,
        id=row.id,
        kind=AssetKind(row.kind),
        code=row.code,
        name_ja=row.name_ja,
        name_en=row.name_en,
        unit_ja=row.unit_ja,
        unit_en=row.unit_en,
        paid=row.paid,
        expires_after_months=row.expires_after_months,
        charge_maximum=row.charge_maximum,
        payment_maximum=row.payment_maximum,
        balance_cap=row.balance_cap,
        legal_profile=LegalProfile(row.legal_profile),
        six_month_exempt=row.six_month_exempt,
        expiry_rule=ExpiryRule(row.expiry_rule),
        expires_on=row.expires_on,
        acceptance=from_json(row.acceptance),
        minimum_unit=row.minimum_unit,
        transferable=row.transferable,
        returns_to_budget=row.returns_to_budget,
        disclosure_ja=row.disclosure_ja,
        disclosure_en=row.disclosure_en,
        refunded_after_expiry=RefundedAfterExpiry(row.refunded_after_expiry),
        fresh_days=row.fresh_days,
    )
