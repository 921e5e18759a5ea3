"""Stores that officers open, suspend and let take payments again."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from tests.support.api import Api
from tests.support.emvco import tlv
from tests.support.trail import trail

STORE = {
    "name": "めぐる商店",
    "nameKana": "メグルショウテン",
    "nameRoman": "MEGURU SHOTEN",
    "category": "food",
    "merchantCategoryCode": "5411",
    "location": {"latitudeMicrodegrees": 37_450_000, "longitudeMicrodegrees": 138_850_000},
    "postalCode": "940-0001",
    "area": "station",
}


async def open_store(api: Api, key: str | None = None, **facts: Any) -> Any:
    fields = {"idempotencyKey": key or str(uuid4()), "municipality": api.code, **STORE, **facts}
    return await api.ask(api.town.finance, "OpenStore", input=fields)


async def test_a_new_store_is_paid_by_its_printed_code(api: Api):
    await api.charge(1_000)
    store = (await open_store(api))["store"]
    assert (store["name"], store["area"], store["accepting"], store["chargeAgent"]) == (
        "めぐる商店",
        "station",
        True,
        False,
    )
    assert store["location"] == {"latitude": 37.45, "longitude": 138.85}
    assert tlv("59", "MEGURU SHOTEN") in store["code"]
    assert tlv("61", "9400001") in store["code"]
    payment = await api.pay(400, payee={"code": store["code"]})
    assert payment["payment"]["amount"] == 400
    [entry] = await trail(api.town.id, "open_store")
    assert (entry[0], entry[3]["category"], entry[3]["area"]) == (api.town.finance.person_id, "food", "station")
    await api.town.assert_sound()


async def test_a_key_opens_one_store_and_stores_opened_at_once_have_codes_of_their_own(api: Api):
    key = str(uuid4())
    opened = await asyncio.gather(*[open_store(api, key) for _ in range(3)], *[open_store(api) for _ in range(4)])
    ids = [answer["store"]["id"] for answer in opened]
    assert len(set(ids[:3])) == 1
    assert len(set(ids)) == 5
    assert sorted(answer["replayed"] for answer in opened) == [False] * 5 + [True] * 2
    assert len({answer["store"]["code"] for answer in opened}) == 5
    assert (await open_store(api, key, name="別の店"))["code"] == "KEY_REUSED"
    assert len(await trail(api.town.id, "open_store")) == 5


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "店\u202e"}, "name"),
        ({"nameRoman": "めぐる"}, "nameRoman"),
        ({"category": "Food & Drink"}, "category"),
        ({"merchantCategoryCode": "541"}, "merchantCategoryCode"),
        ({"merchantCategoryCode": "５４１１"}, "merchantCategoryCode"),
        ({"postalCode": "94000"}, "postalCode"),
        ({"address": "住" * 201}, "address"),
        ({"area": "a" * 33}, "area"),
        ({"location": {"latitudeMicrodegrees": 90_000_001, "longitudeMicrodegrees": 0}}, "location"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_opened(api: Api, facts: dict[str, Any], field: str):
    before = await rows("select count(*) from store where municipality_id = $1", api.town.id)
    for locale in ("ja", "en"):
        fields = {"idempotencyKey": str(uuid4()), "municipality": api.code, **STORE, **facts}
        refused = await api.ask(api.town.finance, "OpenStore", locale, input=fields)
        assert (refused["code"], refused["field"]) == ("INVALID_INPUT", field)
        assert not refused["message"].startswith(field), "a person reads the field's name in their language"
    assert await rows("select count(*) from store where municipality_id = $1", api.town.id) == before


async def test_a_suspended_store_is_paid_nothing_and_still_refunds_until_two_officers_resume_it(api: Api):
    town = api.town
    await api.charge(1_000)
    payment = (await api.pay(300))["payment"]["id"]
    stopped = {"input": {"storeId": api.store(), "reason": "RULES_BROKEN"}}
    for _ in range(2):
        assert (await api.ask(town.finance, "SuspendStore", **stopped))["store"]["accepting"] is False
    before = await town.balance()
    assert (await api.pay(1))["code"] == "STORE_NOT_ACCEPTING"
    assert await town.balance() == before
    assert "refund" in await api.refund(payment, 100)
    assert (await api.ask(town.staff, "StoreBalances", id=api.store()))["balances"][0]["posted"] == 200
    assert await trail(api.town.id, "suspend_store") == [
        (town.finance.person_id, "RULES_BROKEN", {"accepting": True}, {"accepting": False})
    ]

    back = {"input": {"storeId": api.store(), "reason": "CLEARED"}}
    waits = await api.ask(town.finance, "ResumeStore", **back)
    assert (waits["store"], waits["approval"]["kind"]) == (None, "STORE_RESUMPTION")
    assert (await api.pay(1))["code"] == "STORE_NOT_ACCEPTING"
    assert (await api.approved(waits["approval"]["id"], town.finance))["approval"]["appliedAt"] is not None
    assert await trail(api.town.id, "resume_store") == [
        (town.finance.person_id, "CLEARED", {"accepting": False}, {"accepting": True})
    ]
    assert "payment" in await api.pay(1)
    await town.assert_sound()


async def test_nobody_suspends_what_is_not_there(api: Api):
    for store in (api.store(uuid4()), api.wallet()):
        fields = {"storeId": store, "reason": "OTHER"}
        for operation in ("SuspendStore", "ResumeStore"):
            assert (await api.ask(api.town.finance, operation, input=fields))["code"] == "UNKNOWN_PAYEE"
    assert await trail(api.town.id, "suspend_store") == []
