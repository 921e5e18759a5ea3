"""Invalid rules, viewers who may not write them, and budgets and caps under races; nothing moves."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows, transaction
from domain.identifiers import Prefix, encode
from domain.residents.join import open_wallet
from domain.viewer import Viewer
from tests.support.api import Api, picked
from tests.support.town import new_town


async def programme_of_points(api: Api, budget: int = 1_000, **facts: Any) -> str:
    return await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), budget, **facts)


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"rateBp": 10_001}, "rateBp", "PERCENT"),
        ({"rateBp": 0}, "rateBp", "PERCENT"),
        ({"kind": "PERCENT"}, "rateBp", "RATE_OF_PERCENT"),
        ({"kind": "PER_VISIT"}, "points", "POINTS_OF_VISIT"),
        ({"kind": "PER_VISIT", "points": 0}, "points", "POSITIVE"),
        ({"kind": "PER_VISIT", "points": 1, "rateBp": 100}, "rateBp", "RATE_OF_PERCENT"),
        ({"minimumAmount": 0}, "minimumAmount", "POSITIVE"),
        ({"capPerDay": 0}, "capPerDay", "POSITIVE"),
        ({"capPerMonth": 0}, "capPerMonth", "POSITIVE"),
        ({"acceptance": {"hours": {"fromTime": "9:00"}}}, "fromTime", "TIME"),
        ({"acceptance": {"hours": {"untilTime": "25:00"}}}, "untilTime", "TIME"),
        ({"acceptance": {"hours": {"fromTime": "17:00", "untilTime": "09:00"}}}, "untilTime", "ORDER"),
        ({"priority": 1_001}, "priority", "PRIORITY"),
        ({"nameJa": " "}, "nameJa", "LENGTH"),
        ({"nameJa": "朝\u2028市"}, "nameJa", "CHARACTERS"),
        ({"eligibility": {"ageFrom": 70, "ageTo": 60}}, "ageTo", "ORDER"),
        ({"acceptance": {"storeIds": ["str_nothing"]}}, "storeIds", "UNKNOWN_STORE"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_by_its_field(
    api: Api, facts: dict[str, Any], field: str, problem: str
):
    programme = await programme_of_points(api)
    kind = {} if "kind" in facts else {"kind": "PERCENT", "rateBp": 100}
    answer = await api.add_rule(programme, **{**kind, **facts})
    assert (answer["code"], answer["field"], answer["problem"]) == ("INVALID_INPUT", field, problem)
    assert (await api.ask(api.town.finance, "Programme", id=programme))["earningRules"] == []


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"activatesAfterDays": 61}, "activatesAfterDays", "DAYS_RANGE"),
        ({"activatesAfterDays": -1}, "activatesAfterDays", "DAYS_RANGE"),
        ({"activatesAfterDays": None}, "activatesAfterDays", "OF_POINTS"),
        ({"clawbackRule": None}, "clawbackRule", "OF_POINTS"),
        ({"kind": "GRANT"}, "activatesAfterDays", "OF_POINTS"),
        ({"kind": "GRANT", "activatesAfterDays": None}, "clawbackRule", "OF_POINTS"),
    ],
)
async def test_a_programme_of_points_says_when_they_may_be_spent_and_what_a_refund_does(
    api: Api, facts: dict[str, Any], field: str, problem: str
):
    asset = await api.asset("POINT", kind="SHOPPING_POINT")
    terms = {"kind": "EARNING", "activatesAfterDays": 0, "clawbackRule": "WAIVE"}
    answer = await api.create_programme(asset, 1_000, **{**terms, **facts})
    assert (answer["code"], answer["field"], answer["problem"]) == ("INVALID_INPUT", field, problem)
    await api.town.assert_sound()


async def test_rules_are_for_finance_officers_of_the_programmes_town(api: Api):
    programme = await programme_of_points(api)
    for viewer in (api.town.desk, api.town.auditor, api.town.resident, api.town.staff):
        assert (await api.add_rule(programme, viewer))["code"] == "NOT_PERMITTED"
    other = Api(await new_town(api.services))
    assert (await api.add_rule(programme, other.town.finance))["code"] == "NOT_PERMITTED"
    grants = await api.programme(await api.asset("GIFT"), 100)
    assert (await api.add_rule(grants))["code"] == "UNKNOWN_PROGRAMME"
    assert (await api.add_rule("prg_nothing"))["code"] == "UNKNOWN_PROGRAMME"
    foreign = await other.asset("POINT")
    assert (await api.add_rule(programme, baseAssetIds=[foreign]))["code"] == "UNKNOWN_ASSET"
    assert await rows("select 1 from earning_rule where municipality_id = $1", api.town.id) == []


async def test_a_rule_is_made_once_per_key_and_stopped_once(api: Api):
    programme = await programme_of_points(api)
    key = str(uuid4())
    await api.add_rule(programme, idempotencyKey=key)
    answers = await asyncio.gather(*[api.add_rule(programme, idempotencyKey=key) for _ in range(5)])
    assert len({answer["earningRule"]["id"] for answer in answers}) == 1
    assert [answer["replayed"] for answer in answers] == [True] * 5
    assert (await api.add_rule(programme, idempotencyKey=key, rateBp=200, kind="PERCENT"))["code"] == "KEY_REUSED"
    await api.charge(1_000)
    assert (await api.pay(100))["payment"]["pointGrants"][0]["amount"] == 1
    rule = answers[0]["earningRule"]["id"]
    assert (await stop(api, rule, api.town.desk))["code"] == "NOT_PERMITTED"
    assert (await stop(api, programme))["code"] == "UNKNOWN_EARNING_RULE"
    stops = [(await stop(api, rule))["earningRule"]["stoppedAt"] for _ in range(2)]
    assert stops[0] == stops[1] is not None
    assert (await api.pay(100))["payment"]["pointGrants"] == []
    trail = await rows(
        "select action from audit_entry where municipality_id = $1 and action like '%earning_rule' order by id",
        api.town.id,
    )
    assert [entry["action"] for entry in trail] == [
        "propose_earning_rule",
        "approve_earning_rule",
        "add_earning_rule",
        "stop_earning_rule",
    ]
    await api.town.assert_sound()


async def stop(api: Api, rule: str, viewer: Viewer | None = None) -> Any:
    return await api.ask(viewer or api.town.finance, "StopEarningRule", input={"earningRuleId": rule})


async def test_a_budget_is_never_overdrawn_and_payments_go_on_without_points(api: Api):
    programme = await programme_of_points(api, 55)
    await api.rule(programme, rateBp=1_000)
    await api.charge(30_000)
    answers = await asyncio.gather(*[api.pay(100) for _ in range(30)])
    earned = [sum(grant["amount"] for grant in answer["payment"]["pointGrants"]) for answer in answers]
    assert (sum(earned), sorted(set(earned))) == (55, [0, 5, 10])
    assert await api.left(programme) == 0
    await api.town.assert_sound()


async def test_caps_of_a_day_count_over_all_wallets_of_a_person_under_races(api: Api):
    programme = await programme_of_points(api, 10_000)
    await api.rule(programme, rateBp=1_000, capPerDay=50, capPerMonth=70)
    async with transaction():
        second = await open_wallet(api.town.id, api.town.resident.person_id, api.services.clock(), api.services.ids)
    await asyncio.gather(api.charge(1_000), api.charge(1_000, second))
    wallets = [encode(Prefix.WALLET, api.town.id, wallet) for wallet in (api.town.wallet, second)]
    answers = await asyncio.gather(*[api.pay(100, walletId=wallet) for wallet in wallets for _ in range(5)])
    assert sum(grant["amount"] for answer in answers for grant in answer["payment"]["pointGrants"]) == 50
    assert await api.left(programme) == 9_950
    await api.town.assert_sound()


async def test_a_payment_with_points_replays_and_is_asked_about_like_any_other(api: Api):
    """The same asset pays and is earned: the amount paid is not the amount moved, and a duplicate is still noticed."""
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000)
    await api.rule(programme, rateBp=1_000, baseAssetIds=[points])
    gift = await api.programme(points, 1_000)
    await api.grant(gift, 1_000)
    key = str(uuid4())
    answers = await asyncio.gather(*[api.pay(500, idempotencyKey=key) for _ in range(4)])
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    assert [answer["payment"]["pointGrants"][0]["amount"] for answer in answers] == [50] * 4
    moved = [picked(answer["balances"], "moved", "posted") for answer in answers]
    assert moved == [[{"moved": -450, "posted": 550}]] * 4
    assert (await api.pay(500, confirmDuplicate=False))["code"] == "POSSIBLE_DUPLICATE"
    assert await api.balances() == {"POINT": 550}
    await api.town.assert_sound()


async def test_a_payment_whose_rest_was_paid_in_cash_is_asked_about_too(api: Api):
    await api.charge(300)
    assert (await api.pay(500, restInCash=True))["payment"]["cashDue"] == 200
    await api.charge(300)
    assert (await api.pay(500, restInCash=True, confirmDuplicate=False))["code"] == "POSSIBLE_DUPLICATE"
    await api.town.assert_sound()


async def test_what_rules_would_give_is_asked_by_staff_without_a_trace(api: Api):
    programme = await programme_of_points(api)
    await api.rule(programme, nameJa="1%")
    await api.rule(programme, nameJa="シニア", kind="PER_VISIT", points=3, eligibility={"ageFrom": 65})
    simulation = await simulate(api)
    assert simulation["amount"] == 25
    assert [(line["rule"]["name"], line["reason"]) for line in simulation["pointGrants"][0]["ruleTrace"]] == [
        ("1%", "APPLIED"),
        ("シニア", "NOT_ELIGIBLE"),
    ]
    assert (await simulate(api, resident=True, birthYear=1940))["amount"] == 28
    assert (await simulate(api, at="2020-01-01T00:00:00Z"))["pointGrants"] == [], "before the programme"
    other = Api(await new_town(api.services))
    assert (await simulate(api, other.town.auditor))["code"] == "NOT_PERMITTED"
    assert (await simulate(api, storeId="str_nothing"))["code"] == "UNKNOWN_PAYEE"
    assert (await simulate(api, assetId=programme))["code"] == "UNKNOWN_ASSET"
    assert (await simulate(api, amount=0))["code"] == "AMOUNT_OUT_OF_RANGE"
    assert await api.left(programme) == 1_000


async def simulate(api: Api, viewer: Viewer | None = None, **facts: Any) -> Any:
    """The answer to a simulated payment of 2,500."""
    payment = {"storeId": api.store(), "assetId": api.coin, "amount": 2_500}
    return await api.ask(viewer or api.town.auditor, "SimulateEarning", input={**payment, **facts})


async def test_points_are_the_payers_own_business(api: Api):
    programme = await programme_of_points(api)
    await api.rule(programme, rateBp=1_000)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]
    seen_by_staff = await api.ask(api.town.staff, "Payment", id=payment["id"])
    assert (seen_by_staff["amount"], seen_by_staff["pointGrants"]) == (1_000, None)
