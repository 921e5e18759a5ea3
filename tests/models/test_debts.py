"""Points that are owed meet everything that brings points, and everything that takes back what has settled a debt."""

from typing import Any
from uuid import uuid4

import pytest

from domain.conversions.convert import Convert, convert
from domain.conversions.quote import quote_conversion
from domain.conversions.rates import NewRate, set_rate
from domain.conversions.receipts import Received
from domain.identifiers import decode
from tests.support.api import Api
from tests.support.lifecycle import cancel, charged
from tests.support.officers import Officers
from tests.support.reversals import reverse
from tests.support.told import assert_receipts_tell_the_truth


async def owing(api: Api, amount: int = 100, **facts: Any) -> str:
    """The wallet owes points, which were earned and spent before their payment came back. It has 1,000 coins. The points' asset."""
    points = await api.asset("POINT", kind="SHOPPING_POINT", **facts)
    programme = await api.earning(points, 5_000, clawbackRule="DEBT")
    await api.rule(programme, rateBp=amount * 10)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]["id"]
    await api.pay(amount)
    await api.refund(payment, 1_000)
    assert await api.balances() == {"COIN": 1_000, "POINT": -amount}
    return points


async def assert_sound(api: Api) -> None:
    await assert_receipts_tell_the_truth(api.town.id)
    await api.town.assert_sound()


async def spendable_and_owed(api: Api) -> dict[str, tuple[int, int]]:
    """What may be spent and what is owed, by asset."""
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    return {balance["asset"]["code"]: (balance["available"], balance["debt"]) for balance in wallet["balances"]}


@pytest.mark.parametrize("first", [0, 1])
async def test_points_that_are_given_back_settle_a_debt_so_the_order_of_two_refunds_means_nothing(api: Api, first: int):
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 5_000, clawbackRule="DEBT")
    await api.rule(programme, rateBp=1_000)
    await api.charge(1_000)
    payments = [((await api.pay(1_000))["payment"]["id"], 1_000), ((await api.pay(100))["payment"]["id"], 100)]
    for payment, amount in (payments[first], payments[1 - first]):
        answer = await api.refund(payment, amount)
        assert answer["refund"]["amount"] == amount
    assert await spendable_and_owed(api) == {"COIN": (1_000, 0)}, (
        "nothing is owed, and nothing is left to be spent of the points"
    )
    assert await api.left(programme) == 5_000
    await assert_sound(api)


async def test_a_refund_tells_what_reached_the_lots(api: Api):
    points = await owing(api, 30)
    gift = await api.programme(points, 1_000)
    await api.town.refund((await api.town.pay(1_000)).journal_id, 1)
    await api.grant(gift, 500)
    paid = (await api.pay(100, excludeAssetIds=[api.coin]))["payment"]["id"]
    allocations = (await api.refund(paid, 100))["refund"]["allocations"]
    assert [allocation["amount"] for allocation in allocations] == [100], "nothing was owed any more"
    await assert_sound(api)


async def test_what_is_converted_settles_a_debt(api: Api):
    points = await owing(api)
    miles = await api.asset("MILE", kind="MILE")
    await api.grant(await api.programme(miles, 1_000), 400)
    pool = await api.programme(points, 1_000, kind="CONVERSION")
    numbers = [decode(name) for name in (miles, points, pool)]
    await set_rate(
        api.services, api.town.finance, api.town.id, NewRate(numbers[0][2], numbers[1][2], numbers[2][2], 1, 2, 1)
    )
    conversion = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(),
        "fromAssetId": miles,
        "toAssetId": points,
        "amount": 160,
    }
    answer = await api.ask(api.town.resident, "Convert", input=conversion)
    assert [(balance["moved"], balance["posted"]) for balance in answer["balances"]] == [(-160, 240), (80, -20)]
    assert (await spendable_and_owed(api))["POINT"] == (0, 20)
    answer = await api.ask(
        api.town.resident, "Convert", input={**conversion, "idempotencyKey": str(uuid4()), "amount": 200}
    )
    assert (await spendable_and_owed(api))["POINT"] == (80, 0)
    await assert_sound(api)
    undone = await reverse(api, answer["conversion"]["id"])
    assert undone["reversal"]["amount"] == 200
    assert (await spendable_and_owed(api))["POINT"] == (0, 20), "owed again"
    await assert_sound(api)


