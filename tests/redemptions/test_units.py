"""Units of vouchers and tickets: nothing is handed over that nobody asked for, and a quote shows it first."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from domain.ledger.kinds import JournalKind
from domain.ledger.receipt import Receipt
from domain.redemptions.kinds import ItemKind
from domain.redemptions.receipts import HandedOver
from tests.support.api import picked
from tests.support.coupons import CouponApi
from tests.support.lifecycle import journals
from tests.support.town import People
from tests.support.vouchers import VoucherApi


@pytest.fixture
async def market(town: People) -> VoucherApi:
    return VoucherApi(town)


async def bought(api: CouponApi, market: VoucherApi, units: int) -> str:
    """The lot of units that were bought of a product: 5,000 yen each, for 4,000."""
    product = await market.product(price=4_000, faceValue=5_000, subVouchers=[SUB_VOUCHER])
    await api.charge(4_000 * units)
    await market.buy(product, units=units)
    [(asset, lots)] = [(code, lots) for code, lots in (await api.lots()).items() if code != "COIN" and lots]
    [(lot, amount)] = lots.items()
    assert amount == 5_000 * units, asset
    return lot


SUB_VOUCHER = {"nameJa": "共通券", "nameEn": "Common", "faceValue": 5_000, "minimumUnit": 1, "free": False}


async def test_of_three_units_as_many_are_handed_over_as_the_request_says(api: CouponApi, market: VoucherApi):
    lot = await bought(api, market, 3)
    item = {"voucherId": lot}
    for refusal in (await api.nothing_moved(api.redeem(item)), await api.nothing_moved(api.quote_redemption(item))):
        assert picked(refusal, "code", "unitsLeft", "unit", "retry") == {
            "code": "UNITS_REQUIRED",
            "unitsLeft": 3,
            "unit": 5_000,
            "retry": "NEW_KEY",
        }
        assert refusal["message"] == "お渡しする口数（枚数）を選んでください。1口は5,000円分、お手元には3口あります。"
    quote = (await api.quote_redemption(item, units=2))["quote"]
    assert picked(quote, "item", "units", "unitAmount", "amount", "unitsAfter", "amountAfter", "store.id") == {
        "item": "VOUCHER",
        "units": 2,
        "unitAmount": 5_000,
        "amount": 10_000,
        "unitsAfter": 1,
        "amountAfter": 5_000,
        "store": {"id": api.store()},
    }
    redeemed = await api.redeem(item, units=2)
    assert picked(redeemed["redemption"], "amount", "redeemedUnits", "allocations.amount") == {
        "amount": 10_000,
        "redeemedUnits": 2,
        "allocations": [{"amount": 10_000}],
    }
    assert await api.owed() == 10_000
    whole = await api.redeem(item)
    assert (whole["redemption"]["amount"], whole["redemption"]["redeemedUnits"]) == (5_000, 1), (
        "the last one needs no number"
    )
    assert (await api.nothing_moved(api.redeem(item, units=1)))["code"] == "UNKNOWN_ITEM"
    await api.town.assert_sound()


async def test_a_rest_of_less_than_a_unit_stays(api: CouponApi, market: VoucherApi):
    """Two units of 5,000 of which one has paid 624: a unit is handed over, and the 4,376 of the other can still pay."""
    item = {"voucherId": await bought(api, market, 2)}
    await api.pay(624)
    for units, code in ((None, "UNITS_REQUIRED"), (2, "NOT_ENOUGH_UNITS"), (10**9, "NOT_ENOUGH_UNITS")):
        for answer in (api.redeem(item, units=units), api.quote_redemption(item, units=units)):
            refusal = await api.nothing_moved(answer)
            assert picked(refusal, "code", "unitsLeft", "unit") == {"code": code, "unitsLeft": 1, "unit": 5_000}
    quote = (await api.quote_redemption(item, units=1))["quote"]
    assert (quote["unitsAfter"], quote["amountAfter"]) == (0, 4_376)
    redeemed = await api.redeem(item, units=1)
    assert redeemed["balances"] == [{"posted": 4_376, "moved": -5_000, "asset": redeemed["balances"][0]["asset"]}]
    refusal = await api.nothing_moved(api.redeem(item))
    assert (refusal["code"], refusal["unitsLeft"]) == ("UNITS_REQUIRED", 0)
    assert (await api.pay(4_376))["payment"]["amount"] == 4_376
    await api.town.assert_sound()


@pytest.mark.parametrize("units", [0, -1, -(2**31)])
async def test_units_are_counted_from_one(api: CouponApi, market: VoucherApi, units: int):
    item = {"voucherId": await bought(api, market, 1)}
    for answer in (api.redeem(item, units=units), api.quote_redemption(item, units=units)):
        refusal = await api.nothing_moved(answer)
        assert picked(refusal, "code", "field", "problem") == {
            "code": "INVALID_INPUT",
            "field": "units",
            "problem": "POSITIVE",
        }


async def test_a_coupon_has_no_units_and_is_quoted_too(api: CouponApi):
    coupon = await api.item_coupon()
    item = {"couponId": coupon}
    for answer in (api.redeem(item, units=1), api.quote_redemption(item, units=1)):
        assert (await api.nothing_moved(answer))["problem"] == "UNITS_OF_VALUE"
    quote = (await api.quote_redemption(item))["quote"]
    assert picked(quote, "item", "itemCoupon.id", "amount", "units", "unitAmount", "unitsAfter", "amountAfter") == {
        "item": "COUPON",
        "itemCoupon": {"id": coupon},
        "amount": 0,
        "units": None,
        "unitAmount": None,
        "unitsAfter": None,
        "amountAfter": None,
    }
    other_store, _ = await api.town.new_store()
    elsewhere = await api.quote_redemption(item, payee={"storeId": api.store(other_store)})
    assert (elsewhere["code"], elsewhere["reason"]) == ("COUPON_NOT_USABLE", "OTHER_SHOP")
    discount = await api.quote_redemption({"couponId": await api.coupon()})
    assert (discount["code"], discount["reason"]) == ("COUPON_NOT_USABLE", "NOT_FOR_HAND_OVER")


async def test_tickets_of_500_are_units_of_500(api: CouponApi):
    asset = await api.asset("TICKET", kind="GIFT_TICKET", minimumUnit=500)
    await api.grant(await api.programme(asset, 10_000), 2_000)
    [lot] = (await api.lots())["TICKET"]
    assert (await api.nothing_moved(api.redeem({"ticketId": lot})))["unitsLeft"] == 4
    assert (await api.redeem({"ticketId": lot}, units=3))["redemption"]["amount"] == 1_500
    assert (await api.balances())["TICKET"] == 500
    await api.town.assert_sound()


async def test_units_are_part_of_what_a_key_stands_for(api: CouponApi, market: VoucherApi):
    item = {"voucherId": await bought(api, market, 3)}
    key = str(uuid4())
    refused = await api.nothing_moved(api.redeem(item, idempotencyKey=key))
    assert refused["code"] == "UNITS_REQUIRED"
    answers = await asyncio.gather(*[api.redeem(item, units=1, idempotencyKey=key) for _ in range(5)])
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 4
    for units in (None, 2):
        refusal = await api.nothing_moved(api.redeem(item, units=units, idempotencyKey=key))
        assert refusal["code"] == "KEY_REUSED"
    assert await api.owed() == 5_000


async def test_of_three_units_four_at_once_get_three(api: CouponApi, market: VoucherApi):
    item = {"voucherId": await bought(api, market, 3)}
    answers = await asyncio.gather(*[api.redeem(item, units=1) for _ in range(4)])
    assert sorted(answer.get("code", "") for answer in answers) in (
        ["", "", "", "UNKNOWN_ITEM"],
        ["", "", "", "NOT_ENOUGH_UNITS"],
    )
    assert await api.owed() == 15_000
    await api.town.assert_sound()


async def test_a_quote_leaves_no_trace_and_is_for_the_wallets_own_people(api: CouponApi, market: VoucherApi):
    item = {"voucherId": await bought(api, market, 2)}
    before = await journals(api, JournalKind.REDEMPTION)
    await api.nothing_moved(api.quote_redemption(item, units=1))
    assert await journals(api, JournalKind.REDEMPTION) == before == 0
    stranger, _ = await api.town.new_resident()
    request = {"walletId": api.wallet(), "item": item, "payee": {"storeId": api.store()}, "units": 1}
    for viewer, code in (
        (stranger, "UNKNOWN_WALLET"),
        (api.town.staff, "NOT_PERMITTED"),
        (api.town.desk, "NOT_PERMITTED"),
    ):
        assert (await api.ask(viewer, "QuoteRedemption", input=request))["code"] == code


async def test_a_unit_goes_back_to_its_lot(api: CouponApi, market: VoucherApi):
    lot = await bought(api, market, 2)
    redemption = (await api.redeem({"voucherId": lot}, units=1))["redemption"]
    await api.rollback(redemption["id"])
    [amount] = [lots[lot] for lots in (await api.lots()).values() if lot in lots]
    assert amount == 10_000
    assert await api.owed() == 0
    await api.town.assert_sound()


def test_receipts_of_before_have_no_units():
    kept: dict[str, Any] = {"amount": 9_376, "lots": [[1, 2, 9_376, None]], "balances": {"1": 0}, "item": "VOUCHER"}
    assert Receipt.from_json(kept).section(HandedOver) == HandedOver(ItemKind.VOUCHER, None)
    assert Receipt.from_json({**kept, "units": 2}).section(HandedOver) == HandedOver(ItemKind.VOUCHER, 2)
