"""Every refusal of value with rules, and that nothing moved."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows, transaction
from domain.locales.catalogue import message
from domain.programmes import create as creating
from domain.refusals import BusyError
from domain.residents.join import open_wallet
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.api import Api, picked
from tests.support.clock import MovableClock


async def test_a_budget_is_never_overdrawn_by_grants_at_the_same_moment(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000)
    residents = [await api.town.new_resident() for _ in range(30)]
    answers = await asyncio.gather(*[api.grant(programme, 100, wallet) for _, wallet in residents])
    refused = [answer for answer in answers if "code" in answer]
    assert len(refused) == 20
    assert {(refusal["code"], refusal["available"], refusal["retry"]) for refusal in refused} == {
        ("BUDGET_EXCEEDED", 0, "NEW_KEY")
    }
    assert await api.left(programme) == 0
    await api.town.assert_sound()


async def test_a_bonus_campaign_is_never_overdrawn_either(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    campaign = await api.bonus(bonus, 1_000, 1_000)
    residents = [await api.town.new_resident() for _ in range(30)]
    answers = await asyncio.gather(*[api.charge(1_000, wallet) for _, wallet in residents])
    bonuses = [sum(bonus["amount"] for bonus in answer["charge"]["bonuses"]) for answer in answers]
    assert (sum(bonuses), sorted(set(bonuses))) == (1_000, [0, 100])
    assert await api.left(campaign) == 0
    await api.town.assert_sound()


async def test_the_cap_of_a_person_counts_over_all_wallets_and_under_races(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 100_000, capPerPerson=500)
    async with transaction():
        card = await open_wallet(api.town.id, api.town.resident.person_id, api.services.clock(), api.services.ids)
    answers = await asyncio.gather(
        *[api.grant(programme, 100, wallet) for wallet in (api.town.wallet, card) for _ in range(5)]
    )
    refused = [(answer["code"], answer["available"]) for answer in answers if "code" in answer]
    assert refused == [("CAP_EXCEEDED", 0)] * 5
    assert await api.left(programme) == 99_500
    await api.town.assert_sound()


async def test_keys_of_grants_replay_mismatch_and_close(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000)
    key = str(uuid4())
    answers = await asyncio.gather(*[api.grant(programme, 100, idempotencyKey=key) for _ in range(5)])
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    assert len({answer["grant"]["receiptNumber"] for answer in answers}) == 1
    assert (await api.grant(programme, 200, idempotencyKey=key))["code"] == "KEY_REUSED"
    closed = str(uuid4())
    assert (await api.abandon("GRANT_VALUE", closed, api.town.desk))["outcome"]["state"] == "ABANDONED"
    assert (await api.grant(programme, 100, idempotencyKey=closed))["code"] == "ABANDONED"
    assert await api.left(programme) == 900
    await api.town.assert_sound()


async def test_a_programme_is_made_once_for_its_key(api: Api):
    points = await api.asset("POINT")
    terms = {
        "idempotencyKey": str(uuid4()),
        "startsAt": api.at(timedelta(days=-1)),
        "endsAt": api.at(timedelta(days=9)),
    }
    answers = await asyncio.gather(
        *[api.create_programme(points, 700, **terms) for _ in range(4)], return_exceptions=True
    )
    again = await api.create_programme(points, 700, **terms)
    assert again["replayed"]
    assert again["programme"]["budgetLeft"] == 700
    ids = {answer["programme"]["id"] for answer in answers if isinstance(answer, dict)}
    assert ids == {again["programme"]["id"]}
    assert (await api.create_programme(points, 800, **terms))["code"] == "KEY_REUSED"
    assert len(await rows("select 1 from programme where municipality_id = $1", api.town.id)) == 1
    await api.town.assert_sound()


async def test_who_may_and_when(api: Api, moved: MovableClock):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000, startsAt=api.at(timedelta(days=1)), endsAt=api.at(timedelta(days=2)))
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    moved.forward(timedelta(days=1, seconds=5))
    assert (await api.grant(programme, 1))["grant"]["amount"] == 1
    grant = {"idempotencyKey": str(uuid4()), "programmeId": programme, "walletId": api.wallet(), "amount": 1}
    for viewer in (api.town.resident, api.town.staff, api.town.auditor):
        assert (await api.ask(viewer, "GrantValue", input=grant))["code"] == "NOT_PERMITTED"
    moved.forward(timedelta(days=1))
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    assert (await api.grant(programme, 0))["code"] == "AMOUNT_OUT_OF_RANGE"
    assert (await api.grant("prg_nonsense", 1))["code"] == "UNKNOWN_PROGRAMME"
    assert (await api.grant(programme, 1, walletId="wal_nonsense"))["code"] == "UNKNOWN_WALLET"
    assert await api.left(programme) == 999
    await api.town.assert_sound()


async def test_eligibility_by_residence_and_age(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000, eligibility={"residentsOnly": True, "ageFrom": 65})
    refused = await api.grant(programme, 100)
    assert (refused["code"], refused["reason"], refused["retry"]) == ("NOT_ELIGIBLE", "UNVERIFIED", "SAME_KEY")
    year = api.services.clock().year
    for resident, born, reason in (
        (False, year - 70, "RESIDENCY"),
        (True, year - 64, "AGE"),
        (True, None, "UNVERIFIED"),
        (True, year - 65, None),
    ):
        await rows("delete from person_claim where municipality_id = $1", api.town.id)
        await rows(
            "insert into person_claim values ($1, $2, $3, $4, $5)",
            api.town.id,
            api.town.resident.person_id,
            resident,
            born,
            api.services.clock(),
        )
        assert (await api.grant(programme, 100)).get("reason") == reason
    assert await api.left(programme) == 900
    await api.town.assert_sound()


async def test_a_quote_is_what_is_paid_or_nothing(api: Api):
    points = await api.asset("POINT", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=1)
    programme = await api.programme(points, 1_000)
    await api.charge(1_000)
    token = (await api.quote(500))["quote"]["token"]
    await api.grant(programme, 100)
    key = str(uuid4())
    refused = await api.pay(500, quoteToken=token, idempotencyKey=key)
    assert (refused["code"], refused["retry"]) == ("QUOTE_CHANGED", "SAME_KEY")
    assert await api.balances() == {"COIN": 1_000, "POINT": 100}
    fresh = (await api.quote(500))["quote"]
    paid = await api.pay(500, quoteToken=fresh["token"], idempotencyKey=key)
    assert paid["payment"]["allocations"] == fresh["allocations"]
    await api.town.assert_sound()


async def test_excluded_assets_and_the_rest_in_cash(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000)
    await api.grant(programme, 300)
    await api.charge(200)
    assert (await api.quote(400, excludeAssetIds=[points]))["available"] == 200
    assert (await api.pay(400, excludeAssetIds=[points]))["available"] == 200
    quoted = (await api.quote(900, restInCash=True))["quote"]
    assert (quoted["cashDue"], quoted["availableAfter"]) == (400, 0)
    paid = (await api.pay(900, restInCash=True, quoteToken=quoted["token"]))["payment"]
    assert (paid["amount"], paid["cashDue"]) == (500, 400)
    nothing = await api.pay(100, restInCash=True)
    assert (nothing["code"], nothing["available"]) == ("INSUFFICIENT_BALANCE", 0)
    await api.town.assert_sound()


WRONG_ASSETS = [
    ({"code": "ぽいんと"}, "code", "CODE"),
    ({"code": "X" * 33}, "code", "CODE"),
    ({"nameJa": "  "}, "nameJa", "LENGTH"),
    ({"nameEn": "x" * 61}, "nameEn", "LENGTH"),
    ({"nameJa": "町\u202eトンイポ"}, "nameJa", "CHARACTERS"),
    ({"unitEn": "po\nint"}, "unitEn", "CHARACTERS"),
    ({"minimumUnit": 0}, "minimumUnit", "POSITIVE"),
    ({"balanceCap": 0}, "balanceCap", "POSITIVE"),
    ({"kind": "CASH"}, "kind", "NOT_FOR_WALLETS"),
    ({"kind": "COIN"}, "paid", "COIN_IS_PAID"),
    ({"paid": True}, "paid", "POINTS_ARE_FREE"),
    ({"expiryRule": "MONTHS_AFTER_ISSUE"}, "expiresAfterMonths", "MONTHS_OF_RULE"),
    ({"expiresAfterMonths": 3}, "expiresAfterMonths", "MONTHS_OF_RULE"),
    ({"expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 0}, "expiresAfterMonths", "MONTHS_RANGE"),
    ({"expiryRule": "FIXED_DATE"}, "expiresOn", "DATE_OF_RULE"),
    ({"expiryRule": "FIXED_DATE", "expiresOn": "2020-01-01"}, "expiresOn", "PAST"),
    ({"sixMonthExempt": True}, "expiryRule", "SIX_MONTHS"),
    (
        {"sixMonthExempt": True, "expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 7},
        "expiresAfterMonths",
        "SIX_MONTHS",
    ),
    ({"sixMonthExempt": True, "expiryRule": "FIXED_DATE", "expiresOn": "2099-01-01"}, "expiresOn", "SIX_MONTHS"),
    ({"disclosureJa": "説" * 2_001}, "disclosureJa", "LENGTH"),
    ({"acceptance": {"storeIds": ["mer_nonsense"]}}, "storeIds", "UNKNOWN_STORE"),
    ({"acceptance": {"groups": [""]}}, "groups", "LENGTH"),
]


@pytest.mark.parametrize(("facts", "field", "problem"), WRONG_ASSETS)
async def test_wrong_assets_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    refused = await api.create_asset(**{"code": "NEW", **facts})
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", field, problem)
    assert refused["message"] == message("INVALID_INPUT", "ja", field=field, problem=problem)
    assert await rows("select 1 from asset where municipality_id = $1 and code = 'NEW'", api.town.id) == []


async def test_codes_of_assets_are_taken_once_and_by_finance_only(api: Api):
    await api.asset("POINT")
    refused = await api.create_asset("POINT")
    assert (refused["field"], refused["problem"]) == ("code", "TAKEN")
    for viewer in (api.town.desk, api.town.resident, api.town.staff):
        assert (await api.create_asset("OTHER", viewer))["code"] == "NOT_PERMITTED"
    trail = await rows(
        "select action from audit_entry where municipality_id = $1 and action = 'create_asset'", api.town.id
    )
    assert len(trail) == 1


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"budget": 0}, "budget", "POSITIVE"),
        ({"nameJa": ""}, "nameJa", "LENGTH"),
        ({"nameEn": "Aid\u2067"}, "nameEn", "CHARACTERS"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "ORDER"),
        ({"startsAt": "2019-01-01T00:00:00Z", "endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "PAST"),
        ({"capPerPerson": 0}, "capPerPerson", "POSITIVE"),
        ({"usableFrom": "2019-01-01T00:00:00Z"}, "usableFrom", "ORDER"),
        ({"expiresOn": "2019-01-01"}, "expiresOn", "ORDER"),
        ({"eligibility": {"ageFrom": 70, "ageTo": 60}}, "ageTo", "ORDER"),
        ({"rateBp": 100}, "rateBp", "RATE_OF_BONUS"),
        ({"kind": "CHARGE_BONUS"}, "rateBp", "RATE_OF_BONUS"),
        ({"kind": "CHARGE_BONUS", "rateBp": 10_001}, "rateBp", "PERCENT"),
        ({"kind": "CHARGE_BONUS", "rateBp": 100}, "chargedAssetId", "ASSET_OF_BONUS"),
    ],
)
async def test_wrong_programmes_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    points = await api.asset("POINT")
    refused = await api.create_programme(points, **{"budget": 100, **facts})
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", field, problem)
    assert await rows("select 1 from programme where municipality_id = $1", api.town.id) == []


async def test_paid_value_is_not_given_and_points_are_not_charged(api: Api):
    points = await api.asset("POINT")
    assert (await api.create_programme(api.coin, 100))["problem"] == "PAID_IS_NOT_GIVEN"
    bonus = await api.create_programme(points, 100, kind="CHARGE_BONUS", rateBp=100, chargedAssetId=points)
    assert (bonus["field"], bonus["problem"]) == ("chargedAssetId", "NOT_CHARGEABLE")
    assert (await api.charge(100, assetId=points))["code"] == "UNKNOWN_ASSET"
    for viewer in (api.town.desk, api.town.resident):
        assert (await api.create_programme(points, 100, viewer))["code"] == "NOT_PERMITTED"


async def test_an_instant_without_its_offset_is_not_taken(api: Api):
    programme = {
        "idempotencyKey": str(uuid4()),
        "municipality": api.code,
        "kind": "GRANT",
        "nameJa": "事業",
        "nameEn": "P",
        "assetId": api.coin,
        "budget": 1,
        "startsAt": "2026-11-24T00:00:00",
        "endsAt": "2027-11-24T00:00:00Z",
    }
    context = Context(api.services, api.town.finance, "ja", "trace")
    result = await execute(document("CreateProgramme"), {"input": programme}, context, None)
    assert result.data is None
    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "BAD_USER_INPUT"}
    assert "offset" in result.errors[0].message


async def test_a_rule_shows_its_stores_and_codes(api: Api):
    rule = {
        "storeIds": [api.store()],
        "groups": ["b", "a"],
        "sizeClasses": ["SMALL"],
        "excludedCategories": ["tobacco"],
    }
    points = await api.asset("POINT", acceptance=rule)
    await api.programme(points, 100, acceptance={"areas": ["north"]})
    assets = await api.ask(None, "Assets", municipality=api.code)
    [acceptance] = [asset["acceptance"] for asset in assets if asset["code"] == "POINT"]
    lists = ("groups", "sizeClasses", "areas", "categories", "excludedCategories")
    assert picked(acceptance, "stores.id", *lists) == {
        "stores": [{"id": api.store()}],
        "groups": ["a", "b"],
        "sizeClasses": ["SMALL"],
        "areas": [],
        "categories": [],
        "excludedCategories": ["tobacco"],
    }
    [programme] = await api.ask(None, "Programmes", municipality=api.code)
    assert (programme["acceptance"]["areas"], programme["acceptance"]["stores"]) == (["north"], [])


async def test_settled_keys_of_staff_are_answered_for_ever(api: Api, moved: MovableClock):
    """The programme is over, and the same keys still say what they did; a key that comes too late is refused."""
    points = await api.asset("POINT")
    key, grant_key = str(uuid4()), str(uuid4())
    facts = {"idempotencyKey": key, "startsAt": api.at(timedelta(days=-1)), "endsAt": api.at(timedelta(days=90))}
    programme = (await api.create_programme(points, 1_000, **facts))["programme"]["id"]
    assert (await api.grant(programme, 100, idempotencyKey=grant_key))["replayed"] is False
    moved.forward(timedelta(days=91))
    again = await api.create_programme(points, 1_000, **facts)
    assert (again["replayed"], again["programme"]["id"]) == (True, programme)
    assert (await api.create_programme(points, 999, **facts))["code"] == "KEY_REUSED"
    assert (await api.grant(programme, 100, idempotencyKey=grant_key))["replayed"] is True
    assert (await api.grant(programme, 101, idempotencyKey=grant_key))["code"] == "KEY_REUSED"
    assert (await api.grant(programme, 100))["code"] == "PROGRAMME_CLOSED"
    assert (await api.balances(), await api.left(programme)) == ({"POINT": 100}, 900)
    await api.town.assert_sound()


async def test_a_programme_that_was_begun_is_finished_with_its_own_terms_only(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    """The row is there and the budget is not: the same key finishes it, and with other terms it is refused."""

    async def busy(*_: object) -> None:
        raise BusyError

    points = await api.asset("POINT")
    facts = {
        "idempotencyKey": str(uuid4()),
        "startsAt": api.at(timedelta(days=-1)),
        "endsAt": api.at(timedelta(days=90)),
    }
    with monkeypatch.context() as patched:
        patched.setattr(creating, "_allocate", busy)
        assert (await api.create_programme(points, 1_000, **facts))["code"] == "BUSY"
    assert (await api.create_programme(points, 2_000, **facts))["code"] == "KEY_REUSED"
    finished = await api.create_programme(points, 1_000, **facts)
    assert (finished["replayed"], finished["programme"]["budget"]) == (False, 1_000)
    assert await api.left(finished["programme"]["id"]) == 1_000
    await api.town.assert_sound()
