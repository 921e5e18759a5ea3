"""Issuing and changing coupons: who may, invalid terms, and the fields that may still change."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.coupons import create, uses
from domain.coupons.refusals import CouponNotUsableError
from domain.database import rows
from domain.expiry.renew import NOTHING
from domain.identifiers import Prefix, decode, encode
from domain.locales.catalogue import message
from domain.payments import pay as paying
from domain.programmes.store_rules import rules_of
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.town import new_town

OWN = {"borneBy": "STORE", "budget": None}


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"nameJa": "  "}, "nameJa", "LENGTH"),
        ({"nameEn": "x" * 61}, "nameEn", "LENGTH"),
        ({"nameEn": "10 % off\u202d"}, "nameEn", "CHARACTERS"),
        ({"rateBp": 10_001}, "rateBp", "PERCENT"),
        ({"rateBp": 0}, "rateBp", "PERCENT"),
        ({"rateBp": -5}, "rateBp", "PERCENT"),
        ({"rateBp": None}, "rateBp", "RATE_OF_COUPON"),
        ({"kind": "FIXED_AMOUNT"}, "rateBp", "RATE_OF_COUPON"),
        ({"kind": "FIXED_AMOUNT", "rateBp": None}, "amount", "AMOUNT_OF_COUPON"),
        ({"kind": "FIXED_AMOUNT", "rateBp": None, "amount": 0}, "amount", "POSITIVE"),
        ({"amount": 100}, "amount", "AMOUNT_OF_COUPON"),
        (
            {"kind": "FIXED_AMOUNT", "rateBp": None, "amount": 9, "discountMaximum": 9},
            "discountMaximum",
            "MAXIMUM_OF_COUPON",
        ),
        ({"discountMaximum": 0}, "discountMaximum", "POSITIVE"),
        ({"minimumSpend": 0}, "minimumSpend", "POSITIVE"),
        ({"stock": 0}, "stock", "POSITIVE"),
        ({"stock": -1}, "stock", "POSITIVE"),
        ({"stock": 10_000_001}, "stock", "TOO_LARGE"),
        ({"perPerson": 10_000_001}, "perPerson", "TOO_LARGE"),
        ({"perPerson": 0}, "perPerson", "POSITIVE"),
        ({"perDay": 0}, "perDay", "POSITIVE"),
        ({"perPerson": 1, "perDay": 2}, "perDay", "ORDER"),
        ({"budget": None}, "budget", "BUDGET_OF_COUPON"),
        ({"budget": 0}, "budget", "POSITIVE"),
        ({"kind": "POINTS_MULTIPLIER", "rateBp": None, "multiplierBp": 20_000}, "budget", "BUDGET_OF_COUPON"),
        (
            {"kind": "POINTS_MULTIPLIER", "rateBp": None, "multiplierBp": 10_000, "budget": None},
            "multiplierBp",
            "MULTIPLIER",
        ),
        (
            {"kind": "POINTS_MULTIPLIER", "rateBp": None, "multiplierBp": 100_001, "budget": None},
            "multiplierBp",
            "MULTIPLIER",
        ),
        ({"kind": "POINTS_MULTIPLIER", "rateBp": None, "budget": None}, "multiplierBp", "MULTIPLIER_OF_COUPON"),
        ({"multiplierBp": 20_000}, "multiplierBp", "MULTIPLIER_OF_COUPON"),
        ({"kind": "FREE_ITEM", "rateBp": None, "budget": None}, "borneBy", "FREE_ITEM_BY_STORE"),
        ({"kind": "FREE_ITEM", "rateBp": None, **OWN, "minimumSpend": 100}, "minimumSpend", "NOT_WITH_FREE_ITEM"),
        ({"kind": "FREE_ITEM", "rateBp": None, **OWN}, "acceptance", "NAME_THE_SHOPS"),
        ({**OWN}, "acceptance", "NAME_THE_SHOPS"),
        ({"borneBy": "STORE", "acceptance": {"groups": ["a"]}}, "budget", "BUDGET_OF_COUPON"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "ORDER"),
        ({"startsAt": "2019-01-01T00:00:00Z", "endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "PAST"),
        ({"acceptance": {"hours": {"weekdays": []}}}, "weekdays", "WEEKDAYS"),
        ({"acceptance": {"hours": {"fromTime": "10:00", "untilTime": "10:00"}}}, "untilTime", "ORDER"),
        ({"acceptance": {"hours": {"untilTime": "24:01"}}}, "untilTime", "TIME"),
        ({"eligibility": {"ageFrom": 70, "ageTo": 60}}, "ageTo", "ORDER"),
        ({"acceptance": {"storeIds": ["str_nonsense"]}}, "storeIds", "UNKNOWN_STORE"),
    ],
)
async def test_wrong_coupons_name_their_field_in_both_languages_and_nothing_is_made(
    api: CouponApi, facts: dict[str, Any], field: str, problem: str
):
    terms = {**facts, "idempotencyKey": str(uuid4())}
    refusal = await api.nothing_moved(api.create_coupon(**terms))
    assert (refusal["code"], refusal["field"], refusal["problem"]) == ("INVALID_INPUT", field, problem)
    assert refusal["retry"] == "NEW_KEY"
    assert refusal["message"] == message("INVALID_INPUT", "ja", field=field, problem=problem)
    english = await api.create_coupon(locale="en", **terms)
    assert english["message"] == message("INVALID_INPUT", "en", field=field, problem=problem)
    assert english["message"].isascii() or "“" in english["message"]
    assert await rows("select 1 from coupon where municipality_id = $1", api.town.id) == []


async def test_stores_of_another_municipality_and_stores_that_are_not_there(api: CouponApi):
    other = await new_town(api.services)
    for store in (encode(Prefix.STORE, other.id, other.store), encode(Prefix.STORE, api.town.id, other.store)):
        refusal = await api.nothing_moved(api.create_coupon(acceptance={"storeIds": [store]}))
        assert (refusal["field"], refusal["problem"]) == ("storeIds", "UNKNOWN_STORE")
    theirs = await api.nothing_moved(
        api.create_coupon(api.town.staff, storeId=encode(Prefix.STORE, other.id, other.store), **OWN)
    )
    assert theirs["code"] == "UNKNOWN_PAYEE"


async def test_a_stores_own_coupon_is_borne_by_it_and_serves_there_only(api: CouponApi):
    store = {"storeId": api.store()}
    assert (await api.create_coupon(api.town.staff, **store))["problem"] == "STORE_BEARS_ITS_OWN"
    wider = await api.create_coupon(api.town.staff, **store, **OWN, acceptance={"areas": ["a"]})
    assert wider["problem"] == "OWN_SHOP_ONLY"
    coupon = await api.ask(None, "Coupon", id=await api.coupon(api.town.staff, **store, **OWN))
    assert (coupon["store"]["id"], coupon["borneBy"], coupon["budgetLeft"]) == (api.store(), "STORE", None)
    assert picked(coupon["acceptance"]["stores"], "id") == [{"id": api.store()}]
    assert coupon["acceptance"]["hours"]["weekdays"] == [
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "SUNDAY",
    ]


async def test_who_may_issue(api: CouponApi):
    _, other_staff = await api.town.new_store()
    for viewer in (api.town.desk, api.town.auditor, api.town.resident, api.town.staff):
        assert (await api.nothing_moved(api.create_coupon(viewer)))["code"] == "NOT_PERMITTED"
    for viewer in (api.town.finance, other_staff):
        refusal = await api.nothing_moved(api.create_coupon(viewer, storeId=api.store(), **OWN))
        assert refusal["code"] == "NOT_PERMITTED"
    other = await new_town(api.services)
    assert (await api.nothing_moved(api.create_coupon(other.finance)))["code"] == "NOT_PERMITTED"


async def test_a_coupon_is_made_once_for_its_key(api: CouponApi):
    terms = {
        "idempotencyKey": str(uuid4()),
        "startsAt": api.at(timedelta(days=-1)),
        "endsAt": api.at(timedelta(days=9)),
        "budget": 700,
    }
    answers = await asyncio.gather(*[api.create_coupon(**terms) for _ in range(10)])
    coupon = answers[0]["coupon"]
    assert {answer["coupon"]["id"] for answer in answers} == {coupon["id"]}
    assert sum(not answer["replayed"] for answer in answers) == 1
    assert coupon["budget"] == 700
    other = await api.nothing_moved(api.create_coupon(**{**terms, "budget": 800}))
    assert other["code"] == "KEY_REUSED"
    assert (await api.seen(coupon["id"]))["budgetLeft"] == 700
    assert len(await rows("select 1 from coupon where municipality_id = $1", api.town.id)) == 1
    trail = "select 1 from audit_entry where municipality_id = $1 and action = 'create_coupon'"
    assert len(await rows(trail, api.town.id)) == 1


async def test_a_key_that_was_abandoned_makes_no_coupon(api: CouponApi):
    key = str(uuid4())
    request = {"operation": "CREATE_COUPON", "idempotencyKey": key}
    assert (await api.ask(api.town.staff, "Abandon", input=request))["outcome"]["state"] == "ABANDONED"
    refusal = await api.nothing_moved(api.create_coupon(api.town.staff, idempotencyKey=key, storeId=api.store(), **OWN))
    assert refusal["code"] == "ABANDONED"
    assert await rows("select 1 from coupon where municipality_id = $1", api.town.id) == []


async def test_a_replay_after_the_end_answers_the_same(api: CouponApi, moved: MovableClock):
    terms = {
        "idempotencyKey": str(uuid4()),
        "startsAt": api.at(timedelta(days=-1)),
        "endsAt": api.at(timedelta(days=1)),
    }
    first = await api.create_coupon(**terms)
    moved.forward(timedelta(days=2))
    assert (await api.create_coupon(**terms)) == {**first, "replayed": True}


async def test_names_an_earlier_end_and_a_stop_may_be_changed(api: CouponApi):
    await api.charge(1_000)
    coupon = await api.coupon()
    sooner = api.at(timedelta(days=3))
    changed = (await api.change(coupon, nameJa=" 新しい名前 ", endsAt=sooner))["coupon"]
    assert changed["name"] == "新しい名前"
    assert (changed["endsAt"][:19], changed["stoppedAt"]) == (sooner[:19], None)
    for facts, field, problem in (
        ({"endsAt": api.at(timedelta(days=4))}, "endsAt", "ONLY_EARLIER"),
        ({"endsAt": api.at(timedelta(days=-2))}, "endsAt", "PAST"),
        ({"nameEn": ""}, "nameEn", "LENGTH"),
        ({"nameJa": "割\x7f引"}, "nameJa", "CHARACTERS"),
    ):
        refusal = await api.nothing_moved(api.change(coupon, **facts))
        assert (refusal["code"], refusal["field"], refusal["problem"]) == ("INVALID_INPUT", field, problem)
    assert (await api.change("cpn_nonsense", stopNow=True))["code"] == "UNKNOWN_COUPON"
    stopped = (await api.change(coupon, stopNow=True))["coupon"]["stoppedAt"]
    assert stopped is not None
    assert (await api.change(coupon, stopNow=True))["coupon"]["stoppedAt"] == stopped
    assert (await api.nothing_moved(api.pay_with(100, coupon)))["reason"] == "STOPPED"
    assert (await api.nothing_moved(api.claim(coupon)))["reason"] == "STOPPED"
    trail = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'change_coupon' order by id",
        api.town.id,
    )
    assert len(trail) == 2
    assert "割引クーポン" in trail[0]["before"]
    assert "stopped_at" in trail[1]["after"]


async def test_a_stop_counts_for_whoever_read_the_coupon_before_it(api: CouponApi):
    """A stop is a state of the coupon's holder, which the ledger locks, so a cached copy of the row cannot outlive it."""
    await api.charge(1_000)
    coupon = await api.coupon()
    payment = paying.Pay(
        key=uuid4(),
        municipality=api.town.id,
        wallet_id=api.town.wallet,
        store_id=api.town.store,
        amount=100,
        confirm_duplicate=True,
        coupons=(decode(coupon)[2],),
    )
    chosen = await uses.choose(api.services, payment.municipality, payment.wallet_id, payment.coupons)
    rules = await rules_of(api.services, api.town.id, api.town.store)
    await api.change(coupon, stopNow=True)
    before = await api.state()
    with pytest.raises(CouponNotUsableError):
        parts = paying.parts_of(payment, rules, chosen, None, NOTHING)
        await api.services.ledger.post(paying._request(api.town.resident, payment, parts))
    assert await api.state() == before


