"""Shopping points in small towns as the projects' sheets describe them.

Set up through the contract and played through.
"""

from datetime import timedelta

from tests.projects.test_value import shop
from tests.support.api import Api
from tests.support.clock import MovableClock


async def test_s33_points_by_amount_and_for_taking_part_spent_at_shops(api: Api):
    """南部町: shops give points by the amount, the town for volunteering, and both are spent at shops."""
    shopping = await api.asset(
        "SHOP", kind="SHOPPING_POINT", nameJa="お買い物ポイント", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=12
    )
    admin = await api.asset("ADMIN", nameJa="行政ポイント", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=6)
    earning = await api.earning(shopping, 100_000, nameJa="なんぶお買い物ポイント")
    await api.rule(earning, nameJa="200円につき1ポイント", rateBp=50)
    await api.rule(earning, nameJa="来店ポイント", kind="PER_VISIT", points=1, capPerDay=1, minimumAmount=100)
    volunteers = await api.programme(admin, 10_000, nameJa="ボランティア")
    await api.charge(10_000)
    await api.grant(volunteers, 300)

    quoted = (await api.quote(3_000))["quote"]
    assert [(one["amount"], len(one["ruleTrace"])) for one in quoted["pointGrants"]] == [(14, 2)], (
        "13 of 2,700 in coin, 1 for the visit"
    )
    paid = await api.pay(3_000, quoteToken=quoted["token"])
    [points] = paid["payment"]["pointGrants"]
    assert [(one["rule"]["name"], one["amount"], one["reason"]) for one in points["ruleTrace"]] == [
        ("200円につき1ポイント", 13, "APPLIED"),
        ("来店ポイント", 1, "APPLIED"),
    ]
    assert points["amount"] == 14
    assert sorted((one["asset"]["code"], one["moved"], one["posted"]) for one in paid["balances"]) == [
        ("ADMIN", -300, 0),
        ("COIN", -2_700, 7_300),
        ("SHOP", 14, 14),
    ]
    again = (await api.pay(1_000))["payment"]
    assert [(one["asset"]["code"], one["amount"]) for one in again["allocations"]] == [("SHOP", 14), ("COIN", 986)], (
        "points pay at shops"
    )
    assert [one["amount"] for one in again["pointGrants"]] == [4], "986 in coin; the visit counts once a day"
    assert await api.left(earning) == 100_000 - 18
    await api.town.assert_sound()


async def test_s42_one_percent_on_charges_and_one_percent_on_use(api: Api):
    """高千穂町: 1 % when charging, 1 % back on use."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", nameJa="高千穂ポイント")
    charge = await api.bonus(points, 100_000, 100, nameJa="チャージ1%")
    use = await api.earning(points, 100_000, nameJa="利用1%")
    await api.rule(use, nameJa="利用額の1%")
    charged = await api.charge(10_000)
    assert [one["amount"] for one in charged["charge"]["bonuses"]] == [100]
    spent = await api.pay(5_050)
    assert [one["amount"] for one in spent["payment"]["pointGrants"]] == [50], "of 5,050 in coin, rounded down"
    assert await api.balances() == {"COIN": 4_950, "POINT": 150}
    everything = await api.pay(5_100)
    assert [(one["asset"]["code"], one["amount"]) for one in everything["payment"]["allocations"]] == [
        ("COIN", 4_950),
        ("POINT", 100),
        ("POINT", 50),
    ], "the coin ends first; then the points of the charge and those of the use"
    assert await api.balances() == {"POINT": 49}, "1 % of 4,950 in coin"
    assert (await api.left(charge), await api.left(use)) == (99_900, 99_901)
    await api.town.assert_sound()


async def test_points_wait_for_the_end_of_the_refund_window(api: Api, moved: MovableClock):
    """Points of today may be spent from a later midnight; a refund before takes them all."""
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    earning = await api.earning(points, 1_000, activatesAfterDays=7, clawbackRule="DEBT")
    await api.rule(earning, rateBp=1_000)
    await api.charge(1_000)
    paid = await api.pay(1_000)
    [given] = paid["payment"]["pointGrants"]
    assert given["amount"] == 100
    assert given["usableFrom"].startswith(api.day(timedelta(days=6))), "15:00 UTC the day before is midnight in Tokyo"
    refused = await api.pay(50)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 0)
    assert await waiting(api) == (100, 0, 100, [given["usableFrom"]]), "付与予定"
    back = await api.refund(paid["payment"]["id"], 500)
    assert back["refund"]["pointClawbacks"] == [
        {"amount": 50, "deducted": 0, "debt": 0, "waived": 0, "asset": {"code": "POINT"}}
    ]
    assert await waiting(api) == (50, 0, 50, [given["usableFrom"]])
    moved.forward(timedelta(days=7))
    assert await waiting(api) == (50, 50, 0, [None])
    assert (await api.pay(550))["payment"]["pointGrants"][0]["amount"] == 50, (
        "coin 500 and points 50 pay; the coin earns"
    )
    assert await api.balances() == {"POINT": 50}
    await api.town.assert_sound()


async def waiting(api: Api) -> tuple[int, int, int, list[str | None]]:
    """Of the points: all, what may be spent now, what waits, and from when each lot may be spent."""
    query = "query($id: ID!) { wallet(id: $id) { balances { posted available pending lots { usableFrom } asset { code } } } }"
    found = (await api.ask(api.town.resident, query, id=api.wallet()))["balances"]
    [points] = [one for one in found if one["asset"]["code"] == "POINT"]
    assert all(one["pending"] == 0 for one in found if one is not points)
    return points["posted"], points["available"], points["pending"], [lot["usableFrom"] for lot in points["lots"]]


async def test_weekdays_hours_shops_and_segments(api: Api, moved: MovableClock):
    """A market street: five percent on Friday mornings at its shops, one percent otherwise, not both."""
    street, elsewhere = await shop(api, store_group="street"), await shop(api)
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

    async def trace(store: object) -> list[tuple[str, int]]:
        [given] = (await api.pay(1_000, store))["payment"]["pointGrants"]  # type: ignore[arg-type]
        return [(one["rule"]["name"], one["amount"]) for one in given["ruleTrace"]]

    assert await trace(street) == [("朝市", 50)]
    assert await trace(elsewhere) == [("いつもの1%", 10)]
    moved.forward(timedelta(hours=2))
    assert await trace(street) == [("いつもの1%", 10)], "12:00 is after it"
    claim = "mutation($input: RecordClaimInput!) { recordClaim(input: $input) { ... on RecordClaimSuccess { verifiedAt } } }"
    await api.ask(
        api.town.desk, claim, input={"walletId": api.wallet(), "resident": True, "birthYear": friday.year - 65}
    )
    assert await trace(elsewhere) == [("いつもの1%", 10), ("シニア", 3)]
    await api.town.assert_sound()
