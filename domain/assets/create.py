"""Create assets. `check` enforces consistent rules and the six-month limit of exempt value."""

from dataclasses import dataclass
from datetime import date, datetime

import orjson
from tortoise.connection import get_connection

from domain.assets.expiry import SIX_MONTHS, latest_of_six_months
from domain.assets.kinds import BY_MONTHS, CHARGEABLE, SOLD, AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from domain.conditions.acceptance import EVERYWHERE, Acceptance, to_json
from domain.refusals import InvalidInputError
from domain.typed_text import unusable_name

CODE_LIMIT = 32
NAME_LIMIT = 60
DISCLOSURE_LIMIT = 2_000
LARGEST = 2**53 - 1
MONTHS_LIMIT = 120
FRESH_DAYS_LIMIT = 366


@dataclass(frozen=True, slots=True)
class NewAsset:
    """The properties of a new asset. Limits in whole units."""

    code: str
    kind: AssetKind
    name_ja: str
    name_en: str
    unit_ja: str
    unit_en: str
    paid: bool
    charge_maximum: int
    payment_maximum: int
    balance_cap: int | None = None
    expires_after_months: int | None = None
    expiry_rule: ExpiryRule = ExpiryRule.NONE
    expires_on: date | None = None
    legal_profile: LegalProfile = LegalProfile.MUNICIPALITY
    six_month_exempt: bool = False
    acceptance: Acceptance = EVERYWHERE
    minimum_unit: int = 1
    transferable: bool = False
    returns_to_budget: bool = False
    disclosure_ja: str = ""
    disclosure_en: str = ""
    refunded_after_expiry: RefundedAfterExpiry = RefundedAfterExpiry.NONE
    fresh_days: int | None = None


def check(new: NewAsset, today: date) -> None:
    """Raise InvalidInputError for the first invalid field."""
    _require(
        0 < len(new.code) <= CODE_LIMIT and new.code.isascii() and new.code.replace("_", "").isalnum(), "code", "CODE"
    )
    for name in ("name_ja", "name_en", "unit_ja", "unit_en"):
        problem = unusable_name(getattr(new, name), NAME_LIMIT)
        _require(problem is None, name, problem or "")
    for name in ("disclosure_ja", "disclosure_en"):
        _require(len(getattr(new, name)) <= DISCLOSURE_LIMIT, name, "LENGTH")
    for name in ("charge_maximum", "payment_maximum", "minimum_unit"):
        _require(1 <= getattr(new, name) <= LARGEST, name, "POSITIVE")
    _require(new.payment_maximum >= new.minimum_unit, "payment_maximum", "BELOW_UNIT")
    _require(new.balance_cap is None or 1 <= new.balance_cap <= LARGEST, "balance_cap", "POSITIVE")
    _require(new.kind is not AssetKind.CASH, "kind", "NOT_FOR_WALLETS")
    _require(new.paid or new.kind not in CHARGEABLE, "paid", "COIN_IS_PAID")
    _require(not new.paid or new.kind in SOLD, "paid", "POINTS_ARE_FREE")
    _check_expiry(new, today)


def _check_expiry(new: NewAsset, today: date) -> None:
    by_months = new.expiry_rule in BY_MONTHS
    months = new.expires_after_months
    _require((months is not None) == by_months, "expires_after_months", "MONTHS_OF_RULE")
    _require(months is None or 1 <= months <= MONTHS_LIMIT, "expires_after_months", "MONTHS_RANGE")
    _require((new.expires_on is not None) == (new.expiry_rule is ExpiryRule.FIXED_DATE), "expires_on", "DATE_OF_RULE")
    _require(new.expires_on is None or new.expires_on >= today, "expires_on", "PAST")
    _require(
        (new.fresh_days is not None) == (new.refunded_after_expiry is RefundedAfterExpiry.FRESH_DAYS),
        "fresh_days",
        "DAYS_OF_POLICY",
    )
    _require(new.fresh_days is None or 1 <= new.fresh_days <= FRESH_DAYS_LIMIT, "fresh_days", "FRESH_DAYS_RANGE")
    if new.six_month_exempt:
        _require(new.expiry_rule not in {ExpiryRule.NONE, ExpiryRule.LAST_USE_MONTHS}, "expiry_rule", "SIX_MONTHS")
        # The end of a month after six months is later than six months, whatever the day of issue.
        most = SIX_MONTHS - (new.expiry_rule is ExpiryRule.MONTH_END_AFTER_MONTHS)
        _require(months is None or months <= most, "expires_after_months", "SIX_MONTHS")
        _require(new.expires_on is None or new.expires_on <= latest_of_six_months(today), "expires_on", "SIX_MONTHS")


def _require(holds: bool, field: str, problem: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise InvalidInputError(field, problem)


async def create_asset(municipality: int, new: NewAsset, now: datetime) -> int:
    """Create an asset and return its id. Call inside a transaction, after `check`."""
    if await get_connection("default").execute_query_dict(
        "select 1 from asset where municipality_id = $1 and code = $2", [municipality, new.code]
    ):
        raise InvalidInputError("code", "TAKEN")
    [row] = await get_connection("default").execute_query_dict(
        """insert into asset (municipality_id, kind, code, name_ja, name_en, unit_ja, unit_en, paid,
          expires_after_months, charge_maximum,
          payment_maximum, balance_cap, created_at, legal_profile, six_month_exempt, expiry_rule, expires_on,
            acceptance, minimum_unit,
          transferable, returns_to_budget, disclosure_ja, disclosure_en, refunded_after_expiry, fresh_days)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20, $21,
            $22, $23,
            $24, $25) returning id""",
        [
            municipality,
            new.kind,
            new.code,
            new.name_ja,
            new.name_en,
            new.unit_ja,
            new.unit_en,
            new.paid,
            new.expires_after_months,
            new.charge_maximum,
            new.payment_maximum,
            new.balance_cap,
            now,
            new.legal_profile,
            new.six_month_exempt,
            new.expiry_rule,
            new.expires_on,
            orjson.dumps(to_json(new.acceptance)).decode(),
            new.minimum_unit,
            new.transferable,
            new.returns_to_budget,
            new.disclosure_ja,
            new.disclosure_en,
            new.refunded_after_expiry,
            new.fresh_days,
        ],
    )
    number: int = row["id"]
    return number
