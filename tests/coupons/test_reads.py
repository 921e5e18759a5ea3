"""A stored coupon is read back field by field, so that no two fields can be swapped."""

from dataclasses import fields
from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.conditions import acceptance, eligibility
from domain.conditions.acceptance import Acceptance
from domain.conditions.eligibility import Eligibility
from domain.conditions.hours import Hours
from domain.coupons import reads
from domain.coupons.coupon import Coupon
from domain.coupons.kinds import BorneBy, CouponKind, Stacking
from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.ledger.holders import ensure_holder
from domain.ledger.kinds import HolderKind
from tests.support.api import picked
from tests.support.coupons import CouponApi
from tests.support.town import People

FIXED_AMOUNT = {
    "kind": CouponKind.FIXED_AMOUNT,
    "name_ja": "定額",
    "name_en": "Fixed amount",
    "store_id": None,
    "borne_by": BorneBy.TOWN,
    "budget": 900_101,
    "rate_bp": None,
    "amount": 900_103,
    "discount_maximum": 900_104,
    "multiplier_bp": None,
    "minimum_spend": 900_106,
    "acceptance": Acceptance(areas=frozenset({"north"}), hours=Hours(frozenset({5}), 600, 660)),
    "eligibility": Eligibility(residents_only=True, age_from=18, age_to=65),
    "starts_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "ends_at": datetime(2099, 2, 3, 4, 5, 6, tzinfo=UTC),
    "stock": 900_107,
    "per_person": 900_108,
    "per_day": 900_109,
    "claim_required": True,
    "stacking": Stacking.WITH_OTHERS,
    "returns_on_refund": False,
    "stopped_at": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
}
PERCENT = {
    **FIXED_AMOUNT,
    "kind": CouponKind.PERCENT,
    "name_ja": "割引",
    "name_en": "Percent",
    "store_id": UUID(int=0),
    "borne_by": BorneBy.STORE,
    "budget": None,
    "rate_bp": 7_002,
    "amount": None,
    "claim_required": False,
    "returns_on_refund": True,
}
MULTIPLIER = {
    **PERCENT,
    "kind": CouponKind.POINTS_MULTIPLIER,
    "rate_bp": None,
    "multiplier_bp": 70_005,
    "stacking": Stacking.ALONE,
    "stopped_at": None,
}
COUPONS = {"fixed amount": FIXED_AMOUNT, "percent": PERCENT, "multiplier": MULTIPLIER}
"""The database allows one kind of discount in a coupon, so it takes three to fill every field."""


def test_each_two_fields_differ_in_some_coupon():
    for first, second in combinations(FIXED_AMOUNT, 2):
        assert any(coupon[first] != coupon[second] for coupon in COUPONS.values()), (first, second)


def of(town: People, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts completed to a coupon of this municipality; a store's coupon is issued by its store."""
    store = {"store_id": facts["store_id"] and town.store}
    return {**facts, **store, "municipality": town.id, "id": uuid4(), "asset": town.coin.id}


async def stored(town: People, facts: dict[str, Any]) -> dict[str, Any]:
    coupon, now = of(town, facts), town.services.clock()
    await ensure_holder(town.id, coupon["id"], HolderKind.PROGRAMME, now)
    columns = {
        **coupon,
        "acceptance": orjson.dumps(acceptance.to_json(coupon["acceptance"])).decode(),
        "eligibility": orjson.dumps(eligibility.to_json(coupon["eligibility"])).decode(),
        "created_by": town.finance.person_id,
        "created_at": now,
    }
    columns["municipality_id"], columns["asset_id"] = columns.pop("municipality"), columns.pop("asset")
    values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    await rows(f"insert into coupon ({', '.join(columns)}) values ({values})", *columns.values())
    return coupon


@pytest.mark.parametrize("name", COUPONS)
async def test_a_stored_coupon_is_read_back_field_by_field(town: People, name: str):
    expected = await stored(town, COUPONS[name])
    coupon = await reads.by_id(town.id, expected["id"])
    assert coupon is not None
    assert {field.name for field in fields(Coupon)} == set(expected), "a new field is stored and compared too"
    assert {field.name: getattr(coupon, field.name) for field in fields(Coupon)} == expected
    enums = coupon.kind, coupon.borne_by, coupon.stacking
    assert [type(value) for value in enums] == [CouponKind, BorneBy, Stacking]


async def test_coupons_are_read_in_the_order_of_their_keys(town: People):
    percent, fixed = await stored(town, PERCENT), await stored(town, FIXED_AMOUNT)
    keys = [(town.id, coupon["id"]) for coupon in (fixed, percent)]
    coupons = await reads.by_keys([keys[0], (town.id, uuid4()), keys[1], keys[0]])
    assert [coupon and coupon.id for coupon in coupons] == [fixed["id"], None, percent["id"], fixed["id"]]


@pytest.mark.parametrize("name", COUPONS)
async def test_the_contract_shows_each_field_as_it_is_stored(api: CouponApi, name: str):
    expected = await stored(api.town, COUPONS[name])
    coupon = await api.ask(api.town.auditor, "Coupon", id=encode(Prefix.COUPON, api.town.id, expected["id"]))
    shown = {
        "kind": expected["kind"].name,
        "name": expected["name_ja"],
        "borneBy": expected["borne_by"].name,
        "budget": expected["budget"],
        "rateBp": expected["rate_bp"],
        "amount": expected["amount"],
        "discountMaximum": expected["discount_maximum"],
        "multiplierBp": expected["multiplier_bp"],
        "minimumSpend": expected["minimum_spend"],
        "startsAt": instant(expected["starts_at"]),
        "endsAt": instant(expected["ends_at"]),
        "stock": expected["stock"],
        "stockLeft": expected["stock"],
        "perPerson": expected["per_person"],
        "perDay": expected["per_day"],
        "claimRequired": expected["claim_required"],
        "stacking": expected["stacking"].name,
        "returnsOnRefund": expected["returns_on_refund"],
        "stoppedAt": instant(expected["stopped_at"]),
    }
    assert picked(coupon, *shown) == shown
    assert (coupon["store"] and coupon["store"]["id"]) == (expected["store_id"] and api.store())
    assert coupon["municipality"]["code"] == api.code
    assert coupon["acceptance"]["areas"] == ["north"]
    assert coupon["acceptance"]["hours"] == {"weekdays": ["FRIDAY"], "fromTime": "10:00", "untilTime": "11:00"}
    assert coupon["eligibility"] == {"residentsOnly": True, "ageFrom": 18, "ageTo": 65}
    await api.town.assert_sound()


def instant(at: datetime | None) -> str | None:
    return at and at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