async def test_who_may_change(api: CouponApi):
    towns, own = await api.coupon(), await api.coupon(api.town.staff, storeId=api.store(), **OWN)
    _, other_staff = await api.town.new_store()
    for viewer in (api.town.desk, api.town.auditor, api.town.resident, other_staff):
        for coupon in (towns, own):
            assert (await api.change(coupon, viewer, stopNow=True))["code"] == "NOT_PERMITTED"
    assert (await api.change(towns, api.town.staff, stopNow=True))["code"] == "NOT_PERMITTED"
    assert (await api.change(own, api.town.staff, nameEn="Other"))["coupon"]["id"] == own
    assert (await api.change(own, api.town.finance, stopNow=True))["coupon"]["stoppedAt"] is not None, (
        "the municipality may stop a store's coupon"
    )


async def test_an_issuer_has_so_many_at_most(api: CouponApi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(create.LIVE_LIMIT, False, 2)
    first, _ = await api.coupon(), await api.coupon()
    assert (await api.nothing_moved(api.create_coupon()))["problem"] == "TOO_MANY_COUPONS"
    await api.change(first, stopNow=True)
    assert "coupon" in await api.create_coupon()


async def test_a_negative_amount_is_no_amount(api: CouponApi):
    terms = {
        "idempotencyKey": str(uuid4()),
        "municipality": api.code,
        "kind": "PERCENT",
        "nameJa": "割引",
        "nameEn": "D",
        "borneBy": "TOWN",
        "budget": -1,
    }
    terms |= {
        "startsAt": api.at(),
        "endsAt": api.at(timedelta(days=1)),
        "claimRequired": False,
        "stacking": "ALONE",
        "returnsOnRefund": True,
    }
    result = await execute(
        document("CreateCoupon"), {"input": terms}, Context(api.services, api.town.finance, "ja", "trace"), None
    )
    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "BAD_USER_INPUT"}
