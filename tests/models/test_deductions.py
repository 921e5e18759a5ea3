"""Points that a refund keeps yen for.

In parts, out of lots that have ended, and of payments that were made with such points.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import to_tokyo
from tests.support.told import assert_receipts_tell_the_truth


async def assert_sound(api: Api) -> None:
    await assert_receipts_tell_the_truth(api.town.id)
    await api.town.assert_sound()


def taken(answer: Any) -> tuple[int, int, int, int]:
    rows = answer["refund"]["pointClawbacks"]
    return tuple(sum(row[name] for row in rows) for name in ("amount", "deducted", "debt", "waived"))  # type: ignore[return-value]


@pytest.mark.parametrize("parts", [[1_000], [1, 999], [999, 1], [60, 60, 880], [500, 500]])
async def test_a_refund_of_one_yen_first_does_not_let_points_go(api: Api, parts: list[int]):
    programme = await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), 1_000, clawbackRule="DEDUCT")
    await api.rule(programme, kind="PER_VISIT", points=100, minimumAmount=1_000)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]["id"]
    await api.pay(100)
    answers = [await api.refund(payment, part) for part in parts]
    assert sum(taken(answer)[1] for answer in answers) == 100
    assert sum(sum(taken(answer)) for answer in answers) == 100
    assert await api.balances() == {"COIN": 900}
    await assert_sound(api)


async def test_what_no_part_can_pay_is_let_go_with_the_last(api: Api):
    programme = await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), 1_000, clawbackRule="DEDUCT")
    await api.rule(programme, kind="PER_VISIT", points=100, minimumAmount=60)
    await api.charge(60)
    payment = (await api.pay(60))["payment"]["id"]
    await api.pay(100)
    assert [taken(await api.refund(payment, part)) for part in (20, 40)] == [(0, 20, 0, 0), (0, 40, 0, 40)]
    assert await api.balances() == {}
    await assert_sound(api)


async def test_a_payment_with_points_of_the_same_programme_can_be_given_back(api: Api):
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000, clawbackRule="DEDUCT")
    await api.rule(programme, kind="PER_VISIT", points=100, baseAssetIds=[points], capPerDay=100)
    await api.rule(programme, rateBp=1_000)
    await api.charge(1_000)
    await api.pay(1_000)
    payment = (await api.pay(60))["payment"]["id"]
    await api.pay(140)
    answer = await api.refund(payment, 60)
    assert taken(answer) == (60, 0, 0, 40), "60 points came back and were taken; there is no yen to keep"
    assert await api.balances() == {}
    await assert_sound(api)


async def test_ended_lots_that_fall_into_one_fresh_lot_are_deducted_once(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000, clawbackRule="DEDUCT")
    fresh = {
        "refundedAfterExpiry": "FRESH_DAYS",
        "freshDays": 14,
        "expiryRule": "MONTHS_AFTER_ISSUE",
        "expiresAfterMonths": 1,
    }
    gift = await api.asset("GIFT", **fresh)
    await api.rule(programme, rateBp=1_000, baseAssetIds=[gift])
    source = await api.programme(gift, 1_000)
    await api.grant(source, 200)
    moved.forward(timedelta(days=2))
    await api.grant(source, 300)
    payment = (await api.pay(500))["payment"]["id"]
    await api.pay(50)
    moved.forward(timedelta(days=40))
    answer = await api.refund(payment, 500)
    assert taken(answer) == (0, 50, 0, 0)
    assert sum(allocation["amount"] for allocation in answer["refund"]["allocations"]) == 450
    assert await api.balances() == {"GIFT": 450}
    await assert_sound(api)


async def test_a_deduction_keeps_part_of_a_renewed_lots_refund(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    coin = await api.asset(
        "USED", kind="COIN", paid=True, chargeMaximum=45_000, expiryRule="LAST_USE_MONTHS", expiresAfterMonths=6
    )
    programme = await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), 1_000, clawbackRule="DEDUCT")
    await api.rule(programme, rateBp=1_000)
    await api.charge(3_000, assetId=coin)
    moved.forward(timedelta(days=20))
    payment = (await api.pay(1_000))["payment"]["id"]
    await api.pay(100, excludeAssetIds=[coin])
    answer = await api.refund(payment, 400)
    assert (taken(answer), await api.balances()) == ((0, 40, 0, 0), {"USED": 2_360})
    moved.forward(timedelta(days=300))
    assert taken(await api.refund(payment, 600)) == (0, 60, 0, 0), "into a lot that has ended"
    await assert_sound(api)
