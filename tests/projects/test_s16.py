"""S16 糸魚川市: cash charges with a bonus, and points that become currency."""

from domain.identifiers import decode
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.lifecycle import charged, to_tokyo


async def test_s16_cash_charge_in_town_with_bonus_and_points_beside_it(api: Api):
    """糸魚川市: cash charge with a bonus; administrative points are money too, and both are one payment."""
    bonus = await api.asset("BONUS", kind="BONUS_COIN", nameJa="おまけ")
    points = await api.asset("POINT", expiryRule="MONTH_END_AFTER_MONTHS", expiresAfterMonths=6)
    await api.bonus(bonus, 1_000_000, 1_000)
    health = await api.programme(points, 10_000, nameJa="健康ポイント")
    at_agent = await charged(api, 5_000, api.town.staff, storeId=api.store())
    assert (at_agent["bonuses"], at_agent["store"]["id"]) == ([], api.store()), "only the resident sees it"
    receipt = await api.ask(api.town.resident, "Receipt", id=at_agent["id"])
    assert picked(receipt["bonuses"], "amount") == [{"amount": 500}]
    await api.grant(health, 300)
    payment = (await api.pay(1_000))["payment"]
    assert [(part["asset"]["code"], part["amount"], part["reason"]) for part in payment["allocations"]] == [
        ("POINT", 300, "EXPIRES_FIRST"),
        ("COIN", 700, "LAST"),
    ], "the coin ends in 12 months, before the bonus without an end"
    assert await api.balances() == {"COIN": 4_300, "BONUS": 500}
    await api.town.assert_sound()


async def test_s16_points_are_converted_into_currency(api: Api, moved: MovableClock):
    """糸魚川市: administrative and private points become currency; S02 富良野市: points of an old card are carried over."""
    to_tokyo(moved, 12)
    town = await market(api, currency={"expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 6})
    private = await api.asset("KUMIAI", kind="SHOPPING_POINT", nameJa="商店街ポイント")
    old_card = await api.programme(private, 50_000, nameJa="へそくりカード引継ぎ")
    await town.rate(minimumUnit=100)
    await town.rate(fromAssetId=private, numerator=1, denominator=2, capPerDay=5_000)
    await api.grant(town.health, 1_250)
    await api.grant(old_card, 3_001)
    rates = [
        (
            rate["fromAsset"]["code"],
            rate["toAsset"]["code"],
            rate["numerator"],
            rate["denominator"],
            rate["minimumUnit"],
            rate["capPerDay"],
        )
        for rate in await town.rates()
    ]
    assert rates == [("POINT", "BONUS", 1, 1, 100, None), ("KUMIAI", "BONUS", 1, 2, 1, 5_000)]
    quoted = (await town.quote(1_200))["quote"]
    assert (quoted["amount"], quoted["receivedAmount"], quoted["leftToday"]) == (1_200, 1_200, None)
    answer = await town.convert(1_200, expectedAmount=quoted["receivedAmount"])
    assert picked(answer["conversion"]["received"], "amount", "expiresOn", "asset.code") == [
        {"amount": 1_200, "expiresOn": quoted["expiresOn"], "asset": {"code": "BONUS"}}
    ]
    assert {(after["asset"]["code"], after["moved"], after["posted"]) for after in answer["balances"]} == {
        ("POINT", -1_200, 50),
        ("BONUS", 1_200, 1_200),
    }
    half = (await town.convert(3_001, fromAssetId=private))["conversion"]
    assert (half["amount"], half["receivedAmount"], half["received"][0]["amount"]) == (3_000, 1_500, 1_500), (
        "the odd point stays"
    )
    assert await api.balances() == {"POINT": 50, "KUMIAI": 1, "BONUS": 2_700}
    assert await api.left(town.programme) == 100_000 - 2_700
    assert (await api.pay(2_750))["payment"]["amount"] == 2_750
    trial = await trial_balance(api.town.id, api.services.clock())
    issued = {line.asset: line.posted for line in trial.lines if line.kind is AccountKind.ISSUANCE}
    assert issued[decode(private)[2]] == -(50_000 - 3_000), "what was converted is no longer in the world"
    await api.town.assert_sound()
