"""What the desk knows of people, and what the town says of stores."""

from uuid import uuid4

import orjson

from domain.database import rows
from tests.support.api import Api, picked
from tests.support.lifecycle import charged
from tests.support.reversals import reverse
from tests.support.town import new_town


async def test_a_claim_makes_a_person_eligible_and_another_replaces_it(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000, eligibility={"residentsOnly": True, "ageFrom": 65, "ageTo": 74})
    year = api.services.clock().year
    for born, reason in ((year - 64, "AGE"), (year - 75, "AGE"), (year - 65, None), (year - 74, None)):
        claim = {"walletId": api.wallet(), "resident": True, "birthYear": born}
        assert "verifiedAt" in await api.ask(api.town.desk, "RecordClaim", input=claim)
        assert (await api.grant(programme, 100)).get("reason") == reason
    assert len(await rows("select 1 from person_claim where municipality_id = $1", api.town.id)) == 1
    entries = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'record_claim'", api.town.id
    )
    kept = [(entry["before"], orjson.loads(entry["after"])) for entry in entries]
    assert [list(after) for _, after in kept] == [["verified_at"]] * 4, "the trail says that it was verified, not what"
    assert [before and orjson.loads(before) for before, _ in kept[1:]] == [after for _, after in kept[:-1]]
    await api.town.assert_sound()


async def test_who_may_record_and_what(api: Api):
    claim = {"walletId": api.wallet(), "resident": True, "birthYear": 1950}
    for viewer in (api.town.resident, api.town.staff, api.town.finance, api.town.auditor):
        assert (await api.ask(viewer, "RecordClaim", input=claim))["code"] == "NOT_PERMITTED"
    other = await new_town(api.services)
    assert (await api.ask(other.desk, "RecordClaim", input=claim))["code"] == "NOT_PERMITTED"
    refused = await api.ask(api.town.desk, "RecordClaim", input={**claim, "birthYear": 1})
    assert (refused["field"], refused["problem"]) == ("birthYear", "YEAR")
    refused = await api.ask(api.town.desk, "RecordClaim", input={**claim, "walletId": api.wallet(uuid4())})
    assert refused["code"] == "UNKNOWN_WALLET"
    assert await rows("select 1 from person_claim where municipality_id = $1", api.town.id) == []


async def test_a_store_in_a_group_takes_its_value_at_once(api: Api):
    points = await api.asset("POINT", acceptance={"groups": ["centre"], "sizeClasses": ["SMALL"], "areas": ["north"]})
    await api.grant(await api.programme(points, 1_000), 500)
    assert (await api.pay(100))["available"] == 0
    classification = {"storeId": api.store(), "storeGroup": "centre", "sizeClass": "SMALL", "area": "north"}
    classified = await api.ask(api.town.desk, "ClassifyStore", input=classification)
    assert picked(classified["store"], "storeGroup", "sizeClass", "area") == {
        "storeGroup": "centre",
        "sizeClass": "SMALL",
        "area": "north",
    }
    assert (await api.pay(100))["payment"]["amount"] == 100
    await api.ask(api.town.finance, "ClassifyStore", input={**classification, "sizeClass": "LARGE"})
    assert (await api.pay(100))["available"] == 0
    [_, last] = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'classify_store' order by id",
        api.town.id,
    )
    assert '"size_class": 1' in str(last["before"]).replace("'", '"')
    assert '"size_class": 2' in str(last["after"]).replace("'", '"')
    await api.town.assert_sound()


async def test_who_may_classify_and_how(api: Api):
    classification = {"storeId": api.store(), "storeGroup": "centre", "sizeClass": "SMALL", "area": ""}
    for viewer in (api.town.resident, api.town.staff, api.town.auditor):
        assert (await api.ask(viewer, "ClassifyStore", input=classification))["code"] == "NOT_PERMITTED"
    refused = await api.ask(api.town.desk, "ClassifyStore", input={**classification, "area": "x" * 33})
    assert (refused["field"], refused["problem"]) == ("area", "LENGTH")
    refused = await api.ask(api.town.desk, "ClassifyStore", input={**classification, "storeGroup": "cen\u202etre"})
    assert (refused["field"], refused["problem"]) == ("storeGroup", "CHARACTERS")
    refused = await api.ask(api.town.desk, "ClassifyStore", input={**classification, "storeId": api.store(uuid4())})
    assert refused["code"] == "UNKNOWN_PAYEE"


async def test_a_wrong_grant_goes_back_to_its_budget_unless_it_is_spent(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000)
    wrong = (await api.grant(programme, 400))["grant"]["id"]
    assert (await reverse(api, wrong))["reversal"]["amount"] == 400
    assert (await api.left(programme), await api.balances()) == (1_000, {})
    spent = (await api.grant(programme, 400))["grant"]["id"]
    await api.pay(150)
    refused = await reverse(api, spent)
    assert (refused["code"], refused["available"]) == ("REVERSAL_IMPOSSIBLE", 250)
    assert (await api.left(programme), await api.balances()) == (600, {"POINT": 250})
    await api.town.assert_sound()


async def test_a_wrong_charge_takes_its_bonus_back_to_the_campaign(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    campaign = await api.bonus(bonus, 1_000, 1_000)
    wrong = await charged(api, 5_000)
    assert await api.balances() == {"COIN": 5_000, "BONUS": 500}
    assert (await reverse(api, wrong["id"]))["reversal"]["amount"] == 5_000
    assert (await api.left(campaign), await api.balances()) == (1_000, {})
    await api.town.assert_sound()


async def test_a_refund_gives_points_and_coin_back_to_their_lots_in_any_order(api: Api):
    points = await api.asset("POINT", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=2)
    await api.grant(await api.programme(points, 1_000), 300)
    await api.charge(1_000)
    paid = (await api.pay(800))["payment"]
    for amount, balances in (
        (450, {"COIN": 950}),
        (100, {"COIN": 1_000, "POINT": 50}),
        (250, {"COIN": 1_000, "POINT": 300}),
    ):
        await api.refund(paid["id"], amount)
        assert await api.balances() == balances
    await api.town.assert_sound()
