"""Refunds claw back points in any order, and settle spent points by the programme's clawback rule."""

import itertools
from typing import Any

import pytest

from tests.support.api import Api, picked


async def earned(api: Api, clawback: str, rate_bp: int = 1_000) -> tuple[str, str]:
    """Make a payment of 1,000 that earns 100 points, and return the ids of payment and programme."""
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000, clawbackRule=clawback)
    await api.rule(programme, rateBp=rate_bp)
    await api.charge(1_000)
    return (await api.pay(1_000))["payment"]["id"], programme


async def spend_points(api: Api, amount: int) -> None:
    """Pay with points, which are all that the wallet has left."""
    payment = (await api.pay(amount))["payment"]
    assert {allocation["asset"]["code"] for allocation in payment["allocations"]} == {"POINT"}


def clawed_back(answer: Any) -> tuple[int, int, int, int]:
    """Points of a refund's answer: taken from lots, deducted, owed as a debt, waived."""
    [clawback] = answer["refund"]["pointClawbacks"]
    return clawback["amount"], clawback["deducted"], clawback["debt"], clawback["waived"]


@pytest.mark.parametrize("order", sorted(set(itertools.permutations([333, 333, 334, 0]))))
async def test_partial_refunds_in_any_order_end_the_same(api: Api, order: tuple[int, ...]):
    payment, programme = await earned(api, "DEBT", rate_bp=777)
    assert await api.balances() == {"POINT": 77}
    taken = [clawed_back(await api.refund(payment, part))[0] for part in order if part]
    assert sum(taken) == 77
    assert await api.balances() == {"COIN": 1_000}
    assert await api.left(programme) == 1_000
    await api.town.assert_sound()


async def test_points_that_were_spent_are_deducted_from_the_refund(api: Api):
    payment, programme = await earned(api, "DEDUCT")
    await spend_points(api, 80)
    answer = await api.refund(payment, 500)
    assert clawed_back(answer) == (20, 30, 0, 0)
    refund = answer["refund"]
    assert refund["amount"] == 500, "the store gives all of it"
    assert picked(refund["allocations"], "asset.code", "amount") == [{"asset": {"code": "COIN"}, "amount": 470}]
    assert await api.balances() == {"COIN": 470}
    assert clawed_back(await api.refund(payment, 500)) == (0, 50, 0, 0)
    assert await api.balances() == {"COIN": 920}
    assert await api.left(programme) == 920, "what was spent stays spent; the town kept 80 in coin for it"
    await api.town.assert_sound()


async def test_points_that_were_spent_become_a_debt_that_the_next_points_settle(api: Api):
    payment, programme = await earned(api, "DEBT")
    await spend_points(api, 100)
    assert clawed_back(await api.refund(payment, 1_000)) == (0, 0, 100, 0)
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    balances = picked(wallet["balances"], "posted", "available", "debt", "asset.code")
    assert {"posted": -100, "available": 0, "debt": 100, "asset": {"code": "POINT"}} in balances
    assert await api.left(programme) == 1_000
    payment = (await api.pay(700))["payment"]
    assert [grant["amount"] for grant in payment["pointGrants"]] == [70]
    assert await api.balances() == {"COIN": 300, "POINT": -30}
    await api.pay(300)
    await api.charge(100)
    await api.pay(100)
    assert await api.balances() == {"POINT": 10}, "30 settled the rest of the debt"
    await api.town.assert_sound()


async def test_grants_and_bonuses_settle_a_debt_too(api: Api):
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    earning = await api.earning(points, 1_000, clawbackRule="DEBT")
    await api.rule(earning, rateBp=1_000)
    gift = await api.programme(points, 1_000)
    await api.bonus(points, 1_000, 1_000)
    await api.charge(1_000)
    payment = (await api.pay(1_000))["payment"]["id"]
    await spend_points(api, 200)
    await api.refund(payment, 1_000)
    assert (await api.balances())["POINT"] == -100
    granted = await api.grant(gift, 60)
    assert picked(granted["balances"], "moved", "posted") == [{"moved": 60, "posted": -40}]
    await api.charge(1_000)
    assert (await api.balances())["POINT"] == 60
    await api.town.assert_sound()


async def test_points_that_were_spent_are_let_go_where_the_programme_says_so(api: Api):
    payment, programme = await earned(api, "WAIVE")
    await spend_points(api, 100)
    assert clawed_back(await api.refund(payment, 400)) == (0, 0, 0, 40)
    assert clawed_back(await api.refund(payment, 600)) == (0, 0, 0, 60)
    assert await api.balances() == {"COIN": 1_000}
    assert await api.left(programme) == 900
    await api.town.assert_sound()


async def test_a_later_payments_points_stand_in_for_spent_ones(api: Api):
    payment, programme = await earned(api, "DEBT")
    await spend_points(api, 100)
    await api.charge(2_000)
    await api.pay(2_000)
    assert await api.balances() == {"POINT": 200}
    assert clawed_back(await api.refund(payment, 1_000)) == (100, 0, 0, 0)
    assert await api.balances() == {"COIN": 1_000, "POINT": 100}
    assert await api.left(programme) == 800
    await api.town.assert_sound()


async def test_what_goes_back_to_the_budget_may_be_earned_once_more(api: Api):
    points = await api.asset("POINT", kind="SHOPPING_POINT")
    programme = await api.earning(points, 1_000, clawbackRule="DEBT", capPerPerson=100)
    await api.rule(programme, rateBp=1_000)
    await api.charge(2_000)
    payment = (await api.pay(1_000))["payment"]["id"]
    assert (await api.pay(500))["payment"]["pointGrants"] == [], "the person has had 100"
    await api.refund(payment, 1_000)
    assert [grant["amount"] for grant in (await api.pay(600))["payment"]["pointGrants"]] == [60]
    await api.town.assert_sound()


async def test_an_officers_reversal_of_a_payment_takes_its_points_whole_or_not_at_all(api: Api):
    payment, programme = await earned(api, "WAIVE")
    proposal = await api.ask(api.town.finance, "ProposeReversal", input={"journalId": payment, "reason": "FRAUD"})
    request = {"idempotencyKey": "0192b3c4-0000-7000-8000-0000000000b1", "approvalId": proposal["approval"]["id"]}
    await spend_points(api, 1)
    refused = await api.ask(api.town.other_finance, "ReverseJournal", input=request)
    assert (refused["code"], refused["available"]) == ("REVERSAL_IMPOSSIBLE", 99)
    assert await api.balances() == {"POINT": 99}
    assert await api.left(programme) == 900
    await api.town.assert_sound()
