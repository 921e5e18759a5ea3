"""S08 小山市: a common voucher with premium points."""

import pytest

from domain.stores.code import printed_code
from domain.stores.reads import by_id
from tests.conftest import GUID
from tests.support.town import People
from tests.support.vouchers import VoucherApi, books


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def test_s08_common_voucher_with_premium_points_by_the_amount_bought(api: VoucherApi):
    """小山市: bought in the app, premium points by the amount bought (1 pt = 1 yen), paid by scanning the store's code."""
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
    purchase = (await api.buy(product, 30))["purchase"]
    assert (purchase["amount"], purchase["faceValue"]) == (30_000, 36_000)
    assert await api.balances() == {"COIN": 15_000, "OYAMA_1": 30_000, "OYAMA_2": 6_000}, (
        "200 points for each 1,000 yen"
    )
    assert (await api.seen(product, api.town.resident))["unitsLeftForViewer"] == 20

    store = await by_id(api.town.id, api.town.store)
    assert store is not None
    payment = (await api.pay(8_000, payee={"code": printed_code(GUID, store, api.town.town)}))["payment"]
    assert [(part["asset"]["code"], part["amount"], part["reason"]) for part in payment["allocations"]] == [
        ("OYAMA_2", 6_000, "UNPAID_FIRST"),
        ("OYAMA_1", 2_000, "LAST"),
    ], "the points that the town gives go first, both before coin, which ends later"
    assert "「小山市デジタル共通商品券」" in payment["explain"][0]
    assert await api.balances() == {"COIN": 15_000, "OYAMA_1": 28_000}

    accounts = await books(api)
    redeemed = accounts["PAYABLE", "OYAMA_1"] + accounts["PAYABLE", "OYAMA_2"]
    sold = -sum(accounts[kind, code] for kind in ("ISSUANCE", "BUDGET") for code in ("OYAMA_1", "OYAMA_2"))
    assert (redeemed, sold) == (8_000, 36_000), "換金分の割合"
    assert (await api.close(product))["returned"] == 9_970 * 200
    assert await api.left(budget) == 9_970 * 200
    await api.town.assert_sound()
