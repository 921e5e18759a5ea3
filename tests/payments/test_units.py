"""Minimum units: over all lots of an asset together, and never broken by what comes in, goes back or is taken back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.ledger.receipt import Portion
from domain.ledger.units import broken_unit, nearest_whole
from domain.payments.hold import Authorize, HoldParties, authorize, capture, void
from domain.payments.refusals import HoldUnitError
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.lifecycle import cancel, charged, to_tokyo
from tests.support.projects import classified_store, parts_of

EVENLY = {"minimumUnit": 500}


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


async def balance(api: Api, code: str) -> dict[str, int]:
    """What the wallet's owner is shown of an asset."""
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    shown = next(balance for balance in wallet["balances"] if balance["asset"]["code"] == code)
    return {name: shown[name] for name in ("posted", "available", "belowUnit")}


async def vouchers_and_coin(api: Api) -> str:
    """A payment of 800 yen: 500 of a voucher in units of 500, and 300 of coin."""
    await api.grant(await api.programme(await api.asset("TICKET", **EVENLY), 10_000), 500)
    await api.charge(300)
    answer = await api.pay(800)
    assert parts_of(answer) == [("TICKET", 500), ("COIN", 300)]
    return answer["payment"]["id"]


async def journals_of(api: Api) -> list[dict[str, Any]]:
    return await rows("select id from journal where municipality_id = $1 and outcome = 0 order by id", api.town.id)


async def test_a_refund_that_would_break_a_unit_is_refused_with_what_is_possible(api: Api):
    payment = await vouchers_and_coin(api)
    before, key = await journals_of(api), str(uuid4())
    refused = await api.refund(payment, 400, idempotencyKey=key)
    assert picked(refused, "code", "unit", "possibleBelow", "possibleAbove", "retry") == {
        "code": "REFUND_UNIT",
        "unit": 500,
        "possibleBelow": 300,
        "possibleAbove": 800,
        "retry": "NEW_KEY",
    }
    assert "300円か800円" in refused["message"]
    assert await api.refund(payment, 400, idempotencyKey=key) == refused, "the key is closed"
    assert (await api.balances(), await journals_of(api)) == ({}, before)
    assert (await api.refund(payment, 300))["refund"]["amount"] == 300
    refused = await api.refund(payment, 499)
    assert (refused["code"], refused["possibleBelow"], refused["possibleAbove"]) == ("REFUND_UNIT", 0, 500)
    assert refused["message"].endswith("返金できる金額は、500円からです。")
    assert (await api.refund(payment, 500))["payment"]["refundable"] == 0
    assert await api.balances() == {"COIN": 300, "TICKET": 500}
    assert parts_of(await api.pay(800)) == [("TICKET", 500), ("COIN", 300)], "nothing is stuck"
    await api.town.assert_sound()


@pytest.mark.parametrize("parts", [(800,), (300, 500), (100, 200, 500), (200, 100, 500), (1, 299, 500)])
async def test_refunds_in_parts_end_as_one_refund(api: Api, parts: tuple[int, ...]):
    payment = await vouchers_and_coin(api)
    for part in parts:
        assert "refund" in await api.refund(payment, part)
    assert await api.balances() == {"COIN": 300, "TICKET": 500}
    assert await balance(api, "TICKET") == {"posted": 500, "available": 500, "belowUnit": 0}
    await api.town.assert_sound()


