"""A town whose programmes say something of the people who have their value, and what its stores learn of that: nothing."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.ledger.holders import give_access
from domain.services import Services
from domain.viewer import Relation, Role
from tests.hostile.reading import read, receipt, selection
from tests.hostile.walk import CORE
from tests.support.api import Api
from tests.support.coupons import CouponApi
from tests.support.lifecycle import cancel
from tests.support.town import new_town
from tests.support.vouchers import VoucherApi

SECRETS = ("ひとり親", "SINGLE_PARENT", "若者定住", "SETTLER", "低所得", "LOW_INCOME", "ELIGIBLE_ONLY", "敬老")
EVERYTHING = 4


class Welfare:
    """A town whose programmes say something of those who have their value, and a customer with all of it."""

    def __init__(self, api: CouponApi) -> None:
        self.api, self.town = api, api.town
        self.vouchers = VoucherApi(api.town)
        self.points = self.programme = ""

    async def build(self) -> "Welfare":
        api = self.api
        self.points = await api.asset("SINGLE_PARENT", nameJa="ひとり親世帯応援ポイント", nameEn="SINGLE_PARENT points")
        self.programme = await api.programme(
            self.points, 100_000, nameJa="ひとり親世帯等生活支援", nameEn="SINGLE_PARENT support"
        )
        return self

    async def with_bonus(self) -> None:
        """Charges get 10 % more."""
        bonus = await self.api.asset("SETTLER", nameJa="若者定住ボーナス", nameEn="SETTLER bonus", kind="BONUS_COIN")
        await self.api.bonus(bonus, 100_000, 1_000, nameJa="若者定住", nameEn="SETTLER")

    async def give(self, amount: int) -> None:
        assert "grant" in await self.api.grant(self.programme, amount)


@pytest.fixture
async def welfare(coupons: CouponApi) -> Welfare:
    return await Welfare(coupons).build()


@pytest.fixture
async def coupons(services: Services) -> CouponApi:
    return CouponApi(await new_town(services))


def hides(answer: Any) -> Any:
    """An answer without any of the words that say why a person has value."""
    assert [secret for secret in SECRETS if secret in str(answer)] == []
    return answer


async def test_no_word_of_a_programme_reaches_the_store(welfare: Welfare):
    """8,370 of vouchers, coin, a bonus and points, all of programmes for some people, and 930 off by a coupon for old ones."""
    api, town, services = welfare.api, welfare.town, welfare.api.services
    await api.ask(town.desk, "RecordClaim", input={"walletId": api.wallet(), "resident": True, "birthYear": 1940})
    for_old_people = await api.coupon(
        nameJa="敬老割引", nameEn="ELIGIBLE_ONLY", eligibility={"residentsOnly": True, "ageFrom": 70}
    )
    free = [{"nameJa": "低所得世帯券", "nameEn": "LOW_INCOME", "faceValue": 6_500, "minimumUnit": 1, "free": False}]
    product = await welfare.vouchers.product(
        code="LOW_INCOME", nameJa="低所得世帯商品券", nameEn="LOW_INCOME", subVouchers=free
    )
    await welfare.with_bonus()
    await api.charge(6_000)
    await welfare.vouchers.buy(product)
    await welfare.give(500)
    answer = await api.pay_with(9_300, for_old_people)
    payment = answer["payment"]
    assert {part["asset"]["code"] for part in payment["allocations"]} == {
        "LOW_INCOME_1",
        "COIN",
        "SETTLER",
        "SINGLE_PARENT",
    }
    refund = (await api.refund(payment["id"], 1_000))["refund"]
    agent = {"storeId": api.store(), "wallet": {"walletId": api.wallet()}, "assetId": api.coin, "amount": 1_000}
    keys = {"Charge": str(uuid4())}
    charged = hides(await api.ask(town.staff, "Charge", input={**agent, "idempotencyKey": keys["Charge"]}))
    hides(await cancel(api, charged["charge"]["id"], town.staff))
    hides(
        await api.ask(town.staff, "QuoteCharge", input={name: agent[name] for name in ("wallet", "assetId", "amount")})
    )
    hides(await api.ask(town.staff, "Outcome", operation="CHARGE", idempotencyKey=keys["Charge"]))
    for kind, receipt_id in (("Payment", payment["id"]), ("Refund", refund["id"]), ("Charge", charged["charge"]["id"])):
        hides(await receipt(services, town.staff, kind, receipt_id, EVERYTHING))
    store = CORE.type_map["Store"]
    hides(
        await read(
            services, town.staff, f"query($id: ID!) {{ store(id: $id) {selection(store, EVERYTHING)} }}", id=api.store()
        )
    )
    own = await receipt(services, town.resident, "Payment", payment["id"])
    assert [secret for secret in SECRETS if secret in str(own)], "the payer sees them"


async def test_a_store_is_told_a_payment_by_class(welfare: Welfare):
    """500 of points, 1,100 of coin, 200 off by a coupon, and 200 in cash: 2,000 in all."""
    api, town = welfare.api, welfare.town
    await api.charge(1_100)
    await welfare.give(500)
    coupon = await api.coupon()
    payment = (await api.pay_with(2_000, coupon, restInCash=True))["payment"]
    tenders = [("PAID_VALUE", 1_100), ("UNPAID_VALUE", 500), ("COUPON_DISCOUNT", 200), ("CASH_REST", 200)]
    text = "query($id: ID!) { payment(id: $id) { listAmount tenders { class amount } coupons { discount } allocations { amount } explain } }"
    for viewer in (town.staff, town.resident, town.desk):
        shown = await api.ask(viewer, text, id=payment["id"])
        assert [(part["class"], part["amount"]) for part in shown["tenders"]] == tenders
        assert (shown["listAmount"], shown["coupons"]) == (2_000, [{"discount": 200}]), "anybody may use this coupon"
        assert [len(shown[name]) for name in ("allocations", "explain")] == ([0, 0] if viewer is town.staff else [2, 2])


async def test_points_that_a_refund_keeps_are_not_told_to_the_store(api: Api):
    """1,000 earned 100 points, which were spent; 500 come back, of which 50 are kept: the store gave 500 back."""
    points = await api.asset("POINT")
    await api.rule(await api.earning(points, 10_000, clawbackRule="DEDUCT"), rateBp=1_000)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]
    await api.pay(100)
    refund = (await api.refund(payment["id"], 500))["refund"]
    assert [part["amount"] for part in refund["allocations"]] == [450]
    text = "query($id: ID!) { node(id: $id) { ... on Refund { amount tenders { class amount } } } }"
    for viewer in (api.town.staff, api.town.resident):
        shown = await api.ask(viewer, text, id=refund["id"])
        assert shown == {"amount": 500, "tenders": [{"class": "PAID_VALUE", "amount": 500}]}


async def test_a_delegate_sees_why_and_a_shop_that_pays_for_itself_sees_its_own(welfare: Welfare):
    """Who may pay from a wallet sees what is in it; a person with both roles sees as the person that the token says."""
    api, town = welfare.api, welfare.town
    await api.charge(100)
    await welfare.give(500)
    payment = (await api.pay(600))["payment"]["id"]
    text = "query($id: ID!) { payment(id: $id) { explain wallet { id } } }"
    helper, _ = await town.new_resident()
    assert await api.ask(helper, text, id=payment) is None
    await give_access(town.id, town.wallet, helper.person_id, Relation.DELEGATE, api.services.clock())
    assert len((await api.ask(helper, text, id=payment))["explain"]) == 2
    await give_access(town.id, town.store, helper.person_id, Relation.STAFF, api.services.clock())
    at_the_till = replace(helper, roles=frozenset({Role.MERCHANT_STAFF}))
    assert await api.ask(at_the_till, text, id=payment) == {"explain": [], "wallet": None}


async def test_a_store_is_not_told_why_a_coupon_is_not_for_a_person(coupons: CouponApi):
    api, town = coupons, coupons.town
    for_old_people = await api.item_coupon(eligibility={"residentsOnly": False, "ageFrom": 70})
    for born, reason in ((None, "UNVERIFIED"), (1990, "AGE")):
        claim = {"walletId": api.wallet(), "resident": True, "birthYear": born}
        if born is not None:
            await api.ask(town.desk, "RecordClaim", input=claim)
        for viewer, expected in ((town.staff, "NOT_FOR_PERSON"), (town.resident, reason)):
            answer = await api.nothing_moved(api.redeem({"couponId": for_old_people}, viewer=viewer))
            assert (answer["code"], answer["reason"]) == ("COUPON_NOT_USABLE", expected)
    once = await api.item_coupon(perPerson=1)
    await api.redeem({"couponId": once})
    answer = await api.nothing_moved(api.redeem({"couponId": once}, viewer=town.staff))
    assert (answer["code"], answer["reason"]) == ("COUPON_NOT_USABLE", "NOT_FOR_PERSON")


async def test_a_store_is_not_told_why_a_person_cannot_claim(coupons: CouponApi):
    """The till learns neither age nor residence nor what was claimed before; the person and the desk do."""
    api, town = coupons, coupons.town
    for_old_people = await api.item_coupon(claimRequired=True, eligibility={"residentsOnly": False, "ageFrom": 70})
    for_residents = await api.item_coupon(claimRequired=True, eligibility={"residentsOnly": True})
    claimed = await api.item_coupon(perPerson=1, claimRequired=True)
    await api.claim(claimed)
    await api.ask(town.desk, "RecordClaim", input={"walletId": api.wallet(), "resident": False, "birthYear": 1990})
    for coupon, reason in ((for_old_people, "AGE"), (for_residents, "RESIDENCY"), (claimed, "PERSON_LIMIT")):
        till = await api.nothing_moved(api.claim(coupon, viewer=town.staff, storeId=api.store()))
        assert (till["code"], till["reason"]) == ("COUPON_NOT_USABLE", "NOT_FOR_PERSON")
        for viewer in (town.resident, town.desk):
            assert (await api.nothing_moved(api.claim(coupon, viewer=viewer)))["reason"] == reason
