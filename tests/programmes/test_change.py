"""Assets, programmes and budgets that are changed after they were made.

Audited, and never at the cost of who holds value.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assets.change import covers
from domain.conditions.acceptance import Acceptance
from domain.database import rows
from domain.identifiers import Prefix, decode, encode
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from domain.stores.kinds import SizeClass
from domain.stores.reads import Store
from tests.support.api import ERRORS, Api
from tests.support.clock import MovableClock
from tests.support.town import People, new_town
from tests.support.vouchers import VoucherApi

CHANGE_ASSET = (
    "mutation($input: ChangeAssetInput!) { changeAsset(input: $input) { ... on ChangeAssetSuccess { asset { name disclosure acceptance { groups"
    " stores { id } } } } ... on InvalidInputError { field problem } ... on UnsafeChangeError { field } "
    + ERRORS
    + " } }"
)
CHANGE = (
    "mutation($input: ChangeProgrammeInput!) { changeProgramme(input: $input) { ... on ChangeProgrammeSuccess { programme { name endsAt } }"
    " ... on InvalidInputError { field problem } " + ERRORS + " } }"
)
BUDGET = (
    "mutation($input: ChangeBudgetInput!) { changeBudget(input: $input) { ... on ChangeBudgetSuccess { replayed programme { budget budgetLeft } }"
    " ... on BudgetExceededError { available } ... on AmountOutOfRangeError { minimum maximum } " + ERRORS + " } }"
)


async def change_asset(api: Api, asset: str, viewer: Any = None, **facts: Any) -> Any:
    return await api.ask(viewer or api.town.finance, CHANGE_ASSET, input={"assetId": asset, **facts})


async def change(api: Api, programme: str, viewer: Any = None, **facts: Any) -> Any:
    return await api.ask(viewer or api.town.finance, CHANGE, input={"programmeId": programme, **facts})


async def budget(api: Api, programme: str, by: int, viewer: Any = None, **facts: Any) -> Any:
    given = {"idempotencyKey": str(uuid4()), "programmeId": programme, "change": by, **facts}
    return await api.ask(viewer or api.town.finance, BUDGET, input=given)


async def trail(api: Api, action: str) -> list[tuple[Any, Any]]:
    found = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = $2 order by id",
        api.town.id,
        action,
    )
    return [(orjson.loads(row["before"]), orjson.loads(row["after"])) for row in found]


async def test_names_and_disclosure_of_an_asset(api: Api):
    asset = await api.asset("POINT")
    done = await change_asset(api, asset, nameJa=" 新しい名前 ", disclosureJa="お問い合わせは窓口へ")
    assert (done["asset"]["name"], done["asset"]["disclosure"]) == ("新しい名前", "お問い合わせは窓口へ")
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
        wrong = await change_asset(api, asset, **facts)
        assert (wrong["field"], wrong["problem"]) == (field, "LENGTH")


async def test_shops_become_more_and_never_fewer_once_value_was_issued(api: Api):
    asset = await api.asset("POINT", acceptance={"groups": ["a", "b"]})
    assert (await change_asset(api, asset, acceptance={"groups": ["a"]}))["asset"]["acceptance"]["groups"] == ["a"], (
        "nothing was issued yet"
    )
    programme = await api.programme(asset, 1_000)
    assert (await change_asset(api, asset, acceptance={"groups": ["a", "b"]}))["asset"]["acceptance"]["groups"] == [
        "a",
        "b",
    ]
    await api.grant(programme, 100)
    for narrower in (
        {"groups": ["a"]},
        {"groups": ["a", "b"], "areas": ["north"]},
        {"groups": ["a", "b"], "excludedCategories": ["food"]},
    ):
        refused = await change_asset(api, asset, acceptance=narrower)
        assert (refused["code"], refused["field"], refused["retry"]) == ("UNSAFE_CHANGE", "acceptance", "NEVER")
    assert (await api.pay(50))["available"] == 0
    assert (await change_asset(api, asset, acceptance={}))["asset"]["acceptance"]["groups"] == []
    assert (await api.pay(50))["payment"]["amount"] == 50, "the shop takes it at once"
    assert [after for _, after in await trail(api, "change_asset")] == [
        {"acceptance": {"groups": ["a"]}},
        {"acceptance": {"groups": ["a", "b"]}},
        {"acceptance": {}},
    ]
    await api.town.assert_sound()


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
    assert (
        await rows("select 1 from audit_entry where municipality_id = $1 and action like 'change%'", api.town.id) == []
    )
    assert await api.left(programme) == 1_000


async def test_a_programme_ends_later_earlier_or_now(api: Api, moved: MovableClock):
    programme = await api.programme(await api.asset("POINT"), 1_000, endsAt=api.at(timedelta(days=10)))
    moved.forward(timedelta(days=11))
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    later = api.at(timedelta(days=5))
    done = await change(api, programme, endsAt=later, nameEn="Renamed", nameJa="新名称")
    assert (done["programme"]["name"], datetime.fromisoformat(done["programme"]["endsAt"])) == (
        "新名称",
        datetime.fromisoformat(later),
    )
    assert (await api.grant(programme, 1))["grant"]["amount"] == 1
    await change(api, programme, endsAt=api.at(timedelta(days=2)))
    moved.forward(timedelta(days=1))
    assert (await api.grant(programme, 1))["grant"]["amount"] == 1
    assert "programme" in await change(api, programme, stopNow=True)
    assert (await api.grant(programme, 1))["code"] == "PROGRAMME_CLOSED"
    assert (await change(api, programme, stopNow=True))["programme"]["endsAt"] <= api.at(), (
        "what has ended does not end again"
    )
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
    for wrong in (
        await budget(api, programme, -1),
        await budget(api, programme, 1),
        await change(api, programme, nameJa="別の商品券"),
    ):
        assert wrong["code"] == "UNKNOWN_PROGRAMME"
    await api.charge(10_000)
    assert (await api.buy(product, 2))["purchase"]["faceValue"] == 13_000
    await api.town.assert_sound()


async def test_a_budget_grows_and_shrinks_within_what_is_left(api: Api):
    asset = await api.asset("POINT")
    programme = await api.programme(asset, 1_000)
    await api.grant(programme, 700)
    key = str(uuid4())
    assert (await budget(api, programme, 500, idempotencyKey=key))["programme"] == {"budget": 1_500, "budgetLeft": 800}
    again = await budget(api, programme, 500, idempotencyKey=key)
    assert (again["replayed"], again["programme"]) == (True, {"budget": 1_500, "budgetLeft": 800})
    assert (await budget(api, programme, 501, idempotencyKey=key))["code"] == "KEY_REUSED"
    refused = await budget(api, programme, -801)
    assert (refused["code"], refused["available"], refused["retry"]) == ("BUDGET_EXCEEDED", 800, "NEW_KEY")
    assert (await budget(api, programme, 0))["code"] == "AMOUNT_OUT_OF_RANGE"
    assert (await budget(api, programme, 2**53 - 1))["maximum"] == 2**53 - 1 - 800
    assert (await budget(api, programme, -800))["programme"] == {"budget": 700, "budgetLeft": 0}
    assert (await api.grant(programme, 1))["code"] == "BUDGET_EXCEEDED"
    told = [(before["budget"], after["budget"], after["change"]) for before, after in await trail(api, "change_budget")]
    assert told == [(1_000, 1_500, 500), (1_500, 700, -800)]
    closed = str(uuid4())
    abandon = (
        "mutation($input: AbandonInput!) { abandon(input: $input) { ... on AbandonSuccess { outcome { state } } } }"
    )
    await api.ask(api.town.finance, abandon, input={"operation": "CHANGE_BUDGET", "idempotencyKey": closed})
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
    settled = [one["replayed"] for one in answers[:4]]
    assert sorted(settled) == [False, True, True, True]
    changed = 100 + sum(
        by for by, one in zip((50, -300, 20, -400, -500), answers[4:9], strict=True) if "programme" in one
    )
    granted = sum(one["grant"]["amount"] for one in answers[9:] if "grant" in one)
    found = await api.ask(
        api.town.auditor, "query($id: ID!) { programme(id: $id) { budget budgetLeft } }", id=programme
    )
    assert found == {"budget": 1_000 + changed, "budgetLeft": 1_000 + changed - granted}
    journals = [after["journal"] for _, after in await trail(api, "change_budget")]
    assert len(journals) == len(set(journals)) == 1 + sum("programme" in one for one in answers[4:9])
    await api.town.assert_sound()


async def test_a_change_that_was_cut_off_is_finished_by_its_key(api: Api, monkeypatch: pytest.MonkeyPatch):
    from domain.programmes import change as changing

    programme = await api.programme(await api.asset("POINT"), 1_000)
    key = str(uuid4())

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as cut, pytest.raises(AssertionError):
        cut.setattr(changing, "_note", killed)
        await budget(api, programme, 500, idempotencyKey=key)
    assert await api.left(programme) == 1_500
    done = await budget(api, programme, 500, idempotencyKey=key)
    assert (done["replayed"], done["programme"]) == (True, {"budget": 1_500, "budgetLeft": 1_500})
    assert len(await trail(api, "change_budget")) == 1


CODES = st.frozensets(st.sampled_from("abc"), max_size=3)
RULES = st.builds(
    Acceptance,
    stores=st.frozensets(st.sampled_from([UUID(int=1), UUID(int=2)])),
    groups=CODES,
    areas=CODES,
    categories=CODES,
    size_classes=st.frozensets(st.sampled_from(SizeClass)),
    excluded_categories=CODES,
)


SHOPS = st.tuples(
    st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)]),
    *[st.sampled_from(["", *"abcd"])] * 3,
    st.sampled_from(SizeClass),
)


@given(old=RULES, new=RULES, shop=SHOPS)
def test_a_rule_that_does_not_cover_another_is_told_from_one_that_does(old: Acceptance, new: Acceptance, shop: Any):
    assert covers(old, old)
    assert not covers(new, old) or new.accepts(Shop(*shop)) or not old.accepts(Shop(*shop))


@given(
    old=RULES,
    more=RULES,
    emptied=st.frozensets(st.sampled_from(["stores", "groups", "areas", "categories", "size_classes"])),
    shop=SHOPS,
)
def test_a_wider_rule_covers_and_accepts_all_shops_of_the_other(
    old: Acceptance, more: Acceptance, emptied: frozenset[str], shop: Any
):
    names = ("stores", "groups", "areas", "categories", "size_classes")
    wider = {
        name: frozenset() if name in emptied or not getattr(old, name) else getattr(old, name) | getattr(more, name)
        for name in names
    }
    new = Acceptance(**wider, excluded_categories=old.excluded_categories & more.excluded_categories)
    assert covers(new, old)
    assert new.accepts(Shop(*shop)) or not old.accepts(Shop(*shop))


class Shop:
    """What a rule looks at."""

    def __init__(self, number: UUID, category: str, group: str, area: str, size: SizeClass) -> None:
        self.id, self.category, self.store_group, self.area, self.size_class = number, category, group, area, size


def test_a_shop_of_the_domain_has_what_a_rule_looks_at():
    assert {"id", "category", "store_group", "area", "size_class"} <= set(Store.__dataclass_fields__)
