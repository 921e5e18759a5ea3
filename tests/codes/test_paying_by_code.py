"""Paying a store by its scanned code: the amount in it is binding, and a code for one sale is not taken yet."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.identifiers import Prefix, encode
from domain.ledger.audit import trial_balance
from domain.stores.reads import STORES
from tests.conftest import GUID
from tests.support.api import Api
from tests.support.coupons import CouponApi
from tests.support.emvco import JPQR, code_of


async def code(api: Api, **facts: Any) -> str:
    store = await api.services.shared(STORES).of((api.town.id, api.town.store))
    assert store is not None
    return code_of(GUID, store.merchant_code, store.store_code, **facts)


async def moved(api: Api) -> tuple[dict[str, int], int]:
    """The wallet's balances, and the sum of all that accounts have."""
    trial = await trial_balance(api.town.id, api.services.clock())
    return await api.balances(), sum(abs(line.posted) for line in trial.lines)


async def test_a_printed_code_without_an_amount_takes_any(api: Api):
    await api.charge(1_000)
    text = await code(api)
    assert (await api.pay(5, payee={"code": text}))["payment"]["amount"] == 5
    assert (await api.pay(700, payee={"code": text}))["payment"]["amount"] == 700
    await api.town.assert_sound()


@pytest.mark.parametrize("amount", [5, 499, 501, 50_000])
async def test_the_amount_in_a_code_is_binding(api: Api, amount: int):
    await api.charge(1_000)
    before = await moved(api)
    text = await code(api, amount="500")
    for refusal in (await api.pay(amount, payee={"code": text}), await api.quote(amount, payee={"code": text})):
        assert (refusal["code"], refusal["amount"], refusal["retry"]) == ("CODE_AMOUNT", 500, "NEW_KEY")
        assert "500円" in refusal["message"]
    assert await moved(api) == before
    assert (await api.quote(500, payee={"code": text}))["quote"]["amount"] == 500
    assert (await api.pay(500, payee={"code": text}))["payment"]["amount"] == 500
    assert (await api.balances())["COIN"] == 500
    await api.town.assert_sound()


async def test_the_refusal_in_english(api: Api):
    refusal = await api.pay(5, locale="en", payee={"code": await code(api, amount="500")})
    assert refusal["message"] == "This code is for a payment of 500 yen. Pay exactly that amount."


@pytest.mark.parametrize("amount", ["500", None])
async def test_a_code_for_one_sale_pays_nothing_not_even_once(api: Api, amount: str | None):
    await api.charge(1_000)
    before = await moved(api)
    text = await code(api, kind="12", amount=amount, more=[("62", "0511PR01JABCDEF")])
    for refusal in (await api.pay(500, payee={"code": text}), await api.quote(500, payee={"code": text})):
        assert (refusal["code"], refusal["retry"]) == ("DYNAMIC_CODE", "NEVER")
    assert await moved(api) == before


async def test_a_refused_key_pays_once_the_amount_is_right(api: Api):
    """Nothing was stored, so a payer who sends the same key with the right amount pays, once."""
    await api.charge(1_000)
    key, text = str(uuid4()), await code(api, amount="500")
    assert (await api.pay(5, payee={"code": text}, idempotencyKey=key))["code"] == "CODE_AMOUNT"
    right = {"payee": {"code": text}, "idempotencyKey": key}
    answers = await asyncio.gather(*[api.pay(500, **right) for _ in range(5)])
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 4
    assert (await api.balances())["COIN"] == 500
    assert (await api.pay(5, payee={"code": text}, idempotencyKey=key))["code"] == "KEY_REUSED"


async def test_a_settled_key_is_answered_whatever_its_code_says_now(api: Api):
    """A payment that was made before codes were binding: its payer learns that it was made, and not that it was refused."""
    await api.charge(1_000)
    key = str(uuid4())
    paid = await api.pay(500, idempotencyKey=key)
    again = await api.pay(500, payee={"code": await code(api, kind="12", amount="500")}, idempotencyKey=key)
    assert (again["replayed"], again["payment"]["id"]) == (True, paid["payment"]["id"])
    assert (await api.balances())["COIN"] == 500


async def test_a_top_up_takes_no_money_for_another_amount(api: Api):
    source = {"fundingSourceId": encode(Prefix.FUNDING_SOURCE, api.town.id, uuid4()), "maximum": 5_000}
    assert (await api.pay(5, topUp=source))["code"] == "UNKNOWN_FUNDING_SOURCE"
    refusal = await api.pay(5, payee={"code": await code(api, amount="500")}, topUp=source)
    assert refusal["code"] == "CODE_AMOUNT", "before the source is looked at"
    refusal = await api.pay(500, payee={"code": await code(api, kind="12", amount="500")}, topUp=source)
    assert refusal["code"] == "DYNAMIC_CODE"


async def test_the_amount_is_that_of_the_price_before_coupons_and_cash(api: Api):
    await api.charge(300)
    text = await code(api, amount="500")
    assert (await api.pay(500, payee={"code": text}, restInCash=True))["payment"]["amount"] == 300
    coupon = await CouponApi(api.town).coupon(rateBp=1_000)
    await api.charge(1_000)
    paid = (await api.pay(500, payee={"code": text}, couponIds=[coupon]))["payment"]
    assert (paid["listAmount"], paid["amount"]) == (500, 450)


async def test_a_code_with_an_amount_hands_nothing_over(api: Api):
    coupons = CouponApi(api.town)
    item = await coupons.item_coupon()
    for facts, refused in (({"amount": "500"}, "CODE_AMOUNT"), ({"kind": "12"}, "DYNAMIC_CODE")):
        payee = {"code": await code(api, **facts)}
        assert (await coupons.nothing_moved(coupons.redeem({"couponId": item}, payee=payee)))["code"] == refused
    assert "redemption" in await coupons.redeem({"couponId": item}, payee={"code": await code(api)})


@pytest.mark.parametrize("text", [JPQR, code_of("jp.example.other", "M0000123", "S01")])
async def test_a_code_of_another_scheme_is_not_our_shop(api: Api, text: str):
    await api.charge(1_000)
    before = await moved(api)
    for refusal in (await api.pay(500, payee={"code": text}), await api.quote(500, payee={"code": text})):
        assert (refusal["code"], refusal["retry"]) == ("NOT_OUR_SHOP", "NEVER")
        assert refusal["message"] == "このお店では地域通貨をご利用いただけません。加盟店のコードを読み取ってください。"
    assert await moved(api) == before


async def test_a_code_of_a_store_that_is_not_there(api: Api):
    text = code_of(GUID, "M0000000", "S99")
    assert (await api.pay(500, payee={"code": text}))["code"] == "UNKNOWN_PAYEE"


async def test_a_text_that_is_no_code_tells_why(api: Api):
    await api.charge(1_000)
    before = await moved(api)
    text = await code(api)
    for wrong, reason in ((text[:-1], "BAD_LENGTH"), (text[:-4] + "0000", "BAD_CRC"), ("", "NOT_EMVCO")):
        refusal = await api.pay(500, payee={"code": wrong}, validUntil=api.at(timedelta(minutes=1)))
        assert (refusal["code"], refusal["reason"]) == ("INVALID_CODE", reason)
    assert await moved(api) == before