async def test_with_a_coupon_the_possible_amounts_are_of_the_list_price(api: Api):
    """1,000 less 20 %: 500 of the voucher and 300 of coin. Of x of the price, the wallet gets x less x / 5."""
    await api.grant(await api.programme(await api.asset("TICKET", **EVENLY), 10_000), 500)
    await api.charge(300)
    coupon = await api.ask(
        api.town.finance,
        "CreateCoupon",
        input={
            "idempotencyKey": str(uuid4()),
            "municipality": api.code,
            "kind": "PERCENT",
            "nameJa": "2割引",
            "nameEn": "20 % off",
            "borneBy": "TOWN",
            "budget": 10_000,
            "rateBp": 2_000,
            "stacking": "ALONE",
            "claimRequired": False,
            "returnsOnRefund": False,
            "startsAt": api.at(timedelta(minutes=-1)),
            "endsAt": api.at(timedelta(days=9)),
        },
    )
    payment = await api.pay(1_000, couponIds=[coupon["coupon"]["id"]])
    assert parts_of(payment) == [("TICKET", 500), ("COIN", 300)]
    refused = await api.refund(payment["payment"]["id"], 500)
    assert (refused["code"], refused["possibleAbove"]) == ("REFUND_UNIT", 1_000)
    below = refused["possibleBelow"]
    assert below - (below - below * 4 // 5) <= 300 < (below + 1) * 4 // 5 + 1
    assert (await api.refund(payment["payment"]["id"], below))["refund"]["returned"] == 300
    assert "refund" in await api.refund(payment["payment"]["id"], 1_000 - below)
    assert await api.balances() == {"COIN": 300, "TICKET": 500}
    await api.town.assert_sound()


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 40)), min_size=1, max_size=6), st.data())
def test_the_nearest_amounts_are_those_that_a_search_finds(parts: list[tuple[int, int]], data: st.DataObject):
    units = {1: 1, 2: 5, 3: 7}
    paid = [Portion(asset, number, amount, None) for number, (asset, amount) in enumerate(parts)]
    yen = [portion.asset for portion in reversed(paid) for _ in range(portion.amount)]
    whole = [
        amount
        for amount in range(len(yen) + 1)
        if amount == len(yen) or all(yen[:amount].count(asset) % unit == 0 for asset, unit in units.items())
    ]
    back = data.draw(st.integers(0, len(yen)))
    assert (broken_unit(paid, units, back) is None) == (back in whole)
    if back not in whole:
        assert nearest_whole(paid, units, back) == (
            max(amount for amount in whole if amount < back),
            min(amount for amount in whole if amount > back),
        )


