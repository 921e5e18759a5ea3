"""Small towns as the projects' sheets describe them, set up through the contract and played through."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.codes.merchant_code import merchant_reference
from domain.database import transaction
from domain.expiry.expire import expire
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from domain.stores.code import shop_code
from domain.stores.open_store import NewStore, open_store
from domain.stores.reads import by_id
from tests.conftest import GUID
from tests.support.api import PAY
from tests.support.clock import MovableClock
from tests.support.town import People, next_number
from tests.support.vouchers import VoucherApi
from tests.vouchers.test_purchase import books


async def shop(api: VoucherApi, **facts: int) -> UUID:
    """A shop, small unless said."""
    number = next_number()
    async with transaction():
        new = NewStore(
            f"商店{number}",
            "ショウテン",
            "SHOTEN",
            "food",
            "5411",
            merchant_reference(api.town.id, number),
            "S01",
            **facts,
        )
        return await open_store(api.town.id, new, api.services.clock(), api.services.ids)


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def test_s08_common_voucher_with_premium_points_by_the_amount_bought(api: VoucherApi):
    """小山市: bought in the app, premium points by the amount bought (1 pt = 1 yen), paid by scanning the shop's code."""
    budget = await api.budget(2_000_000)
    product = await api.product(
        code="OYAMA",
        nameJa="小山市デジタル共通商品券",
        nameEn="Oyama voucher",
        price=1_000,
        faceValue=1_200,
        stock=10_000,
        unitsPerPerson=50,
        fundingProgrammeId=budget,
        eligibility={"residentsOnly": False},
        subVouchers=[
            {"nameJa": "共通商品券", "nameEn": "Common voucher", "faceValue": 1_000, "minimumUnit": 1, "free": False},
            {
                "nameJa": "プレミアムポイント",
                "nameEn": "Premium points",
                "faceValue": 200,
                "minimumUnit": 1,
                "free": True,
            },
        ],
    )
    assert await api.left(budget) == 0, "publishing set the premium of all 10,000 units aside"
    await api.charge(30_000)
    await api.charge(15_000)
    bought = await api.buy(product, 30)
    assert (bought["purchase"]["amount"], bought["purchase"]["faceValue"]) == (30_000, 36_000)
    assert await api.balances() == {"COIN": 15_000, "OYAMA_1": 30_000, "OYAMA_2": 6_000}, (
        "200 points for each 1,000 yen"
    )
    assert (await api.seen(product, api.town.resident))["unitsLeftForViewer"] == 20

    store = await by_id(api.town.id, api.town.store)
    assert store is not None
    scanned = {"code": shop_code(GUID, store, api.town.town)}
    given = {
        "idempotencyKey": "0192b3c4-0000-7000-8000-000000000008",
        "walletId": api.wallet(),
        "payee": scanned,
        "amount": 8_000,
    }
    paid = await api.ask(api.town.resident, PAY, input=given)
    assert [(one["asset"]["code"], one["amount"], one["reason"]) for one in paid["payment"]["allocations"]] == [
        ("OYAMA_2", 6_000, "UNPAID_FIRST"),
        ("OYAMA_1", 2_000, "LAST"),
    ], "the points that the town gives go first, both before coin, which ends later"
    assert "「小山市デジタル共通商品券」" in paid["payment"]["explain"][0]
    assert await api.balances() == {"COIN": 15_000, "OYAMA_1": 28_000}

    found = await books(api)
    redeemed = found["PAYABLE", "OYAMA_1"] + found["PAYABLE", "OYAMA_2"]
    sold = (
        -found["ISSUANCE", "OYAMA_1"]
        - found["ISSUANCE", "OYAMA_2"]
        - found["BUDGET", "OYAMA_1"]
        - found["BUDGET", "OYAMA_2"]
    )
    assert (redeemed, sold) == (8_000, 36_000), "換金分の割合"
    assert (await api.close(product))["returned"] == 9_970 * 200
    assert await api.left(budget) == 9_970 * 200
    await api.town.assert_sound()