async def test_quotes_know_the_room_that_a_debt_leaves(api: Api):
    points = await owing(api, balanceCap=150)
    bonus = await api.bonus(points, 10_000, 2_000)
    quoted = (await api.quote_charge(1_500))["quote"]
    assert [bonus["amount"] for bonus in quoted["bonuses"]] == [250], "150 to have, 100 to settle"
    assert [bonus["amount"] for bonus in (await api.charge(1_500))["charge"]["bonuses"]] == [250]
    await assert_sound(api)
    assert await api.left(bonus) == 9_750


async def test_a_quoted_payment_knows_it_too(api: Api):
    await owing(api, balanceCap=100)
    await api.charge(1_000)
    quoted = (await api.quote(2_000))["quote"]
    paid = (await api.pay(2_000, quoteToken=quoted["token"]))["payment"]
    for grants in (quoted["pointGrants"], paid["pointGrants"]):
        assert [grant["amount"] for grant in grants] == [200]
    await assert_sound(api)


async def test_a_quoted_conversion_knows_it_too(api: Api):
    points = await owing(api, balanceCap=100)
    miles = await api.asset("MILE", kind="MILE")
    await api.grant(await api.programme(miles, 1_000), 400)
    pool = await api.programme(points, 1_000, kind="CONVERSION")
    numbers = [decode(name)[2] for name in (miles, points, pool)]
    await set_rate(api.services, api.town.finance, api.town.id, NewRate(*numbers, 1, 1, 1))  # type: ignore[arg-type]
    town, viewer = api.town, api.town.resident
    quoted = await quote_conversion(api.services, viewer, town.id, town.wallet, numbers[0], numbers[1], 150)  # type: ignore[arg-type]
    done = await convert(
        api.services,
        viewer,
        Convert(uuid4(), town.id, town.wallet, numbers[0], numbers[1], 150, quoted.received_amount),
    )  # type: ignore[arg-type]
    assert done.receipt.section(Received).portion.amount == quoted.received_amount == 150
    await assert_sound(api)


async def test_a_top_up_whose_bonus_settled_a_debt_is_cancelled_whole(api: Api):
    points = await owing(api)
    bonus = await api.bonus(points, 1_000, 1_000)
    charge = await charged(api, 1_500)
    assert await spendable_and_owed(api) == {"COIN": (2_500, 0), "POINT": (50, 0)}
    answer = await cancel(api, charge["id"])
    assert (answer["cancellation"]["amount"], [bonus["amount"] for bonus in answer["cancellation"]["bonuses"]]) == (
        1_500,
        [150],
    )
    assert await spendable_and_owed(api) == {"COIN": (1_000, 0), "POINT": (0, 100)}, (
        "what the bonus had settled is owed again"
    )
    assert await api.left(bonus) == 1_000
    await assert_sound(api)


async def test_what_is_spent_of_such_a_bonus_still_keeps_its_part_of_the_top_up(api: Api):
    points = await owing(api)
    bonus = await api.bonus(points, 1_000, 1_000)
    charge = await charged(api, 1_500)
    await api.pay(20, excludeAssetIds=[api.coin])
    answer = await cancel(api, charge["id"])
    assert (answer["cancellation"]["amount"], [bonus["amount"] for bonus in answer["cancellation"]["bonuses"]]) == (
        1_300,
        [130],
    )
    assert await spendable_and_owed(api) == {"COIN": (1_200, 0), "POINT": (0, 100)}
    assert await api.left(bonus) == 980
    await assert_sound(api)


async def test_a_file_whose_grants_settled_debts_is_undone_whole(api: Api):
    points = await owing(api)
    programme = await api.programme(points, 1_000)
    officers = Officers(api.town)
    bulk = await officers.started(officers.csv([api.town.wallet], 300), programme)
    await officers.run(bulk)
    assert (await spendable_and_owed(api))["POINT"] == (200, 0)
    await api.pay(50, excludeAssetIds=[api.coin])
    assert await officers.undone(bulk) == [(2, 250, "SPENT")]
    assert (await spendable_and_owed(api))["POINT"] == (0, 100), "what the grant had settled is owed again"
    assert await api.left(programme) == 950
    await assert_sound(api)


async def test_a_grant_that_settled_a_debt_is_reversed_whole(api: Api):
    points = await owing(api)
    granted = (await api.grant(await api.programme(points, 1_000), 300))["grant"]["id"]
    assert (await reverse(api, granted))["reversal"]["amount"] == 300
    assert (await spendable_and_owed(api))["POINT"] == (0, 100)
    await assert_sound(api)
