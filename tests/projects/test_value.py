"""Small towns as the projects' sheets describe them, set up through the contract and played through."""

from datetime import timedelta
from typing import Any

from domain.stores.open_store import NewStore, open_store
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.town import next_number


async def shop(api: Api, **facts: Any) -> Any:
    """A shop with a category, group, size or area."""
    from domain.codes.merchant_code import merchant_reference
    from domain.database import transaction

    number = next_number()
    given = {
        "name": f"商店{number}",
        "name_kana": "ショウテン",
        "name_roman": "SHOTEN",
        "category": "food",
        "merchant_category_code": "5411",
    }
    async with transaction():
        new = NewStore(**{**given, **facts}, merchant_code=merchant_reference(api.town.id, number), store_code="S01")
        return await open_store(api.town.id, new, api.services.clock(), api.services.ids)


async def test_s11_village_bonus_on_charges_with_an_end_and_designated_shops_only(api: Api, moved: MovableClock):
    """片品村: charge with a village-funded bonus; value ends; designated shops only; settlement against the budget."""
    inn, outsider = await shop(api, store_group="designated"), await shop(api)
    bonus = await api.asset(
        "BONUS",
        kind="BONUS_COIN",
        nameJa="プレミアム",
        expiryRule="MONTHS_AFTER_ISSUE",
        expiresAfterMonths=3,
        acceptance={"groups": ["designated"]},
    )
    campaign = await api.bonus(bonus, 5_000, 2_000, capPerPerson=3_000)
    assert [one["amount"] for one in (await api.quote_charge(10_000))["quote"]["bonuses"]] == [2_000]
    charged = await api.charge(10_000)
    assert (charged["charge"]["amount"], [one["amount"] for one in charged["charge"]["bonuses"]]) == (10_000, [2_000])
    assert [one["amount"] for one in (await api.charge(10_000))["charge"]["bonuses"]] == [1_000], (
        "the person's cap of 3,000"
    )
    neighbour, their_wallet = await api.town.new_resident()
    assert [one["amount"] for one in (await api.charge(50_000, their_wallet))["charge"]["bonuses"]] == [2_000], (
        "first come until the budget ends"
    )
    assert (await api.charge(1_000, their_wallet))["charge"]["bonuses"] == []
    assert await api.left(campaign) == 0
    assert await api.balances(neighbour, their_wallet) == {"COIN": 51_000, "BONUS": 2_000}

    elsewhere = await api.pay(500, outsider)
    assert [one["asset"]["code"] for one in elsewhere["payment"]["allocations"]] == ["COIN"], (
        "the bonus is for designated shops"
    )
    stay = await api.pay(3_500, inn)
    assert [(one["asset"]["code"], one["amount"]) for one in stay["payment"]["allocations"]] == [
        ("BONUS", 3_000),
        ("COIN", 500),
    ]

    moved.forward(timedelta(days=94))
    assert (await api.pay(1, inn))["payment"]["allocations"][0]["asset"]["code"] == "COIN"
    await api.town.assert_sound()


async def test_s16_cash_charge_in_town_with_bonus_and_points_beside_it(api: Api):
    """糸魚川市: cash charge with a bonus; administrative points are money too, and both are one payment."""
    bonus = await api.asset("BONUS", kind="BONUS_COIN", nameJa="おまけ")
    points = await api.asset("POINT", expiryRule="MONTH_END_AFTER_MONTHS", expiresAfterMonths=6)
    await api.bonus(bonus, 1_000_000, 1_000)
    health = await api.programme(points, 10_000, nameJa="健康ポイント")
    agent = await api.ask(
        api.town.staff,
        "mutation($input: ChargeInput!) { charge(input: $input) { ... on ChargeSuccess { charge { store { id } bonuses { amount } } } } }",
        input={
            "idempotencyKey": "0192b3c4-0000-7000-8000-0000000000a1",
            "wallet": {"walletId": api.wallet()},
            "assetId": api.coin,
            "amount": 5_000,
            "storeId": api.store(),
        },
    )
    assert (agent["charge"]["bonuses"], agent["charge"]["store"]["id"]) == ([{"amount": 500}], api.store())
    await api.grant(health, 300)
    paid = await api.pay(1_000)
    assert [(one["asset"]["code"], one["amount"], one["reason"]) for one in paid["payment"]["allocations"]] == [
        ("POINT", 300, "EXPIRES_FIRST"),
        ("COIN", 700, "LAST"),
    ], "the coin ends in 12 months, before the bonus without an end"
    assert await api.balances() == {"COIN": 4_300, "BONUS": 500}
    await api.town.assert_sound()


