"""S33 南部町: points by the amount and for taking part."""

from tests.support.api import Api
from tests.support.projects import parts_of


async def test_s33_points_by_amount_and_for_taking_part_spent_at_stores(api: Api):
    """南部町: stores give points by the amount, the town for volunteering, and both are spent at stores."""
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
    assert [(grant["amount"], len(grant["ruleTrace"])) for grant in quoted["pointGrants"]] == [(14, 2)], (
        "13 of 2,700 in coin, 1 for the visit"
    )
    paid = await api.pay(3_000, quoteToken=quoted["token"])
    [points] = paid["payment"]["pointGrants"]
    assert [(line["rule"]["name"], line["amount"], line["reason"]) for line in points["ruleTrace"]] == [
        ("200円につき1ポイント", 13, "APPLIED"),
        ("来店ポイント", 1, "APPLIED"),
    ]
    assert points["amount"] == 14
    assert sorted((after["asset"]["code"], after["moved"], after["posted"]) for after in paid["balances"]) == [
        ("ADMIN", -300, 0),
        ("COIN", -2_700, 7_300),
        ("SHOP", 14, 14),
    ]
    again = await api.pay(1_000)
    assert parts_of(again) == [("SHOP", 14), ("COIN", 986)], "points pay at stores"
    assert [grant["amount"] for grant in again["payment"]["pointGrants"]] == [4], (
        "986 in coin; the visit counts once a day"
    )
    assert await api.left(earning) == 100_000 - 18
    await api.town.assert_sound()
