"""Coupons in payments: the shares of wallet, budget and store in one journal; refunds, quotes and races."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.approvals.kinds import ReversalReason
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows, transaction
from domain.identifiers import decode
from domain.residents.join import open_wallet
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi


def refused(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if "code" in answer]


async def test_the_municipality_pays_its_discount_and_the_store_gets_the_full_price(api: CouponApi):
    await api.charge(5_000)
    coupon = await api.coupon(budget=1_000)
    quoted = (await api.quote_with(1_999, coupon))["quote"]
    payment = (await api.pay_with(1_999, coupon, quoteToken=quoted["token"]))["payment"]
    assert (payment["listAmount"], payment["discount"], payment["amount"]) == (1_999, 199, 1_800), "rounded down"
    assert (quoted["listAmount"], quoted["discount"]) == (1_999, 199)
    applied = {"discount": 199, "borneBy": "TOWN", "multiplierBp": None, "coupon": {"id": coupon}}
    assert picked(payment["coupons"], "discount", "borneBy", "multiplierBp", "coupon.id") == [applied]
    assert quoted["coupons"] == payment["coupons"]
    assert (quoted["amount"], quoted["listAmount"], quoted["availableAfter"]) == (1_800, 1_999, 3_200)
    assert await api.balances() == {"COIN": 3_200}
    assert await api.owed() == 1_999
    assert (await api.seen(coupon))["budgetLeft"] == 801
    journals = await rows("select receipt from journal where municipality_id = $1 and kind = 2", api.town.id)
    assert len(journals) == 1
    await api.town.assert_sound()


async def test_the_example_of_the_page(api: CouponApi):
    """docs/coupons.md: 2,000 with 10 %, then goods of 500 come back."""
    await api.charge(2_000)
    coupon = await api.coupon()
    payment = (await api.pay_with(2_000, coupon))["payment"]
    amounts = payment["listAmount"], payment["discount"], payment["amount"]
    assert (amounts, await api.owed()) == ((2_000, 200, 1_800), 2_000)
    refund = (await api.refund(payment["id"], 500))["refund"]
    assert (picked(refund["allocations"], "amount"), refund["discountReturned"]) == ([{"amount": 450}], 50)
    assert await api.owed() == 1_500
    assert (await api.seen(coupon))["budgetLeft"] == 99_850
    await api.town.assert_sound()


async def test_a_stores_discount_only_lowers_what_is_paid(api: CouponApi):
    await api.charge(5_000)
    coupon = await api.coupon(api.town.staff, storeId=api.store(), borneBy="STORE", budget=None)
    payment = (await api.pay_with(2_000, coupon))["payment"]
    assert (payment["listAmount"], payment["discount"], payment["amount"]) == (2_000, 200, 1_800)
    assert payment["coupons"][0]["borneBy"] == "STORE"
    assert (await api.balances(), await api.owed()) == ({"COIN": 3_200}, 1_800)
    refund = (await api.refund(payment["id"], 2_000))["refund"]
    assert (refund["discountReturned"], await api.owed()) == (200, 0)
    assert await api.balances() == {"COIN": 5_000}
    await api.town.assert_sound()


@pytest.mark.parametrize(
    ("facts", "amount", "discount"),
    [
        ({"rateBp": 3_333}, 100, 33),
        ({"rateBp": 10_000}, 777, 777),
        ({"rateBp": 5_000, "discountMaximum": 300}, 1_000, 300),
        ({"rateBp": 1}, 10_000, 1),
        ({"kind": "FIXED_AMOUNT", "rateBp": None, "amount": 500}, 1_200, 500),
        ({"kind": "FIXED_AMOUNT", "rateBp": None, "amount": 500}, 300, 300),
    ],
)
async def test_discounts_are_rounded_down_and_never_more_than_the_price(
    api: CouponApi, facts, amount: int, discount: int
):
    await api.charge(20_000)
    coupon = await api.coupon(**facts)
    payment = (await api.pay_with(amount, coupon))["payment"]
    assert (payment["discount"], payment["amount"]) == (discount, amount - discount)
    assert await api.owed() == amount
    refund = (await api.refund(payment["id"], amount))["refund"]
    assert refund["discountReturned"] == discount
    assert await api.balances() == {"COIN": 20_000}
    assert (await api.seen(coupon))["budgetLeft"] == 100_000
    await api.town.assert_sound()


async def test_two_coupons_where_both_allow_it_in_one_order(api: CouponApi):
    await api.charge(5_000)
    fixed = await api.coupon(kind="FIXED_AMOUNT", rateBp=None, amount=100, stacking="WITH_OTHERS")
    percent = await api.coupon(stacking="WITH_OTHERS")
    await api.rule(await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), 1_000))
    points = await api.coupon(
        kind="POINTS_MULTIPLIER", rateBp=None, budget=None, multiplierBp=30_000, stacking="WITH_OTHERS"
    )
    key = str(uuid4())
    payment = (await api.pay_with(1_000, fixed, points, percent, idempotencyKey=key))["payment"]
    applied = [(line["discount"], line["coupon"]["id"], line["multiplierBp"]) for line in payment["coupons"]]
    assert applied == [(100, percent, None), (100, fixed, None), (0, points, 30_000)]
    again = await api.pay_with(1_000, percent, fixed, points, idempotencyKey=key)
    assert again["replayed"], "the order in which the payer names them means nothing"
    [row] = await rows(
        "select receipt -> 'coupons' as coupons from journal where municipality_id = $1 and kind = 2", api.town.id
    )
    assert [line[1:] for line in orjson.loads(row["coupons"])] == [
        [1, 100, 1, None],
        [2, 100, 1, None],
        [4, 0, 1, 30_000],
    ]
    assert (await api.balances(), await api.owed()) == ({"COIN": 4_200, "POINT": 24}, 1_000), "three times 1 % of 800"
    await api.town.assert_sound()


async def test_stacking_is_refused_where_one_does_not_allow_it(api: CouponApi):
    await api.charge(5_000)
    alone, other = await api.coupon(), await api.coupon(stacking="WITH_OTHERS")
    refusal = await api.nothing_moved(api.pay_with(1_000, other, alone))
    assert (refusal["code"], refusal["reason"]) == ("COUPON_NOT_USABLE", "NOT_STACKABLE")
    assert (refusal["couponId"], refusal["retry"]) == (alone, "SAME_KEY")
    twice = await api.nothing_moved(api.pay_with(1_000, other, other))
    assert (twice["code"], twice["field"], twice["problem"]) == ("INVALID_INPUT", "couponIds", "COUPONS_OF_PAYMENT")
    six = [await api.coupon(stacking="WITH_OTHERS") for _ in range(6)]
    assert (await api.nothing_moved(api.pay_with(1_000, *six)))["problem"] == "COUPONS_OF_PAYMENT"


async def test_replay_mismatch_and_race_of_a_payment_with_a_coupon(api: CouponApi):
    await api.charge(5_000)
    coupon, other = await api.coupon(perPerson=3), await api.coupon()
    key = str(uuid4())
    answers = await asyncio.gather(*[api.pay_with(1_000, coupon, idempotencyKey=key) for _ in range(20)])
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 19
    assert len({answer["payment"]["id"] for answer in answers}) == 1
    for named in ((), (other,), (coupon, other)):
        assert (await api.nothing_moved(api.pay_with(1_000, *named, idempotencyKey=key)))["code"] == "KEY_REUSED"
    plain = str(uuid4())
    await api.pay_with(10, idempotencyKey=plain)
    assert (await api.nothing_moved(api.pay_with(10, coupon, idempotencyKey=plain)))["code"] == "KEY_REUSED"
    assert (await api.balances(), await api.owed()) == ({"COIN": 4_090}, 1_010)
    await api.town.assert_sound()


async def test_a_replay_answers_also_after_the_coupon_has_ended(api: CouponApi, moved: MovableClock):
    await api.charge(5_000)
    coupon = await api.coupon(endsAt=api.at(timedelta(minutes=5)))
    key = str(uuid4())
    first = await api.pay_with(1_000, coupon, idempotencyKey=key)
    moved.forward(timedelta(minutes=6))
    again = await api.pay_with(1_000, coupon, idempotencyKey=key)
    assert (again["replayed"], again["payment"]["id"]) == (True, first["payment"]["id"])
    assert (await api.nothing_moved(api.pay_with(1_000, coupon)))["reason"] == "ENDED"


async def test_of_the_last_one_exactly_one_of_100_gets_it(api: CouponApi):
    coupon = await api.coupon(stock=1)
    payers = [await api.town.new_resident() for _ in range(100)]
    await asyncio.gather(*[api.charge(1_000, wallet) for _, wallet in payers])
    answers = await asyncio.gather(
        *[api.pay_with(1_000, coupon, wallet=wallet, viewer=viewer) for viewer, wallet in payers]
    )
    refusals = refused(answers)
    assert (sum("payment" in answer for answer in answers), len(refusals)) == (1, 99)
    assert {(refusal["code"], refusal["reason"], refusal["retry"]) for refusal in refusals} == {
        ("COUPON_USED_UP", "STOCK_GONE", "NEW_KEY")
    }
    assert await api.owed() == 1_000
    assert picked(await api.seen(coupon), "stockLeft", "budgetLeft") == {"stockLeft": 0, "budgetLeft": 99_900}
    await api.town.assert_sound()


async def test_a_coupon_used_twice_in_parallel_by_one_person_over_two_wallets(api: CouponApi):
    async with transaction():
        card = await open_wallet(api.town.id, api.town.resident.person_id, api.services.clock(), api.services.ids)
    await asyncio.gather(api.charge(5_000), api.charge(5_000, card))
    coupon = await api.coupon(perPerson=1)
    answers = await asyncio.gather(
        *[api.pay_with(500, coupon, wallet=wallet) for wallet in (api.town.wallet, card) for _ in range(10)]
    )
    refusals = refused(answers)
    assert (len(refusals), {refusal["reason"] for refusal in refusals}) == (19, {"PERSON_LIMIT"})
    assert await api.owed() == 500
    await api.town.assert_sound()


async def test_a_budget_is_never_overdrawn_and_what_is_left_still_serves(api: CouponApi):
    coupon = await api.coupon(budget=1_050)
    payers = [await api.town.new_resident() for _ in range(20)]
    await asyncio.gather(*[api.charge(1_000, wallet) for _, wallet in payers])
    answers = await asyncio.gather(
        *[api.pay_with(1_000, coupon, wallet=wallet, viewer=viewer) for viewer, wallet in payers]
    )
    refusals = refused(answers)
    assert len(refusals) == 10
    assert {(refusal["code"], refusal["reason"]) for refusal in refusals} == {("COUPON_USED_UP", "BUDGET_SPENT")}
    assert (await api.seen(coupon))["budgetLeft"] == 50
    viewer, wallet = payers[["code" in answer for answer in answers].index(True)]
    assert (await api.pay_with(500, coupon, wallet=wallet, viewer=viewer))["payment"]["discount"] == 50
    spent = await api.nothing_moved(api.pay_with(100, coupon, wallet=wallet, viewer=viewer))
    assert spent["reason"] == "BUDGET_SPENT"


async def test_a_stored_refusal_of_a_coupon_is_final_for_its_key(api: CouponApi):
    await api.charge(5_000)
    coupon = await api.coupon(perPerson=1)
    payment = (await api.pay_with(1_000, coupon))["payment"]
    key = str(uuid4())
    refusal = await api.pay_with(1_000, coupon, idempotencyKey=key)
    assert (refusal["code"], refusal["reason"], refusal["couponId"]) == ("COUPON_USED_UP", "PERSON_LIMIT", coupon)
    outcome = await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=key)
    assert outcome["state"] == "REFUSED"
    assert (outcome["refusal"]["reason"], outcome["refusal"]["couponId"]) == ("PERSON_LIMIT", coupon)
    await api.refund(payment["id"], 1_000)
    assert await api.pay_with(1_000, coupon, idempotencyKey=key) == refusal
    assert (await api.pay_with(1_000, coupon))["payment"]["discount"] == 100
    await api.town.assert_sound()


async def test_the_limit_of_a_day_is_new_at_midnight_in_tokyo(api: CouponApi, moved: MovableClock):
    await api.charge(5_000)
    coupon = await api.coupon(perDay=1)
    now = moved() + timedelta(hours=9)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    moved.forward(midnight - now - timedelta(minutes=1))
    assert "payment" in await api.pay_with(100, coupon)
    refusal = await api.nothing_moved(api.pay_with(100, coupon))
    assert (refusal["code"], refusal["reason"]) == ("COUPON_USED_UP", "DAY_LIMIT")
    moved.forward(timedelta(minutes=2))
    assert "payment" in await api.pay_with(100, coupon)
    assert (await api.nothing_moved(api.pay_with(100, coupon)))["reason"] == "DAY_LIMIT"


async def test_partial_refunds_return_the_discount_in_proportion_in_any_order(api: CouponApi):
    for amounts in ([1, 332, 667], [667, 332, 1], [500, 500], [1_000]):
        await api.charge(1_000)
        coupon = await api.coupon(budget=1_000, rateBp=3_333)
        before = (await api.balances())["COIN"]
        payment = (await api.pay_with(1_000, coupon))["payment"]
        assert payment["discount"] == 333
        returned = 0
        for amount in amounts:
            refund = (await api.refund(payment["id"], amount))["refund"]
            returned += amount - refund["discountReturned"]
            assert (await api.balances())["COIN"] == before - 667 + returned
        assert (await api.balances())["COIN"] == before
        assert (await api.seen(coupon))["budgetLeft"] == 1_000
        refusal = await api.refund(payment["id"], 1)
        assert (refusal["code"], refusal["refundable"]) == ("REFUND_EXCEEDS", 0)
        await api.town.assert_sound()


async def test_half_a_refund_leaves_half_the_discount(api: CouponApi):
    await api.charge(1_000)
    coupon = await api.coupon(kind="FIXED_AMOUNT", rateBp=None, amount=200, minimumSpend=1_000, perPerson=1)
    payment = (await api.pay_with(1_000, coupon))["payment"]
    assert (payment["refundable"], payment["refunded"]) == (1_000, 0)
    half = await api.refund(payment["id"], 500)
    assert half["refund"]["discountReturned"] == 100
    assert picked(half["payment"], "refunded", "refundable") == {"refunded": 500, "refundable": 500}
    assert await api.balances() == {"COIN": 600}
    assert await api.owed() == 500, "the store keeps the full price of what was not brought back"
    assert (await api.seen(coupon))["budgetLeft"] == 99_900
    assert (await api.nothing_moved(api.pay_with(1_000, coupon)))["reason"] == "PERSON_LIMIT", (
        "not refunded whole: the use stays"
    )
    await api.town.assert_sound()


@pytest.mark.parametrize("returns", [True, False])
async def test_a_whole_refund_gives_the_use_back_if_the_coupon_says_so(api: CouponApi, *, returns: bool):
    await api.charge(5_000)
    coupon = await api.coupon(perPerson=1, perDay=1, stock=1, returnsOnRefund=returns)
    payment = (await api.pay_with(1_000, coupon))["payment"]
    await api.refund(payment["id"], 400)
    assert (await api.pay_with(1_000, coupon))["reason"] == "PERSON_LIMIT"
    key = str(uuid4())
    answers = await asyncio.gather(*[api.refund(payment["id"], 600, idempotencyKey=key) for _ in range(5)])
    assert sum(not answer["replayed"] for answer in answers) == 1
    again = await api.pay_with(1_000, coupon)
    assert ("payment" in again) is returns
    assert (await api.seen(coupon))["stockLeft"] == 0
    await api.town.assert_sound()


async def test_a_payment_that_the_coupon_pays_alone_can_be_refunded_and_reversed_once(api: CouponApi):
    coupon = await api.coupon(rateBp=10_000, perPerson=1)
    payment = (await api.pay_with(800, coupon))["payment"]
    assert (payment["amount"], payment["discount"], payment["allocations"]) == (0, 800, [])
    assert payment["refundable"] == 800
    assert (await api.balances(), await api.owed()) == ({}, 800)
    town = api.town
    journal = decode(payment["id"])[2]
    approval = await propose_reversal(town.services, town.finance, town.id, journal, ReversalReason.FRAUD)
    reversal = await reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id)
    assert reversal.receipt.amount == 800
    assert (await api.owed(), (await api.seen(coupon))["budgetLeft"]) == (0, 100_000)
    assert (await api.refund(payment["id"], 1))["code"] == "REFUND_EXCEEDS"
    assert "payment" in await api.pay_with(800, coupon), "what never should have been is no use"
    await town.assert_sound()


async def test_coupons_and_the_rest_in_cash(api: CouponApi):
    await api.charge(300)
    coupon = await api.coupon()
    quoted = (await api.quote_with(1_000, coupon, restInCash=True))["quote"]
    assert (quoted["amount"], quoted["cashDue"]) == (900, 600)
    payment = (await api.pay_with(1_000, coupon, restInCash=True, quoteToken=quoted["token"]))["payment"]
    assert picked(payment, "amount", "cashDue", "discount", "listAmount", "refundable") == {
        "amount": 300,
        "cashDue": 600,
        "discount": 100,
        "listAmount": 1_000,
        "refundable": 400,
    }
    await api.refund(payment["id"], 400)
    assert (await api.balances(), await api.owed()) == ({"COIN": 300}, 0)
    await api.town.assert_sound()


async def test_the_same_price_with_the_same_coupon_within_a_minute_asks_first(api: CouponApi):
    await api.charge(5_000)
    coupon = await api.coupon()
    await api.pay_with(1_000, coupon)
    again = await api.nothing_moved(api.pay_with(1_000, coupon, confirmDuplicate=False))
    assert again["code"] == "POSSIBLE_DUPLICATE"


async def test_a_quote_with_a_coupon_is_what_is_paid_or_nothing(api: CouponApi):
    await api.charge(5_000)
    coupon, other = await api.coupon(), await api.coupon(rateBp=500)
    token = (await api.quote_with(1_000, coupon))["quote"]["token"]
    assert (await api.nothing_moved(api.pay_with(1_000, other, quoteToken=token)))["code"] == "QUOTE_CHANGED"
    assert (await api.nothing_moved(api.pay_with(1_000, quoteToken=token)))["code"] == "QUOTE_CHANGED"
    alike = await api.coupon()
    assert (await api.nothing_moved(api.pay_with(1_000, alike, quoteToken=token)))["code"] == "QUOTE_CHANGED", (
        "another coupon, the same price"
    )
    assert "payment" in await api.pay_with(1_000, coupon, quoteToken=token)


async def test_quotes_are_what_is_paid_for_many_coupons_and_amounts(api: CouponApi):
    """Random coupons in random sets, random amounts: each quote is the payment or its refusal."""
    chance = random.Random(20261125)
    await api.charge(200_000)
    coupons = [
        await api.coupon(
            stacking="WITH_OTHERS",
            rateBp=chance.randrange(1, 3_000),
            budget=3_000,
            discountMaximum=chance.choice([None, 50]),
        )
        for _ in range(4)
    ]
    coupons += [
        await api.coupon(
            kind="FIXED_AMOUNT",
            rateBp=None,
            amount=chance.randrange(1, 200),
            stacking="WITH_OTHERS",
            minimumSpend=chance.choice([None, 500]),
            stock=9,
        )
        for _ in range(3)
    ]
    coupons.append(await api.coupon(perDay=3))
    outcomes = set()
    for _ in range(60):
        chosen = chance.sample(coupons, chance.randrange(0, 4))
        amount = chance.randrange(1, 2_000)
        quoted, paid = await api.quote_with(amount, *chosen), await api.pay_with(amount, *chosen)
        outcomes.add(paid.get("reason", paid.get("code", "paid")))
        if "code" in quoted:
            data = ("code", "reason", "couponId", "available")
            assert {name: quoted.get(name) for name in data} == {name: paid.get(name) for name in data}
        else:
            payment, same = paid["payment"], ("coupons", "allocations", "amount")
            assert picked(quoted["quote"], *same) == picked(payment, *same)
            assert payment["amount"] + payment["discount"] == amount
    assert len(outcomes) >= 4, outcomes
    await api.town.assert_sound()


async def test_insufficient_balance_is_about_the_price_without_the_discount(api: CouponApi):
    await api.charge(890)
    coupon = await api.coupon()
    refusal = await api.nothing_moved(api.pay_with(1_000, coupon))
    assert (refusal["code"], refusal["available"]) == ("INSUFFICIENT_BALANCE", 890)
    await api.charge(10)
    assert (await api.pay_with(1_000, coupon))["payment"]["amount"] == 900