async def test_lots_of_one_asset_complete_a_unit_together(api: Api):
    """60 and 60 points of two programmes, in units of 100, pay 100; 20 wait until more points complete a unit."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", minimumUnit=100)
    first = await api.earning(points, 60, expiresOn=api.day(timedelta(days=20)))
    await api.rule(first, rateBp=1_000)
    await api.charge(1_200)
    await api.pay(600)
    assert await balance(api, "POINT") == {"posted": 60, "available": 0, "belowUnit": 60}
    refused = await api.pay(700)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 600), "of coin; the points wait"
    [reason] = refused["reasons"]
    assert (reason["rule"], reason["amount"], reason["unit"]) == ("MINIMUM_UNIT", 60, 100)
    second = await api.earning(points, 1_000, expiresOn=api.day(timedelta(days=40)))
    await api.rule(second, rateBp=1_000)
    await api.pay(600, excludeAssetIds=[points])
    assert await balance(api, "POINT") == {"posted": 120, "available": 100, "belowUnit": 20}
    quoted = (await api.quote(100))["quote"]
    assert quoted["availableAfter"] == 0, "20 points cannot be spent"
    [kept] = quoted["keptAway"]
    assert (kept["rule"], kept["amount"]) == ("MINIMUM_UNIT", 20)
    answer = await api.pay(100, quoteToken=quoted["token"])
    assert parts_of(answer) == [("POINT", 60), ("POINT", 40)]
    assert (await api.refund(answer["payment"]["id"], 40))["code"] == "REFUND_UNIT"
    assert "refund" in await api.refund(answer["payment"]["id"], 100)
    assert await balance(api, "POINT") == {"posted": 120, "available": 100, "belowUnit": 20}
    await api.town.assert_sound()


async def test_a_broken_unit_whose_siblings_have_ended_is_shown_as_waiting(api: Api, moved: MovableClock):
    points = await api.asset("POINT", kind="SHOPPING_POINT", minimumUnit=100)
    for days in (5, 40):
        programme = await api.earning(points, 1_000, expiresOn=api.day(timedelta(days=days)))
        await api.rule(programme, rateBp=1_000)
    await api.charge(600)
    await api.pay(600)
    assert await balance(api, "POINT") == {"posted": 120, "available": 100, "belowUnit": 20}
    moved.forward(timedelta(days=6))
    assert await balance(api, "POINT") == {"posted": 120, "available": 0, "belowUnit": 60}
    refused = await api.pay(100)
    assert {(reason["rule"], reason["amount"]) for reason in refused["reasons"]} == {
        ("EXPIRED", 60),
        ("MINIMUM_UNIT", 60),
    }
    await api.town.assert_sound()


@pytest.mark.parametrize(("amount", "whole"), [(30, False), (150, False), (100, True), (1_000, True)])
async def test_a_grant_keeps_to_units(api: Api, amount: int, whole: bool):
    programme = await api.programme(await api.asset("POINT", minimumUnit=100), 10_000)
    key = str(uuid4())
    answer = await api.grant(programme, amount, idempotencyKey=key)
    proposed = await api.ask(
        api.town.desk,
        "ProposeGrant",
        input={"idempotencyKey": str(uuid4()), "programmeId": programme, "walletId": api.wallet(), "amount": amount},
    )
    if whole:
        assert (answer["grant"]["amount"], "code" in proposed) == (amount, False)
        return
    for refused in (answer, proposed):
        assert (refused["code"], refused["unit"], refused["retry"]) == ("NOT_WHOLE_UNITS", 100, "NEW_KEY")
        assert refused["message"] == "金額は100円分きざみで入力してください。"
    assert (await api.balances(), await api.left(programme)) == ({}, 10_000)
    await api.town.assert_sound()


async def test_a_bonus_is_rounded_down_to_its_unit_and_a_cancellation_breaks_none(api: Api):
    """20 % of 2,900 are 580: 500. To keep 300 spent of it, of which 500 is the least, 2,500 must stay."""
    bonus = await api.asset("BONUS", kind="BONUS_COIN", minimumUnit=100)
    programme = await api.bonus(bonus, 100_000, 2_000)
    assert (await api.quote_charge(2_900))["quote"]["bonuses"][0]["amount"] == 500
    charge = await charged(api, 2_900)
    assert [part["amount"] for part in charge["bonuses"]] == [500]
    await api.pay(300, excludeAssetIds=[api.coin])
    answer = await cancel(api, charge["id"])
    assert answer["cancellation"]["amount"] == 1_400, "20 % of the 1,500 that stay are 300"
    assert [part["amount"] for part in answer["cancellation"]["bonuses"]] == [200]
    assert (await api.balances(), await api.left(programme)) == ({"COIN": 1_500}, 99_700)
    await api.town.assert_sound()


async def test_a_bonus_that_is_cut_stays_whole(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN", minimumUnit=100)
    await api.bonus(bonus, 250, 5_000)
    charge = await charged(api, 1_000)
    assert [part["amount"] for part in charge["bonuses"]] == [200], "the budget leaves 250"
    assert [part["amount"] for part in (await charged(api, 1_000))["bonuses"]] == []


async def test_a_conversion_keeps_to_both_units(api: Api):
    town = await market(api, points={"minimumUnit": 50}, currency={"minimumUnit": 500})
    await town.rate(minimumUnit=50, numerator=2)
    await api.grant(town.health, 400)
    conversion = (await town.convert(350))["conversion"]
    assert (conversion["amount"], conversion["received"][0]["amount"]) == (250, 500)
    assert await api.balances() == {"POINT": 150, "BONUS": 500}, "what makes no whole unit stays in the source"
    assert (await town.convert(150))["code"] == "CONVERSION_AMOUNT"
    await api.town.assert_sound()


async def test_a_deduction_for_points_breaks_no_unit(api: Api):
    """500 of a voucher earn 50 points, which are spent. A refund keeps nothing of the voucher, and waives the points."""
    ticket = await api.asset("TICKET", **EVENLY)
    await api.grant(await api.programme(ticket, 10_000), 500)
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000, clawbackRule="DEDUCT")
    await api.rule(programme, rateBp=1_000, baseAssetIds=[ticket])
    payment = (await api.pay(500))["payment"]["id"]
    await api.pay(50)
    answer = await api.refund(payment, 500)
    [clawed] = answer["refund"]["pointClawbacks"]
    assert picked(clawed, "amount", "deducted", "waived") == {"amount": 0, "deducted": 0, "waived": 50}
    assert await api.balances() == {"TICKET": 500}
    await api.town.assert_sound()


async def test_a_hold_and_its_capture_keep_to_units(api: Api):
    await api.grant(await api.programme(await api.asset("TICKET", **EVENLY), 10_000), 1_000)
    await api.charge(300)
    town = api.town

    async def held(amount: int) -> HoldParties:
        hold = Authorize(
            uuid4(), uuid4(), town.id, town.wallet, town.store, amount, town.services.clock() + timedelta(hours=1)
        )
        await authorize(town.services, town.resident, hold)
        return HoldParties(town.id, hold.id, town.wallet, town.store)

    first = await held(800)
    assert await balance(api, "TICKET") == {"posted": 1_000, "available": 500, "belowUnit": 0}
    with pytest.raises(HoldUnitError) as refused:
        await capture(town.services, town.staff, first, uuid4(), 400)
    assert refused.value.available == 300
    captured = await capture(town.services, town.staff, first, uuid4(), 600)
    assert [portion.amount for portion in captured.receipt.lots] == [500, 100]
    second = await held(500)
    await void(town.services, town.staff, second, uuid4())
    assert await api.balances() == {"TICKET": 500, "COIN": 200}
    refused_refund = await api.refund((await payment_of(api, captured.journal_id)), 300)
    assert (refused_refund["possibleBelow"], refused_refund["possibleAbove"]) == (100, 600)
    await api.town.assert_sound()


async def payment_of(api: Api, journal: Any) -> str:
    return encode(Prefix.PAYMENT, api.town.id, journal)


async def test_a_unit_is_made_of_what_the_store_takes(api: Api):
    """300 for food and 200 for all stores complete a unit of 500 at a food store, and none elsewhere."""
    ticket = await api.asset("TICKET", minimumUnit=100)
    await api.grant(await api.programme(ticket, 10_000, acceptance={"categories": ["food"]}), 300)
    await api.grant(await api.programme(ticket, 10_000), 200)
    await api.ask(api.town.finance, "ChangeAsset", input={"assetId": ticket, "minimumUnit": 50})
    food, books = await classified_store(api), await classified_store(api, category="books")
    refused = await api.pay(500, books)
    assert refused["available"] == 200
    assert [(reason["rule"], reason["amount"]) for reason in refused["reasons"]] == [("OTHER_CATEGORY", 300)]
    assert parts_of(await api.pay(450, food)) == [("TICKET", 300), ("TICKET", 150)]
    assert await balance(api, "TICKET") == {"posted": 50, "available": 50, "belowUnit": 0}


async def test_a_cancelled_charge_leaves_whole_units_of_coin(api: Api):
    """10 of a bonus of 20 % are spent, for which 50 of the coin must stay. Its unit is 100, so 100 stay."""
    coin = await api.asset("TENS", kind="COIN", paid=True, minimumUnit=100, chargeMaximum=10_000)
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    await api.programme(bonus, 10_000, kind="CHARGE_BONUS", chargedAssetId=coin, rateBp=2_000)
    refused = await api.charge(950, assetId=coin)
    assert (refused["code"], refused["unit"], await api.balances()) == ("NOT_WHOLE_UNITS", 100, {})
    charge = await charged(api, 1_000, assetId=coin)
    await api.pay(10, excludeAssetIds=[coin])
    answer = await cancel(api, charge["id"])
    assert answer["cancellation"]["amount"] == 900
    assert await api.balances() == {"TENS": 100, "BONUS": 10}
    assert await balance(api, "TENS") == {"posted": 100, "available": 100, "belowUnit": 0}
    await api.town.assert_sound()
