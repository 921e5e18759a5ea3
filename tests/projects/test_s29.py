"""S29 加西市: coupons of stores, on their days and hours."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> CouponApi:
    return CouponApi(town)


async def test_s29_coupons_of_stores_at_their_hours(api: CouponApi, moved: MovableClock):
    """加西市: a café gives a coffee on weekday afternoons by its own coupon, and doubles points on Sundays; beside it the town's 10 %."""
    now = moved() + timedelta(hours=9)
    monday_noon = (now + timedelta(days=7 - now.weekday())).replace(hour=12, minute=0, second=0, microsecond=0)
    own: dict[str, Any] = {"storeId": api.store(), "borneBy": "STORE", "budget": None, "rateBp": None}
    weekdays = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    coffee = await api.coupon(
        api.town.staff,
        **own,
        kind="FREE_ITEM",
        acceptance={"hours": {"weekdays": weekdays, "fromTime": "14:00", "untilTime": "17:00"}},
        perDay=1,
        nameJa="コーヒー1杯",
    )
    sunday = await api.coupon(
        api.town.staff,
        **own,
        kind="POINTS_MULTIPLIER",
        multiplierBp=20_000,
        acceptance={"hours": {"weekdays": ["SUNDAY"]}},
        stacking="WITH_OTHERS",
    )
    town = await api.coupon(stacking="WITH_OTHERS")
    await api.charge(10_000)

    moved.forward(monday_noon - now)
    page = await api.list(api.town.resident, storeId=api.store())
    assert {edge["node"]["id"]: edge["whyNot"] and edge["whyNot"]["obstacle"] for edge in page["edges"]} == {
        coffee: "OTHER_HOUR",
        sunday: "OTHER_DAY",
        town: None,
    }
    assert (await api.nothing_moved(api.redeem({"couponId": coffee})))["reason"] == "OTHER_HOUR"
    moved.forward(timedelta(hours=2))
    handed = await api.redeem({"couponId": coffee}, viewer=api.town.staff)
    assert handed["redemption"]["item"] == "COUPON"
    assert (await api.nothing_moved(api.redeem({"couponId": coffee})))["reason"] == "DAY_LIMIT"
    moved.forward(timedelta(days=1))
    assert "redemption" in await api.redeem({"couponId": coffee})
    moved.forward(timedelta(days=5))
    assert (await api.nothing_moved(api.redeem({"couponId": coffee})))["reason"] == "OTHER_DAY"
    assert (await api.nothing_moved(api.pay_with(2_000, sunday, town)))["reason"] == "NO_POINTS", (
        "there is nothing to double"
    )
    points = await api.earning(await api.asset("POINT", kind="SHOPPING_POINT"), 1_000)
    await api.rule(points)
    payment = (await api.pay_with(2_000, sunday, town))["payment"]
    assert picked(payment["coupons"], "discount", "multiplierBp", "borneBy") == [
        {"discount": 200, "multiplierBp": None, "borneBy": "TOWN"},
        {"discount": 0, "multiplierBp": 20_000, "borneBy": "STORE"},
    ]
    assert (payment["amount"], await api.owed()) == (1_800, 2_000)
    assert (await api.balances())["POINT"] == 36, "twice 1 % of the 1,800 that were paid"
    await api.town.assert_sound()
