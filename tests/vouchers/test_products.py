"""Products from draft to sale and to its end: who may take which step, the money set aside, and invalid terms."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.locales.catalogue import message
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.town import new_town
from tests.support.vouchers import VoucherApi


async def listed(api: VoucherApi, viewer: Viewer | None) -> list[dict[str, str]]:
    """Id and state of each product that this viewer sees."""
    return picked(await api.ask(viewer, "VoucherProducts", municipality=api.code), "id", "state")


async def test_the_steps_of_a_product(api: VoucherApi, moved: MovableClock):
    draft = (await api.draft(saleStartsAt=api.at(timedelta(days=1)), usableFrom=api.at(timedelta(days=1))))["product"]
    assert (draft["state"], draft["premiumRateBp"], draft["stockLeft"]) == ("DRAFT", 3_000, 10)
    early = await api.approve(draft["id"])
    assert (early["code"], early["state"]) == ("VOUCHER_STATE", "DRAFT")
    assert (await api.close(draft["id"]))["state"] == "DRAFT"
    assert (await api.buy(draft["id"]))["code"] == "UNKNOWN_VOUCHER"
    assert (await api.submit(draft["id"]))["product"]["state"] == "REVIEW"
    assert (await api.submit(draft["id"], api.town.other_finance))["product"]["state"] == "REVIEW", (
        "repeating it changes nothing"
    )
    assert (await api.approve(draft["id"], api.town.finance))["code"] == "APPROVER_IS_PROPOSER"
    assert (await api.buy(draft["id"]))["code"] == "UNKNOWN_VOUCHER"
    key = str(uuid4())
    approved = picked(await api.approve(draft["id"], key=key), "replayed", "product.state", "product.stockLeft")
    assert approved == {"replayed": False, "product": {"state": "SCHEDULED", "stockLeft": 10}}
    assert (await api.approve(draft["id"], key=key))["replayed"]
    again = await api.approve(draft["id"])
    assert (again["code"], again["state"], again["retry"]) == ("VOUCHER_STATE", "SCHEDULED", "NEVER")
    assert (await api.submit(draft["id"]))["state"] == "SCHEDULED"
    moved.forward(timedelta(days=1, seconds=5))
    assert (await api.seen(draft["id"]))["state"] == "ON_SALE", "by the clock, not by a job"
    closing = str(uuid4())
    assert (await api.close(draft["id"], key=closing))["product"]["state"] == "CLOSED"
    assert (await api.close(draft["id"], key=closing))["replayed"]
    assert (await api.close(draft["id"]))["returned"] == 0
    trail = await rows(
        "select actor, action from audit_entry where municipality_id = $1 and action like '%voucher_product' order by id",
        api.town.id,
    )
    finance, other = api.town.finance.person_id, api.town.other_finance.person_id
    assert [(entry["actor"], entry["action"]) for entry in trail][:5] == [
        (finance, "create_voucher_product"),
        (finance, "propose_voucher_product"),
        (other, "approve_voucher_product"),
        (other, "publish_voucher_product"),
        (finance, "close_voucher_product"),
    ]
    await api.town.assert_sound()


async def test_drafts_are_for_the_municipalitys_staff(api: VoucherApi):
    draft = (await api.draft())["product"]["id"]
    other = await new_town(api.services)
    for viewer in (None, api.town.resident, api.town.staff, other.finance, other.auditor):
        assert await listed(api, viewer) == []
        assert await api.seen(draft, viewer) is None
        assert viewer is None or await api.ask(viewer, "Node", id=draft) is None
    for viewer in (api.town.finance, api.town.desk, api.town.auditor):
        assert await listed(api, viewer) == [{"id": draft, "state": "DRAFT"}]
        assert (await api.seen(draft, viewer))["id"] == draft
    assert [asset["code"] for asset in await api.ask(None, "Assets", municipality=api.code)] == ["COIN"]
    await api.publish(draft)
    assert await listed(api, None) == [{"id": draft, "state": "ON_SALE"}]
    assert (await api.seen(draft, api.town.resident))["preview"] is None
    assert (await api.seen(draft, api.town.auditor))["preview"]["maximumExposure"] == 15_000
    assert await api.ask(None, "Programmes", municipality=api.code) == []


async def test_who_may_do_the_steps(api: VoucherApi):
    product = (await api.draft())["product"]["id"]
    other = await new_town(api.services)
    for viewer in (api.town.resident, api.town.staff, api.town.desk, api.town.auditor, other.finance):
        assert (await api.draft(viewer))["code"] == "NOT_PERMITTED"
        assert (await api.submit(product, viewer))["code"] == "NOT_PERMITTED"
        assert (await api.approve(product, viewer))["code"] == "NOT_PERMITTED"
        assert (await api.close(product, viewer))["code"] == "NOT_PERMITTED"
    for viewer in (api.town.resident, api.town.staff, api.town.desk, other.finance):
        assert (await api.previewed(viewer))["code"] == "NOT_PERMITTED"
    assert (await api.previewed(api.town.auditor))["preview"]["maximumExposure"] == 15_000
    for step in (api.submit, api.approve, api.close):
        assert (await step("vpr_nonsense"))["code"] == "UNKNOWN_VOUCHER"
    assert len(await rows("select 1 from voucher_product where municipality_id = $1", api.town.id)) == 1
    await api.town.assert_sound()


async def test_a_budget_that_does_not_suffice_publishes_nothing(api: VoucherApi):
    budget = await api.budget(14_999)
    product = (await api.draft(fundingProgrammeId=budget))["product"]["id"]
    await api.submit(product)
    key = str(uuid4())
    refusal = await api.approve(product, key=key)
    assert (refusal["code"], refusal["retry"]) == ("VOUCHER_BUDGET", "SAME_KEY")
    assert (refusal["required"], refusal["available"]) == (15_000, 14_999)
    assert "15,000円" in refusal["message"]
    assert "14,999円" in refusal["message"]
    assert (await api.seen(product, api.town.finance))["state"] == "REVIEW"
    assert await rows("select 1 from asset where municipality_id = $1 and kind = 5", api.town.id) == []
    assert await api.left(budget) == 14_999
    unknown = await api.draft(fundingProgrammeId="prg_nonsense")
    assert unknown["code"] == "UNKNOWN_PROGRAMME"
    await api.town.assert_sound()


async def test_products_share_a_budget_and_never_overdraw_it(api: VoucherApi):
    """Four of 15,000 from one budget of 35,000, approved at the same moment, and grants beside them."""
    budget = await api.budget(35_000)
    products = [(await api.draft(fundingProgrammeId=budget))["product"]["id"] for _ in range(4)]
    for product in products:
        await api.submit(product)
    answers = await asyncio.gather(
        *[api.approve(product) for product in products], *[api.grant(budget, 1_000) for _ in range(6)]
    )
    published = [answer for answer in answers[:4] if "product" in answer]
    granted = [answer for answer in answers[4:] if "grant" in answer]
    assert await api.left(budget) == 35_000 - 15_000 * len(published) - 1_000 * len(granted) >= 0
    assert len(published) in (1, 2)
    assert {answer["code"] for answer in answers[:4] if "code" in answer} == {"VOUCHER_BUDGET"}
    await api.town.assert_sound()


async def test_one_product_is_approved_once_by_many_at_once(api: VoucherApi):
    budget = await api.budget(100_000)
    product = (await api.draft(fundingProgrammeId=budget))["product"]["id"]
    await api.submit(product)
    answers = await asyncio.gather(*[api.approve(product) for _ in range(5)])
    assert sum("product" in answer for answer in answers) == 1
    assert {answer["code"] for answer in answers if "code" in answer} == {"VOUCHER_STATE"}
    assert await api.left(budget) == 85_000
    assert len(await rows("select 1 from asset where municipality_id = $1 and kind = 5", api.town.id)) == 2
    await api.town.assert_sound()


async def test_a_preview_says_cost_law_and_stores_and_leaves_no_trace(api: VoucherApi):
    budget = await api.budget(10_000)
    (large, _), _ = [await api.town.new_store() for _ in range(2)]
    await rows(
        "update store set size_class = 2 where municipality_id = $1 and id = $2 returning id", api.town.id, large
    )
    preview = (await api.previewed(fundingProgrammeId=budget, premiumRateBp=3_000))["preview"]
    assert (preview["maximumExposure"], preview["totalPrice"]) == (15_000, 50_000)
    assert (preview["totalFaceValue"], preview["premiumRateBp"]) == (65_000, 3_000)
    assert preview["budgetAvailable"] == 10_000
    legal = {"basis": "MUNICIPAL_ISSUER", "latestExpiresOn": None, "depositMayBeDue": False}
    assert picked(preview["legal"], *legal) == legal
    common, small = preview["subVouchers"]
    assert (common["eligibleStores"]["totalCount"], small["eligibleStores"]["totalCount"]) == (3, 2)
    assert (len(common["eligibleStores"]["edges"]), common["eligibleStores"]["pageInfo"]["hasNextPage"]) == (2, True)
    assert large not in {edge["node"]["id"] for edge in small["eligibleStores"]["edges"]}
    assert await rows("select 1 from voucher_product where municipality_id = $1", api.town.id) == []


async def test_a_list_of_stores_goes_on_behind_its_cursor(api: VoucherApi):
    for _ in range(4):
        await api.town.new_store()
    product = await api.product()
    stores, after = [], None
    for more in (True, True, False):
        parts = (await api.ask(None, "EligibleStores", productId=product, first=2, after=after))["subVouchers"]
        page = parts[0]["eligibleStores"]
        stores += [edge["node"]["id"] for edge in page["edges"]]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, more)
        after = page["pageInfo"]["endCursor"]
    assert len(set(stores)) == 5


@pytest.mark.parametrize(
    ("facts", "basis", "deposit"),
    [
        ({"legalProfile": "MUNICIPALITY", "stock": 10_000}, "MUNICIPAL_ISSUER", False),
        ({"legalProfile": "REGISTERED_THIRD_PARTY", "sixMonthExempt": True, "stock": 10_000}, "SIX_MONTHS", False),
        ({"legalProfile": "REGISTERED_THIRD_PARTY", "stock": 10_000}, "REGISTERED_ISSUER", True),
        ({"legalProfile": "REGISTERED_THIRD_PARTY", "stock": 100}, "REGISTERED_ISSUER", False),
        ({"legalProfile": "OWN_BUSINESS", "stock": 10_000}, "OWN_BUSINESS", True),
    ],
)
async def test_what_the_law_says(api: VoucherApi, facts: dict[str, Any], basis: str, deposit: bool):
    for locale, word in (("ja", "資金決済法" if "SIX" in basis or "MUNI" in basis else "発行保証金"), ("en", "issue")):
        legal = (await api.previewed(locale=locale, **facts))["preview"]["legal"]
        assert (legal["basis"], legal["depositMayBeDue"]) == (basis, deposit)
        assert word.lower() in legal["explanation"].lower()
        assert (legal["latestExpiresOn"] is not None) is facts.get("sixMonthExempt", False)


async def test_an_exempt_product_never_outlives_six_months(api: VoucherApi, moved: MovableClock):
    facts = {"legalProfile": "REGISTERED_THIRD_PARTY", "sixMonthExempt": True}
    latest = (await api.previewed(**facts))["preview"]["legal"]["latestExpiresOn"]
    beyond = await api.draft(expiresOn=api.day(timedelta(days=185)), **facts)
    assert (beyond["field"], beyond["problem"]) == ("expiresOn", "SIX_MONTHS")
    product = await api.product(expiresOn=latest, **facts)
    early = (await api.sell(product))["purchase"]
    assert {allocation["expiresOn"] for allocation in early["allocations"]} == {latest}
    moved.forward(timedelta(days=29))
    late = (await api.sell(product))["purchase"]
    assert {allocation["expiresOn"] for allocation in late["allocations"]} == {latest}, "bought later, ends no later"
    [lot] = await rows(
        "select bool_and(six_month_exempt) as kept from lot where municipality_id = $1 and origin = 3", api.town.id
    )
    assert lot["kept"], "the database itself keeps the six months"
    moved.forward(timedelta(days=160))
    assert (await api.pay(100))["available"] == 0
    await api.town.assert_sound()


PART = {"nameJa": "共通券", "nameEn": "Common", "faceValue": 6_500, "minimumUnit": 1, "free": False}
DAY = timedelta(days=1)
WRONG = [
    ({"code": ""}, "code", "CODE"),
    ({"code": "商品券"}, "code", "CODE"),
    ({"code": "V" * 30}, "code", "CODE"),
    ({"nameJa": " "}, "nameJa", "LENGTH"),
    ({"nameEn": "x" * 61}, "nameEn", "LENGTH"),
    ({"nameJa": "商品券\t"}, "nameJa", "CHARACTERS"),
    ({"subVouchers": [{**PART, "nameEn": "\u200eCommon"}]}, "subVouchers.nameEn", "CHARACTERS"),
    ({"price": 0}, "price", "POSITIVE"),
    ({"faceValue": 0}, "faceValue", "POSITIVE"),
    ({"price": 7_000}, "belowPriceReason", "REASON"),
    ({"belowPriceReason": "理" * 201}, "belowPriceReason", "LENGTH"),
    ({"price": 3_000}, "premiumRateBp", "PERCENT"),
    ({"premiumRateBp": 10_001}, "premiumRateBp", "PERCENT"),
    ({"premiumRateBp": 2_000}, "premiumRateBp", "RATE_OF_FACE"),
    ({"premiumRateBp": -1}, "premiumRateBp", "RATE_OF_FACE"),
    ({"subVouchers": []}, "subVouchers", "COUNT"),
    ({"subVouchers": [PART] * 11}, "subVouchers", "COUNT"),
    ({"subVouchers": [{**PART, "faceValue": 6_000}]}, "subVouchers", "SUM"),
    ({"subVouchers": [PART, {**PART, "faceValue": 1}]}, "subVouchers", "SUM"),
    ({"subVouchers": [{**PART, "free": True}]}, "subVouchers", "FREE_PART"),
    ({"subVouchers": [PART, {**PART, "faceValue": 0}]}, "subVouchers.faceValue", "POSITIVE"),
    ({"subVouchers": [{**PART, "nameJa": ""}]}, "subVouchers.nameJa", "LENGTH"),
    ({"subVouchers": [{**PART, "minimumUnit": 0}]}, "subVouchers.minimumUnit", "POSITIVE"),
    ({"subVouchers": [{**PART, "minimumUnit": 1_000}]}, "subVouchers.minimumUnit", "MULTIPLE"),
    ({"subVouchers": [{**PART, "acceptance": {"storeIds": ["str_nonsense"]}}]}, "storeIds", "UNKNOWN_STORE"),
    ({"stock": 0}, "stock", "POSITIVE"),
    ({"stock": -5}, "stock", "POSITIVE"),
    ({"stock": 10_000_001}, "stock", "TOO_LARGE"),
    ({"unitsPerPerson": 0}, "unitsPerPerson", "POSITIVE"),
    ({"unitsPerPerson": -1}, "unitsPerPerson", "POSITIVE"),
    ({"unitsPerPerson": 11}, "unitsPerPerson", "ABOVE_STOCK"),
    ({"unitsPerHousehold": -1}, "unitsPerHousehold", "POSITIVE"),
    ({"unitsPerHousehold": 11}, "unitsPerHousehold", "ABOVE_STOCK"),
    ({"eligibility": {"ageFrom": 70, "ageTo": 60}}, "ageTo", "ORDER"),
    ({"saleEndsAt": -3 * DAY}, "saleEndsAt", "ORDER"),
    ({"saleStartsAt": -9 * DAY, "saleEndsAt": -3 * DAY, "usableFrom": -9 * DAY}, "saleEndsAt", "PAST"),
    ({"usableFrom": -DAY}, "usableFrom", "USE_BEFORE_SALE"),
    ({"usableFrom": 95 * DAY}, "expiresOn", "ORDER"),
    ({"saleEndsAt": 95 * DAY}, "expiresOn", "ENDS_BEFORE_SALE"),
    ({"usableHours": {"fromTime": "10:00", "untilTime": "10:00"}}, "untilTime", "ORDER"),
    ({"usableHours": {"fromTime": "-1:00"}}, "fromTime", "TIME"),
    ({"usableHours": {"untilTime": "24:01"}}, "untilTime", "TIME"),
]


@pytest.mark.parametrize(("facts", "field", "problem"), WRONG)
async def test_what_cannot_be_right_names_its_field_in_both_languages(
    api: VoucherApi, facts: dict[str, Any], field: str, problem: str
):
    terms = {name: api.at(value) if isinstance(value, timedelta) else value for name, value in facts.items()}
    refusal = await api.draft(**terms)
    assert (refusal["code"], refusal["field"], refusal["problem"]) == ("INVALID_INPUT", field, problem)
    assert refusal["message"] == message("INVALID_INPUT", "ja", field=field, problem=problem)
    previewed = await api.previewed(locale="en", **terms)
    assert (previewed["field"], previewed["problem"]) == (field, problem)
    assert previewed["message"] == message("INVALID_INPUT", "en", field=field, problem=problem)
    assert await rows("select 1 from voucher_product where municipality_id = $1", api.town.id) == []
    await api.town.assert_sound()


async def test_an_amount_below_zero_is_no_amount(api: VoucherApi):
    request = {"municipality": api.code, "product": api.terms(price=-5_000)}
    context = Context(api.services, api.town.finance, "ja", "trace")
    result = await execute(document("CreateVoucherProduct"), {"input": request}, context, None)
    assert result.data is None
    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "BAD_USER_INPUT"}


async def test_a_face_below_the_price_has_a_reason_and_costs_nothing(api: VoucherApi):
    product = await api.product(
        code="V", price=7_000, belowPriceReason="体験付き商品券のため", fundingProgrammeId=await api.budget(1)
    )
    seen = await api.seen(product)
    assert (seen["premiumRateBp"], seen["faceValue"]) == (-715, 6_500)
    await api.charge(7_000)
    assert (await api.buy(product))["purchase"]["amount"] == 7_000
    assert (await api.close(product))["returned"] == 0
    await api.town.assert_sound()


async def test_a_code_is_one_products(api: VoucherApi):
    answers = await asyncio.gather(*[api.draft(code="V2026") for _ in range(5)])
    assert sum("product" in answer for answer in answers) == 1
    refusals = [(answer["field"], answer["problem"]) for answer in answers if "code" in answer]
    assert refusals == [("code", "TAKEN")] * 4


async def test_a_programme_is_not_made_as_a_voucher(api: VoucherApi):
    points = await api.asset("POINT")
    refusal = await api.create_programme(points, 100, kind="VOUCHER")
    assert (refusal["field"], refusal["problem"]) == ("kind", "NOT_SO_MADE")


async def test_templates_fill_in_what_municipalities_share(api: VoucherApi):
    for template, face, rate in (("PREMIUM_20", 6_000, 2_000), ("PREMIUM_30", 6_500, 3_000)):
        product = (await api.from_template(template))["product"]
        assert (product["price"], product["faceValue"], product["premiumRateBp"]) == (5_000, face, rate)
        assert product["name"] == f"プレミアム付商品券（{rate // 100}%）"
        kinds = [(part["name"], part["faceValue"]) for part in product["preview"]["subVouchers"]]
        assert kinds == [("共通券", 2_000), ("中小店専用券", face - 2_000)]
    named = (await api.from_template("PREMIUM_30", nameJa="豊山町商品券"))["product"]
    assert named["name"] == "豊山町商品券"
    wider = (await api.from_template("PREMIUM_30", widerThanCoinReason="地域通貨の期限が近い人のため"))["product"]
    assert wider["widerThanCoinReason"] == "地域通貨の期限が近い人のため"
    wrong = await api.from_template("PREMIUM_30", stock=0)
    assert (wrong["field"], wrong["problem"]) == ("stock", "POSITIVE")
    assert (await api.from_template("PREMIUM_30", api.town.desk))["code"] == "NOT_PERMITTED"


async def test_submitting_at_the_same_moment_is_one_proposal(api: VoucherApi):
    products = [(await api.draft())["product"]["id"] for _ in range(6)]
    officers = [api.town.finance, api.town.other_finance]
    answers = await asyncio.gather(
        *[api.submit(product, officers[number % 2]) for product in products for number in range(6)]
    )
    assert {answer["product"]["state"] for answer in answers} == {"REVIEW"}
    assert len(await rows("select 1 from approval where municipality_id = $1", api.town.id)) == 6
    trail = await rows(
        "select 1 from audit_entry where municipality_id = $1 and action = 'propose_voucher_product'", api.town.id
    )
    assert len(trail) == 6


async def test_what_was_reviewed_too_long_is_not_published(api: VoucherApi, moved: MovableClock):
    budget = await api.budget(15_000)
    product = (await api.draft(fundingProgrammeId=budget))["product"]["id"]
    await api.submit(product)
    moved.forward(timedelta(days=31))
    assert (await api.approve(product))["code"] == "VOUCHER_NOT_ON_SALE"
    assert await api.left(budget) == 15_000
    assert (await api.seen(product, api.town.finance))["state"] == "REVIEW"
    await api.town.assert_sound()
