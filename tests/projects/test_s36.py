"""S36 石井町: e-coupons for tourists."""

import asyncio
from datetime import timedelta

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
    """石井町: visitors claim 1,000 yen off a stay of 3,000 and more at inns and stores of the area, 20 in all, one each, borne by the town."""
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
    holders = [visitors[index] for index, claim in enumerate(claims) if "claim" in claim]
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
    answers = await asyncio.gather(
        *[api.pay_with(4_000, coupon, wallet=purse, viewer=guest) for guest, purse in holders[:15]]
    )
    stays = [answer["payment"] for answer in answers]
    assert {(stay["amount"], stay["discount"]) for stay in stays} == {(3_000, 1_000)}
    assert await api.owed() == 60_000, "the inns get the full price of 15 stays"
    assert (await api.seen(coupon))["budgetLeft"] == 5_000

    await api.refund(stays[0]["id"], 4_000)
    assert (await api.seen(coupon))["budgetLeft"] == 6_000
    assert "payment" in await api.pay_with(3_000, coupon, wallet=wallet, viewer=viewer), (
        "a stay that was called off gives the coupon back"
    )
    moved.forward(timedelta(days=31))
    late_guest, late_wallet = holders[16]
    late = api.pay_with(4_000, coupon, wallet=late_wallet, viewer=late_guest)
    assert (await api.nothing_moved(late))["reason"] == "ENDED"
