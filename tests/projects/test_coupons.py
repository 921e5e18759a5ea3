"""Small towns as the projects' sheets describe them, with coupons, played through the contract."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.database import rows
from domain.stores.reads import STORES
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> CouponApi:
    return CouponApi(town)


async def test_s36_e_coupons_for_tourists(api: CouponApi, moved: MovableClock):
    """石井町: visitors claim 1,000 yen off a stay of 3,000 and more at inns and shops of the area, 20 in all, one each, borne by the town."""
    await rows("update store set area = 'station' where municipality_id = $1 and id = $2", api.town.id, api.town.store)
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    coupon = await api.coupon(
        kind="FIXED_AMOUNT",
        rateBp=None,
        amount=1_000,
        minimumSpend=3_000,
        budget=20_000,
        stock=20,
        perPerson=1,
        claimRequired=True,
        nameJa="観光客向けデジタルクーポン",
        nameEn="Welcome coupon",
        acceptance={"areas": ["station"]},
        endsAt=api.at(timedelta(days=30)),
    )
    visitors = [await api.town.new_resident() for _ in range(25)]
    claims = await asyncio.gather(*[api.claim(coupon, wallet, viewer) for viewer, wallet in visitors])
    holders = [visitors[index] for index, one in enumerate(claims) if "claim" in one]
    assert len(holders) == 20, "no town has to know a visitor: there is no condition on people"
    await asyncio.gather(*[api.charge(10_000, wallet) for _, wallet in holders])

    viewer, wallet = holders[0]
    english = await api.list(viewer, "en")
    assert (english["edges"][0]["node"]["name"], english["edges"][0]["whyNot"]) == ("Welcome coupon", None)
    too_little = await api.nothing_moved(api.pay_with(2_999, coupon, wallet=wallet, viewer=viewer, locale="en"))
    assert (too_little["reason"], too_little["message"]) == (
        "MINIMUM_SPEND",
        "This coupon cannot be used now. The price is below what the coupon asks for.",
    )
    stays = await asyncio.gather(*[api.pay_with(4_000, coupon, wallet=one, viewer=who) for who, one in holders[:15]])
    assert {(one["payment"]["amount"], one["payment"]["discount"]) for one in stays} == {(3_000, 1_000)}
    assert await api.owed() == 60_000, "the inns get the full price of 15 stays"
    assert (await api.seen(coupon))["budgetLeft"] == 5_000

    await api.refund(stays[0]["payment"]["id"], 4_000)
    assert (await api.seen(coupon))["budgetLeft"] == 6_000
    assert "payment" in await api.pay_with(3_000, coupon, wallet=wallet, viewer=viewer), (
        "a stay that was called off gives the coupon back"
    )
    moved.forward(timedelta(days=31))
    who, late = holders[16]
    assert (await api.nothing_moved(api.pay_with(4_000, coupon, wallet=late, viewer=who)))["reason"] == "ENDED"


async def test_s29_coupons_of_shops_at_their_hours(api: CouponApi, moved: MovableClock):
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
    page = await api.list(api.town.resident, store=api.store())
    assert {edge["node"]["id"]: edge["whyNot"] and edge["whyNot"]["reason"] for edge in page["edges"]} == {
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
    paid = await api.pay_with(2_000, sunday, town)
    assert [(one["discount"], one["multiplierBp"], one["borneBy"]) for one in paid["payment"]["coupons"]] == [
        (200, None, "TOWN"),
        (0, 20_000, "STORE"),
    ]
    assert (paid["payment"]["amount"], await api.owed()) == (1_800, 2_000)
    assert (await api.balances())["POINT"] == 36, "twice 1 % of the 1,800 that were paid"
    await api.town.assert_sound()