async def test_s17_limits_by_shop_and_date(api: Api, moved: MovableClock):
    """福井県: where and when a benefit may be used is set per programme; benefits to named persons."""
    baby_shop, supermarket = await shop(api, category="baby"), await shop(api, size_class=2)
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
    assert granted["grant"]["allocations"] == [{"expiresOn": api.day(ends)}]
    await api.grant(small, 1_000)
    assert (await api.pay(2_000, baby_shop))["available"] == 1_000, "not before its first day"
    moved.forward(begins)
    paid = await api.pay(2_000, baby_shop)
    assert [(one["amount"], one["reason"]) for one in paid["payment"]["allocations"]] == [(2_000, "LAST")]
    assert (await api.pay(2_000, supermarket))["code"] == "INSUFFICIENT_BALANCE"
    assert (await api.pay(2_000, supermarket))["available"] == 0
    moved.forward(timedelta(days=31))
    assert (await api.pay(2_000, baby_shop))["available"] == 1_000, "not after its last day"
    await api.town.assert_sound()


async def test_s18_marriage_and_birth_gifts_on_card_or_phone(api: Api):
    """木曽町: 20,000 for a marriage and 50,000 for a child, once each, at shops in town."""
    voucher = await api.asset("GIFT", nameJa="祝金電子商品券", minimumUnit=500)
    marriage = await api.programme(voucher, 400_000, nameJa="結婚祝金", capPerPerson=20_000)
    birth = await api.programme(voucher, 1_000_000, nameJa="出生祝金", capPerPerson=50_000)
    assert (await api.grant(marriage, 20_000))["grant"]["amount"] == 20_000
    again = await api.grant(marriage, 20_000)
    assert (again["code"], again["available"]) == ("CAP_EXCEEDED", 0)
    await api.grant(birth, 50_000)
    await api.charge(1_000)
    paid = await api.pay(1_234)
    assert [(one["asset"]["code"], one["amount"]) for one in paid["payment"]["allocations"]] == [
        ("GIFT", 1_000),
        ("COIN", 234),
    ]
    house = await api.pay(60_001)
    assert [(one["asset"]["code"], one["amount"]) for one in house["payment"]["allocations"]] == [
        ("GIFT", 19_000),
        ("GIFT", 41_000),
        ("COIN", 1),
    ]
    assert (await api.pay(9_999))["code"] == "INSUFFICIENT_BALANCE"
    await api.town.assert_sound()


async def test_s19_many_programmes_in_one_app(api: Api):
    """関市: six programmes side by side, each with its own budget, told apart in the explanation."""
    points = await api.asset("SEKI", nameJa="関ポイント")
    names = ["子育て給付", "住宅取得報奨", "結婚祝い", "妊娠祝い", "紙おむつ", "健康ポイント"]
    made = [
        await api.programme(points, 10_000, nameJa=name, nameEn=f"Programme {number}")
        for number, name in enumerate(names)
    ]
    for programme in made:
        await api.grant(programme, 1_000)
    paid = await api.pay(6_000)
    told = paid["payment"]["explain"]
    assert len(told) == 6
    assert all(any(f"「{name}」で受け取った分です。" in sentence for sentence in told) for name in names)
    assert [await api.left(programme) for programme in made] == [9_000] * 6
    listed = await api.ask(None, "query($m: String!) { programmes(municipality: $m) { name budgetLeft } }", m=api.code)
    assert sorted(one["name"] for one in listed) == sorted(names)
    assert {one["budgetLeft"] for one in listed} == {None}, "what is left is for the town's staff"
    await api.town.assert_sound()


async def test_s42_one_percent_on_charges(api: Api):
    """高千穂町: 1 % charge points, and a campaign beside it."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", nameJa="チャージポイント")
    await api.bonus(points, 100_000, 100, nameJa="チャージ1%")
    await api.bonus(points, 100_000, 500, nameJa="年末キャンペーン", nameEn="Year's end")
    quoted = (await api.quote_charge(3_333))["quote"]["bonuses"]
    assert sorted(one["amount"] for one in quoted) == [33, 166], "rounded down, each of its own"
    charged = await api.charge(3_333)
    assert sorted(one["amount"] for one in charged["charge"]["bonuses"]) == [33, 166]
    assert await api.balances() == {"COIN": 3_333, "POINT": 199}
    await api.town.assert_sound()
