"""Nothing is issued whose last day is over: it is refused, or left out, and is no fault."""

from datetime import timedelta

from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import to_tokyo


async def test_a_programme_gives_nothing_after_the_last_day_of_its_value(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    last = api.day(timedelta(days=3))
    by_asset = await api.programme(await api.asset("FIXED", expiryRule="FIXED_DATE", expiresOn=last), 1_000)
    points = await api.asset("POINT")
    by_programme = await api.programme(points, 1_000, expiresOn=last)
    campaign = await api.bonus(points, 1_000, 1_000, expiresOn=last)
    other = await api.bonus(points, 1_000, 500)
    moved.forward(timedelta(days=3))
    granted = [(await api.grant(programme, 100))["grant"]["amount"] for programme in (by_asset, by_programme)]
    assert granted == [100, 100], "on the last day"
    moved.forward(timedelta(days=1))
    for programme in (by_asset, by_programme):
        assert (await api.grant(programme, 100))["code"] == "PROGRAMME_CLOSED"
    assert [bonus["amount"] for bonus in (await api.quote_charge(1_000))["quote"]["bonuses"]] == [50]
    assert [bonus["amount"] for bonus in (await api.charge(1_000))["charge"]["bonuses"]] == [50]
    left = [await api.left(programme) for programme in (by_asset, by_programme, campaign, other)]
    assert left == [900, 900, 1_000, 950]
    await api.town.assert_sound()


async def test_a_coin_is_not_charged_after_its_last_day(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    last = api.day(timedelta(days=1))
    coin = await api.asset(
        "FAIR", kind="COIN", paid=True, chargeMaximum=10_000, expiryRule="FIXED_DATE", expiresOn=last
    )
    moved.forward(timedelta(days=1))
    assert (await api.charge(100, assetId=coin))["charge"]["amount"] == 100
    moved.forward(timedelta(days=1))
    assert (await api.charge(100, assetId=coin))["code"] == "UNKNOWN_ASSET"
    await api.town.assert_sound()
