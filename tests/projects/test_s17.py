"""S17 福井県: benefits with their own stores and days."""

from datetime import timedelta

from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.projects import classified_store


async def test_s17_limits_by_store_and_date(api: Api, moved: MovableClock):
    """福井県: where and when a benefit may be used is set per programme; benefits to named persons."""
    baby_store, supermarket = await classified_store(api, category="baby"), await classified_store(api, size_class=2)
    points = await api.asset("GIFT", nameJa="応援ギフト")
    begins, ends = timedelta(days=10), timedelta(days=40)
    births = await api.programme(
        points,
        500_000,
        nameJa="出産・子育て応援ギフト",
        nameEn="Birth gift",
        acceptance={"categories": ["baby"]},
        usableFrom=api.at(begins),
        expiresOn=api.day(ends),
        endsAt=api.at(timedelta(days=30)),
    )
    small = await api.programme(points, 500_000, nameJa="中小店応援", acceptance={"sizeClasses": ["SMALL"]})
    granted = await api.grant(births, 50_000)
    assert picked(granted["grant"]["allocations"], "expiresOn") == [{"expiresOn": api.day(ends)}]
    await api.grant(small, 1_000)
    assert (await api.pay(2_000, baby_store))["available"] == 1_000, "not before its first day"
    moved.forward(begins)
    payment = (await api.pay(2_000, baby_store))["payment"]
    assert [(part["amount"], part["reason"]) for part in payment["allocations"]] == [(2_000, "LAST")]
    refused = await api.pay(2_000, supermarket)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 0)
    moved.forward(timedelta(days=31))
    assert (await api.pay(2_000, baby_store))["available"] == 1_000, "not after its last day"
    await api.town.assert_sound()
