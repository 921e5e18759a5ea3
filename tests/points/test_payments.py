"""Points of payments: when they may be spent, and where and when they are earned."""

from datetime import timedelta
from uuid import UUID

from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.projects import classified_store


async def test_points_wait_for_the_end_of_the_refund_window(api: Api, moved: MovableClock):
    """Today's points are usable from a later midnight; a refund before it claws all of them back."""
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    earning = await api.earning(points, 1_000, activatesAfterDays=7, clawbackRule="DEBT")
    await api.rule(earning, rateBp=1_000)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]
    [points_granted] = payment["pointGrants"]
    usable_from = points_granted["usableFrom"]
    assert points_granted["amount"] == 100
    assert usable_from.startswith(api.day(timedelta(days=6))), "15:00 UTC the day before is midnight in Tokyo"
    refusal = await api.pay(50)
    assert (refusal["code"], refusal["available"]) == ("INSUFFICIENT_BALANCE", 0)
    assert await waiting(api) == (100, 0, 100, [usable_from]), "付与予定"
    refund = (await api.refund(payment["id"], 500))["refund"]
    assert picked(refund["pointClawbacks"], "amount", "deducted", "debt", "waived", "asset.code") == [
        {"amount": 50, "deducted": 0, "debt": 0, "waived": 0, "asset": {"code": "POINT"}}
    ]
    assert await waiting(api) == (50, 0, 50, [usable_from])
    moved.forward(timedelta(days=7))
    assert await waiting(api) == (50, 50, 0, [None])
    assert (await api.pay(550))["payment"]["pointGrants"][0]["amount"] == 50, (
        "coin 500 and points 50 pay; the coin earns"
    )
    assert await api.balances() == {"POINT": 50}
    await api.town.assert_sound()


async def waiting(api: Api) -> tuple[int, int, int, list[str | None]]:
    """Points of the wallet: posted, available, pending, and the time from which each lot is usable."""
    balances = (await api.ask(api.town.resident, "Wallet", id=api.wallet()))["balances"]
    [points] = [balance for balance in balances if balance["asset"]["code"] == "POINT"]
    assert all(balance["pending"] == 0 for balance in balances if balance is not points)
    return points["posted"], points["available"], points["pending"], [lot["usableFrom"] for lot in points["lots"]]


async def test_weekdays_hours_stores_and_segments(api: Api, moved: MovableClock):
    """A market street: five percent on Friday mornings at its stores, one percent otherwise, not both."""
    street, elsewhere = await classified_store(api, store_group="street"), await classified_store(api)
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    earning = await api.earning(points, 10_000)
    await api.rule(
        earning,
        nameJa="朝市",
        rateBp=500,
        priority=10,
        stacking="ALONE",
        acceptance={"groups": ["street"], "hours": {"weekdays": ["FRIDAY"], "fromTime": "06:00", "untilTime": "12:00"}},
    )
    await api.rule(earning, nameJa="いつもの1%")
    await api.rule(
        earning, nameJa="シニア", kind="PER_VISIT", points=3, eligibility={"residentsOnly": True, "ageFrom": 65}
    )
    await api.charge(50_000)
    tokyo = api.services.clock() + timedelta(hours=9)
    friday = tokyo.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=(4 - tokyo.weekday()) % 7 or 7)
    moved.forward(friday - tokyo)

    async def trace(store: UUID) -> list[tuple[str, int]]:
        [grant] = (await api.pay(1_000, store))["payment"]["pointGrants"]
        return [(line["rule"]["name"], line["amount"]) for line in grant["ruleTrace"]]

    assert await trace(street) == [("朝市", 50)]
    assert await trace(elsewhere) == [("いつもの1%", 10)]
    moved.forward(timedelta(hours=2))
    assert await trace(street) == [("いつもの1%", 10)], "12:00 is after it"
    verified = {"walletId": api.wallet(), "resident": True, "birthYear": friday.year - 65}
    await api.ask(api.town.desk, "RecordClaim", input=verified)
    assert await trace(elsewhere) == [("いつもの1%", 10), ("シニア", 3)]
    await api.town.assert_sound()