async def test_s23_sets_of_5000_for_6500_of_which_4200_are_digital(api: VoucherApi, moved: MovableClock):
    """豊山町: 14,000 sets, 4,200 of them digital; premium 30 %; 21,000,000 yen at most, 6,300,000 of it for the digital ones."""
    supermarket = await shop(api, size_class=2)
    budget = await api.budget(21_000_000)
    everything = (await api.from_template("PREMIUM_30", code="TOYOYAMA_ALL", stock=14_000, fundingProgrammeId=budget))[
        "product"
    ]
    assert (everything["price"], everything["faceValue"], everything["premiumRateBp"]) == (5_000, 6_500, 3_000)
    whole = everything["preview"]
    assert (whole["maximumExposure"], whole["totalFaceValue"], whole["budgetAvailable"]) == (
        21_000_000,
        91_000_000,
        21_000_000,
    )
    assert whole["legal"]["basis"] == "MUNICIPAL_ISSUER"
    assert [one["eligibleStores"]["totalCount"] for one in whole["subVouchers"]] == [2, 1]

    draft = (
        await api.from_template("PREMIUM_30", code="TOYOYAMA", stock=4_200, unitsPerPerson=4, fundingProgrammeId=budget)
    )["product"]
    assert draft["preview"]["maximumExposure"] == 6_300_000
    product = await api.publish(draft["id"])
    assert await api.left(budget) == 14_700_000
    await api.charge(20_000)
    assert (await api.buy(product, 3))["purchase"]["faceValue"] == 19_500
    neighbour, their_wallet = await api.town.new_resident()
    assert (await api.sell(product, 4, wallet=their_wallet))["purchase"]["amount"] == 20_000
    assert (await api.sell(product, 1, wallet=their_wallet))["unitsLeft"] == 0
    assert await api.balances() == {"COIN": 5_000, "TOYOYAMA_1": 6_000, "TOYOYAMA_2": 13_500}

    large = await api.pay(7_000, supermarket)
    assert [(one["asset"]["code"], one["amount"]) for one in large["payment"]["allocations"]] == [
        ("TOYOYAMA_1", 6_000),
        ("COIN", 1_000),
    ]
    small = await api.pay(14_000)
    assert [(one["asset"]["code"], one["amount"]) for one in small["payment"]["allocations"]] == [
        ("TOYOYAMA_2", 13_500),
        ("COIN", 500),
    ]
    assert (await api.seen(product))["stockLeft"] == 4_193

    moved.forward(timedelta(days=31))
    assert (await api.seen(product))["state"] == "CLOSED"
    assert (await api.close(product))["returned"] == 4_193 * 1_500
    assert await api.left(budget) == 21_000_000 - 7 * 1_500
    moved.forward(timedelta(days=61))
    assert await expire(api.services) >= 2
    assert await api.balances(neighbour, their_wallet) == {}
    trial = await trial_balance(api.town.id, api.services.clock())
    assert sum(line.posted for line in trial.lines if line.kind is AccountKind.BREAKAGE) == 26_000, (
        "the neighbour's four sets"
    )
    await api.town.assert_sound()


async def test_s20_a_tourist_voucher_for_people_from_outside(api: VoucherApi):
    """神戸町: people from outside may buy; a premium voucher for residents beside it."""
    for_all = await api.product(code="TOURIST", nameJa="観光商品券")
    for_residents = await api.product(code="RESIDENT", eligibility={"residentsOnly": True})
    visitor, their_wallet = await api.town.new_resident()
    await api.charge(20_000, their_wallet)
    assert (await api.buy(for_residents, 1, visitor, their_wallet))["reason"] == "UNVERIFIED"
    assert (await api.buy(for_all, 2, visitor, their_wallet))["purchase"]["faceValue"] == 13_000
    given = {
        "idempotencyKey": "0192b3c4-0000-7000-8000-000000000020",
        "walletId": api.wallet(their_wallet),
        "payee": {"storeId": api.store()},
    }
    paid = await api.ask(visitor, PAY, input={**given, "amount": 13_000})
    assert (
        sum(one["amount"] for one in paid["payment"]["allocations"] if one["asset"]["code"].startswith("TOURIST"))
        == 13_000
    )
    assert (await api.ask(api.town.resident, PAY, input={**given, "amount": 1}))["code"] == "UNKNOWN_WALLET"
    await api.town.assert_sound()


async def test_vouchers_in_denominations_give_no_change(api: VoucherApi):
    """Fixed denominations: a set of thirteen 500-yen vouchers; what is left over comes from coin."""
    product = await api.product(
        code="V", subVouchers=[{"nameJa": "券", "nameEn": "V", "faceValue": 6_500, "minimumUnit": 500, "free": False}]
    )
    await api.charge(10_000)
    await api.buy(product)
    paid = await api.pay(1_234)
    assert [(one["asset"]["code"], one["amount"]) for one in paid["payment"]["allocations"]] == [
        ("V_1", 1_000),
        ("COIN", 234),
    ]
    query = "mutation($input: RefundPaymentInput!) { refundPayment(input: $input) { ... on RefundPaymentSuccess { payment { refundable } } } }"
    back = {
        "idempotencyKey": "0192b3c4-0000-7000-8000-0000000000d0",
        "paymentId": paid["payment"]["id"],
        "amount": 1_234,
        "reason": "CANCELLED",
    }
    assert await api.ask(api.town.staff, query, input=back) == {"payment": {"refundable": 0}}
    assert await api.balances() == {"COIN": 5_000, "V_1": 6_500}
    await api.town.assert_sound()
