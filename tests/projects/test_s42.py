"""S42 高千穂町: points on charges and on use."""

from tests.support.api import Api
from tests.support.projects import parts_of


async def test_s42_one_percent_on_charges(api: Api):
    """高千穂町: 1 % charge points, and a campaign beside it."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", nameJa="チャージポイント")
    await api.bonus(points, 100_000, 100, nameJa="チャージ1%")
    await api.bonus(points, 100_000, 500, nameJa="年末キャンペーン", nameEn="Year's end")
    quoted = (await api.quote_charge(3_333))["quote"]["bonuses"]
    assert sorted(bonus["amount"] for bonus in quoted) == [33, 166], "rounded down, each of its own"
    charge = (await api.charge(3_333))["charge"]
    assert sorted(bonus["amount"] for bonus in charge["bonuses"]) == [33, 166]
    assert await api.balances() == {"COIN": 3_333, "POINT": 199}
    await api.town.assert_sound()


async def test_s42_one_percent_on_charges_and_one_percent_on_use(api: Api):
    """高千穂町: 1 % when charging, 1 % back on use."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", nameJa="高千穂ポイント")
    charge = await api.bonus(points, 100_000, 100, nameJa="チャージ1%")
    use = await api.earning(points, 100_000, nameJa="利用1%")
    await api.rule(use, nameJa="利用額の1%")
    charged = await api.charge(10_000)
    assert [bonus["amount"] for bonus in charged["charge"]["bonuses"]] == [100]
    spent = await api.pay(5_050)
    assert [grant["amount"] for grant in spent["payment"]["pointGrants"]] == [50], "of 5,050 in coin, rounded down"
    assert await api.balances() == {"COIN": 4_950, "POINT": 150}
    everything = await api.pay(5_100)
    assert parts_of(everything) == [("COIN", 4_950), ("POINT", 100), ("POINT", 50)], (
        "the coin ends first; then the points of the charge and those of the use"
    )
    assert await api.balances() == {"POINT": 49}, "1 % of 4,950 in coin"
    assert (await api.left(charge), await api.left(use)) == (99_900, 99_901)
    await api.town.assert_sound()
