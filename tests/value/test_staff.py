"""What the desk knows of people, and what the town says of shops."""

from uuid import uuid4

from domain.database import rows
from tests.support.api import Api
from tests.support.town import new_town

CLAIM = (
    "mutation($input: RecordClaimInput!) { recordClaim(input: $input) { ... on RecordClaimSuccess { verifiedAt }"
    " ... on InvalidInputError { field problem } ... on UserError { code message } } }"
)
CLASSIFY = (
    "mutation($input: ClassifyStoreInput!) { classifyStore(input: $input) { ... on ClassifyStoreSuccess { store { storeGroup sizeClass area } }"
    " ... on InvalidInputError { field problem } ... on UserError { code message } } }"
)


async def test_a_claim_makes_a_person_eligible_and_another_replaces_it(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 1_000, eligibility={"residentsOnly": True, "ageFrom": 65, "ageTo": 74})
    year = api.services.clock().year
    for born, reason in ((year - 64, "AGE"), (year - 75, "AGE"), (year - 65, None), (year - 74, None)):
        given = {"walletId": api.wallet(), "resident": True, "birthYear": born}
        assert "verifiedAt" in await api.ask(api.town.desk, CLAIM, input=given)
        assert (await api.grant(programme, 100)).get("reason") == reason
    assert len(await rows("select 1 from person_claim where municipality_id = $1", api.town.id)) == 1
    trail = await rows("select before, after from audit_entry where municipality_id = $1 and action = 'record_claim'", api.town.id)
    assert [(one["before"], one["after"]) for one in trail] == [(None, None)] * 4, "the trail says that it was verified, not what"
    await api.town.assert_sound()


async def test_who_may_record_and_what(api: Api):
    given = {"walletId": api.wallet(), "resident": True, "birthYear": 1950}
    for viewer in (api.town.resident, api.town.staff, api.town.finance, api.town.auditor):
        assert (await api.ask(viewer, CLAIM, input=given))["code"] == "NOT_PERMITTED"
    other = await new_town(api.services)
    assert (await api.ask(other.desk, CLAIM, input=given))["code"] == "NOT_PERMITTED"
    wrong = await api.ask(api.town.desk, CLAIM, input={**given, "birthYear": 1})
    assert (wrong["field"], wrong["problem"]) == ("birthYear", "YEAR")
    assert (await api.ask(api.town.desk, CLAIM, input={**given, "walletId": api.wallet(uuid4())}))["code"] == "UNKNOWN_WALLET"
    assert await rows("select 1 from person_claim where municipality_id = $1", api.town.id) == []


async def test_a_shop_in_a_group_takes_its_value_at_once(api: Api):
    points = await api.asset("POINT", acceptance={"groups": ["centre"], "sizeClasses": ["SMALL"], "areas": ["north"]})
    await api.grant(await api.programme(points, 1_000), 500)
    assert (await api.pay(100))["available"] == 0
    given = {"storeId": api.store(), "storeGroup": "centre", "sizeClass": "SMALL", "area": "north"}
    assert (await api.ask(api.town.desk, CLASSIFY, input=given))["store"] == {"storeGroup": "centre", "sizeClass": "SMALL", "area": "north"}
    assert (await api.pay(100))["payment"]["amount"] == 100
    await api.ask(api.town.finance, CLASSIFY, input={**given, "sizeClass": "LARGE"})
    assert (await api.pay(100))["available"] == 0
    [_, last] = await rows("select before, after from audit_entry where municipality_id = $1 and action = 'classify_store' order by id", api.town.id)
    assert ('"size_class": 1' in str(last["before"]).replace("'", '"')) and ('"size_class": 2' in str(last["after"]).replace("'", '"'))
    await api.town.assert_sound()


async def test_who_may_classify_and_how(api: Api):
    given = {"storeId": api.store(), "storeGroup": "centre", "sizeClass": "SMALL", "area": ""}
    for viewer in (api.town.resident, api.town.staff, api.town.auditor):
        assert (await api.ask(viewer, CLASSIFY, input=given))["code"] == "NOT_PERMITTED"
    wrong = await api.ask(api.town.desk, CLASSIFY, input={**given, "area": "x" * 33})
    assert (wrong["field"], wrong["problem"]) == ("area", "LENGTH")
    assert (await api.ask(api.town.desk, CLASSIFY, input={**given, "storeId": api.store(uuid4())}))["code"] == "UNKNOWN_PAYEE"
