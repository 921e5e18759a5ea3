"""Assets, programmes and budgets that are changed after they were made.

Audited, and never at the cost of who holds value.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.database import rows
from domain.identifiers import Prefix, decode, encode
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from domain.programmes import change as changing
from domain.viewer import Viewer
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.town import People, new_town
from tests.support.vouchers import VoucherApi


async def change_asset(api: Api, asset: str, viewer: Viewer | None = None, **facts: Any) -> Any:
    answer = await api.both(viewer or api.town.finance, "ChangeAsset", input={"assetId": asset, **facts})
    if "appliedAt" not in (answer.get("approval") or {}):
        return answer
    assets = await api.ask(None, "Assets", municipality=api.code)
    return {"asset": next(known for known in assets if known["id"] == asset)}


async def change(api: Api, programme: str, viewer: Viewer | None = None, **facts: Any) -> Any:
    answer = await api.both(viewer or api.town.finance, "ChangeProgramme", input={"programmeId": programme, **facts})
    if "appliedAt" not in (answer.get("approval") or {}):
        return answer
    assert answer["approval"]["appliedAt"] is not None
    return {"programme": await api.ask(api.town.auditor, "Programme", id=programme)}


async def budget(api: Api, programme: str, by: int, viewer: Viewer | None = None, **facts: Any) -> Any:
    budget_change = {"idempotencyKey": str(uuid4()), "programmeId": programme, "change": by, **facts}
    return await api.both(viewer or api.town.finance, "ChangeBudget", input=budget_change)


def budgets(answer: Any) -> tuple[int, int]:
    """The budget of an answered programme, and what is left of it."""
    return answer["programme"]["budget"], answer["programme"]["budgetLeft"]


async def trail(api: Api, action: str) -> list[tuple[Any, Any]]:
    entries = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = $2 order by id",
        api.town.id,
        action,
    )
    return [(orjson.loads(entry["before"]), orjson.loads(entry["after"])) for entry in entries]


async def test_names_and_disclosure_of_an_asset(api: Api):
    asset = await api.asset("POINT")
    changed = (await change_asset(api, asset, nameJa=" 新しい名前 ", disclosureJa="お問い合わせは窓口へ"))["asset"]
    assert (changed["name"], changed["disclosure"]) == ("新しい名前", "お問い合わせは窓口へ")
    assert (await change_asset(api, asset, nameJa="新しい名前"))["asset"]["name"] == "新しい名前"
    assert await trail(api, "change_asset") == [
        (
            {"name_ja": "町ポイント", "disclosure_ja": ""},
            {"name_ja": "新しい名前", "disclosure_ja": "お問い合わせは窓口へ"},
        )
    ], "what did not change leaves no row"
    for facts, field in (
        ({"nameJa": "  "}, "nameJa"),
        ({"nameEn": "x" * 61}, "nameEn"),
        ({"disclosureEn": "x" * 2_001}, "disclosureEn"),
    ):
        refused = await change_asset(api, asset, **facts)
        assert (refused["field"], refused["problem"]) == (field, "LENGTH")
    refused = await change_asset(api, asset, nameJa="新\u061cしい")
    assert (refused["field"], refused["problem"]) == ("nameJa", "CHARACTERS")


async def test_stores_become_more_and_never_fewer_once_value_was_issued(api: Api):
    asset = await api.asset("POINT", acceptance={"groups": ["a", "b"]})
    narrower = await change_asset(api, asset, acceptance={"groups": ["a"]})
    assert narrower["asset"]["acceptance"]["groups"] == ["a"], "nothing was issued yet"
    programme = await api.programme(asset, 1_000)
    wider = await change_asset(api, asset, acceptance={"groups": ["a", "b"]})
    assert wider["asset"]["acceptance"]["groups"] == ["a", "b"]
    await api.grant(programme, 100)
    for narrowed in (
        {"groups": ["a"]},
        {"groups": ["a", "b"], "areas": ["north"]},
        {"groups": ["a", "b"], "excludedCategories": ["food"]},
    ):
        refused = await change_asset(api, asset, acceptance=narrowed)
        assert (refused["code"], refused["field"], refused["retry"]) == ("UNSAFE_CHANGE", "acceptance", "NEVER")
    assert (await api.pay(50))["available"] == 0
    assert (await change_asset(api, asset, acceptance={}))["asset"]["acceptance"]["groups"] == []
    assert (await api.pay(50))["payment"]["amount"] == 50, "the store takes it at once"
    assert [after for _, after in await trail(api, "change_asset")] == [
        {"acceptance": {"groups": ["a"]}},
        {"acceptance": {"groups": ["a", "b"]}},
        {"acceptance": {}},
    ]
    await api.town.assert_sound()


async def test_limits_change_where_nothing_is_taken_from_holders(api: Api):
    limits = {"chargeMaximum": 900, "paymentMaximum": 500, "balanceCap": 1_000, "minimumUnit": 100}
    asset = await api.asset("POINT", **limits)
    free = {"paymentMaximum": 400, "minimumUnit": 150}
    assert picked((await change_asset(api, asset, **free))["asset"], *free) == free, "nothing was issued yet"
    await change_asset(api, asset, paymentMaximum=500, minimumUnit=100)
    await api.grant(await api.programme(asset, 10_000), 1_000)
    for facts, field in (
        ({"paymentMaximum": 499}, "paymentMaximum"),
        ({"minimumUnit": 200}, "minimumUnit"),
        ({"minimumUnit": 30}, "minimumUnit"),
    ):
        refused = await change_asset(api, asset, **facts)
        assert (refused["code"], refused["field"]) == ("UNSAFE_CHANGE", field)
    for facts, problem in (
        ({"paymentMaximum": 99}, "BELOW_UNIT"),
        ({"minimumUnit": 600}, "BELOW_UNIT"),
        ({"chargeMaximum": 0}, "POSITIVE"),
        ({"balanceCap": 0}, "POSITIVE"),
    ):
        refused = await change_asset(api, asset, **facts)
        assert (refused["code"], refused["problem"]) == ("INVALID_INPUT", problem)
    assert (await api.pay(600))["available"] == 500, "as before"
    new = {"chargeMaximum": 1, "paymentMaximum": 700, "balanceCap": 800, "minimumUnit": 50}
    assert picked((await change_asset(api, asset, **new))["asset"], *new) == new
    assert (await trail(api, "change_asset"))[-1] == (
        {"charge_maximum": 900, "payment_maximum": 500, "balance_cap": 1_000, "minimum_unit": 100},
        {"charge_maximum": 1, "payment_maximum": 700, "balance_cap": 800, "minimum_unit": 50},
    )
    assert await api.balances() == {"POINT": 1_000}, "a wallet above the new cap keeps what it has"
    assert (await api.grant(await api.programme(asset, 10_000), 100))["code"] == "BALANCE_CAP"
    assert (await api.pay(650))["payment"]["amount"] == 650
    await api.town.assert_sound()


async def test_an_asset_is_not_made_with_a_unit_that_no_payment_can_use(api: Api):
    refused = await api.create_asset("POINT", minimumUnit=500, paymentMaximum=499)
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", "paymentMaximum", "BELOW_UNIT")


async def test_narrowing_and_the_first_grant_at_the_same_moment(api: Api):
    for _ in range(5):
        asset = await api.asset(f"P{uuid4().hex[:8]}", acceptance={"groups": ["a", "b"]})
        programme = await api.programme(asset, 1_000)
        granted, narrowed = await asyncio.gather(
            api.grant(programme, 100), change_asset(api, asset, acceptance={"groups": ["a"]})
        )
        assert granted["grant"]["amount"] == 100
        assert narrowed.get("code", "UNSAFE_CHANGE") == "UNSAFE_CHANGE"
    await api.town.assert_sound()


async def test_who_may_change_what(api: Api):
    asset = await api.asset("POINT")
    programme = await api.programme(asset, 1_000)
    other = await new_town(api.services)
    for viewer in (api.town.desk, api.town.staff, api.town.resident, api.town.auditor, other.finance):
        assert (await change_asset(api, asset, viewer, nameJa="新"))["code"] == "NOT_PERMITTED"
        assert (await change(api, programme, viewer, stopNow=True))["code"] == "NOT_PERMITTED"
        assert (await budget(api, programme, 1, viewer))["code"] == "NOT_PERMITTED"
    for unknown in ("ast_nonsense", api.wallet()):
        assert (await change_asset(api, unknown, nameJa="新"))["code"] == "UNKNOWN_ASSET"
    for unknown in ("prg_nonsense", api.wallet()):
        assert (await change(api, unknown, stopNow=True))["code"] == "UNKNOWN_PROGRAMME"
        assert (await budget(api, unknown, 1))["code"] == "UNKNOWN_PROGRAMME"
    changes = await rows("select 1 from audit_entry where municipality_id = $1 and action like 'change%'", api.town.id)
    assert changes == []
    assert await api.left(programme) == 1_000


async def test_a_programme_ends_later_earlier_or_now(api: Api, moved: MovableClock):
    programme = await api.programme(await api.asset("POINT"), 1_000, endsAt=api.at(timedelta(days=10)))
    moved.forward(timedelta(days=11))
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    later = api.at(timedelta(days=5))
    changed = (await change(api, programme, endsAt=later, nameEn="Renamed", nameJa="新名称"))["programme"]
    assert (changed["name"], datetime.fromisoformat(changed["endsAt"])) == ("新名称", datetime.fromisoformat(later))
    assert (await api.grant(programme, 1))["grant"]["amount"] == 1
    await change(api, programme, endsAt=api.at(timedelta(days=2)))
    moved.forward(timedelta(days=1))
    assert (await api.grant(programme, 1))["grant"]["amount"] == 1
    assert "programme" in await change(api, programme, stopNow=True)
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    stopped = (await change(api, programme, stopNow=True))["programme"]
    assert stopped["endsAt"] <= api.at(), "what has ended does not end again"
    assert await api.balances() == {"POINT": 2}, "what was given stays given"
    changes = await trail(api, "change_programme")
    assert len(changes) == 3
    assert changes[0][1]["ends_at"] == datetime.fromisoformat(later).isoformat()
    assert changes[0][0]["name_ja"] == "応援事業"
    await api.town.assert_sound()


async def test_a_stopped_campaign_gives_no_bonus_and_one_to_come_never_begins(api: Api, moved: MovableClock):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    campaign = await api.bonus(bonus, 1_000, 1_000)
    coming = await api.bonus(bonus, 1_000, 1_000, startsAt=api.at(timedelta(days=1)), endsAt=api.at(timedelta(days=9)))
    assert (await api.charge(1_000))["charge"]["bonuses"][0]["amount"] == 100
    await change(api, campaign, stopNow=True)
    await change(api, coming, stopNow=True)
    assert (await api.charge(1_000))["charge"]["bonuses"] == []
    moved.forward(timedelta(days=2))
    assert (await api.charge(1_000))["charge"]["bonuses"] == []
    await api.town.assert_sound()


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"nameJa": ""}, "nameJa", "LENGTH"),
        ({"nameEn": "New\u2066"}, "nameEn", "CHARACTERS"),
        ({"nameEn": "x" * 61}, "nameEn", "LENGTH"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "PAST"),
        ({"endsAt": "2099-01-01T00:00:00Z"}, "endsAt", "ORDER"),
        ({"endsAt": "2099-01-01T00:00:00Z", "stopNow": True}, "endsAt", "STOP_OR_END"),
    ],
)
async def test_wrong_changes_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    programme = await api.programme(await api.asset("POINT"), 100, expiresOn=api.day(timedelta(days=100)))
    refused = await change(api, programme, **facts)
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", field, problem)
    assert await trail(api, "change_programme") == []


async def test_a_voucher_product_is_not_changed_as_a_programme(town: People):
    """Its programme is made with it: what it has not sold is its stock, which only sales and `closeVoucherProduct` take."""
    api = VoucherApi(town)
    product = await api.product(stock=2, unitsPerPerson=2)
    programme = encode(Prefix.PROGRAMME, api.town.id, decode(product)[2])
    for refused in (
        await budget(api, programme, -1),
        await budget(api, programme, 1),
        await change(api, programme, nameJa="別の商品券"),
    ):
        assert refused["code"] == "UNKNOWN_PROGRAMME"
    await api.charge(10_000)
    assert (await api.buy(product, 2))["purchase"]["faceValue"] == 13_000
    await api.town.assert_sound()


async def test_a_budget_grows_and_shrinks_within_what_is_left(api: Api):
    asset = await api.asset("POINT")
    programme = await api.programme(asset, 1_000)
    await api.grant(programme, 700)
    key = str(uuid4())
    assert budgets(await budget(api, programme, 500, idempotencyKey=key)) == (1_500, 800)
    again = await budget(api, programme, 500, idempotencyKey=key)
    assert (again["replayed"], budgets(again)) == (True, (1_500, 800))
    assert (await budget(api, programme, 501, idempotencyKey=key))["code"] == "KEY_REUSED"
    refused = await budget(api, programme, -801)
    assert (refused["code"], refused["available"], refused["retry"]) == ("BUDGET_EXCEEDED", 800, "NEW_KEY")
    assert (await budget(api, programme, 0))["code"] == "AMOUNT_OUT_OF_RANGE"
    assert (await budget(api, programme, 2**53 - 1))["maximum"] == 2**53 - 1 - 800
    assert budgets(await budget(api, programme, -800)) == (700, 0)
    assert (await api.grant(programme, 1))["code"] == "BUDGET_EXCEEDED"
    changes = await trail(api, "change_budget")
    left = decode(programme)[2]
    assert [
        (*before["balances"][str(left)].values(), *after["balances"][str(left)].values(), after["change"])
        for before, after in changes
    ] == [(300, 800, 500), (800, 0, -800)]
    closed = str(uuid4())
    await api.abandon("CHANGE_BUDGET", closed, api.town.finance)
    assert (await budget(api, programme, 5, idempotencyKey=closed))["code"] == "ABANDONED"
    trial = await trial_balance(api.town.id, api.services.clock())
    assert [line.posted for line in trial.lines if line.kind is AccountKind.ISSUANCE] == [-700], (
        "what was taken back was never issued"
    )
    await api.town.assert_sound()


async def test_changes_grants_and_keys_at_the_same_moment(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    key = str(uuid4())
    answers = await asyncio.gather(
        *[budget(api, programme, 100, idempotencyKey=key) for _ in range(4)],
        *[budget(api, programme, by) for by in (50, -300, 20, -400, -500)],
        *[api.grant(programme, 100) for _ in range(6)],
    )
    same_key, by_others, grants = answers[:4], answers[4:9], answers[9:]
    assert sorted(answer["replayed"] for answer in same_key) == [False, True, True, True]
    budget_now = 1_100 + sum(
        by for by, answer in zip((50, -300, 20, -400, -500), by_others, strict=True) if "programme" in answer
    )
    granted = sum(answer["grant"]["amount"] for answer in grants if "grant" in answer)
    seen = await api.ask(api.town.auditor, "Programme", id=programme)
    assert picked(seen, "budget", "budgetLeft") == {"budget": budget_now, "budgetLeft": budget_now - granted}
    journals = [after["journal"] for _, after in await trail(api, "change_budget")]
    assert len(journals) == len(set(journals)) == 1 + sum("programme" in answer for answer in by_others)
    await api.town.assert_sound()


async def test_a_change_that_was_cut_off_is_finished_by_its_key(api: Api, monkeypatch: pytest.MonkeyPatch):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    key = str(uuid4())

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as cut:
        cut.setattr(changing, "_note", killed)
        assert (await budget(api, programme, 500, idempotencyKey=key))["code"] == "OUTCOME_UNKNOWN"
    assert await api.left(programme) == 1_500
    finished = await budget(api, programme, 500, idempotencyKey=key)
    assert (finished["replayed"], budgets(finished)) == (True, (1_500, 1_500))
    assert len(await trail(api, "change_budget")) == 1
