"""What a charge agent learns of a wallet that it charges: that the cash was taken, and nothing of what is there."""

import asyncio
import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.identifiers import Prefix, encode
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, to_tokyo
from tests.support.town import People
from tests.support.vouchers import VoucherApi

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

HAD = 7_654
"""What the wallet has before the agent charges it."""
STREAM = (
    "query($id: ID!) { store(id: $id) { balances { asset { code } posted } events(first: 50) { edges { node { __typename amount"
    " balances { asset { code } moved posted } ... on ChargeSettled { charge { amount allocations { amount } bonuses { amount } } } } } }"
    " transactions(first: 50) { edges { node { kind amount balanceAfter asset { code } } } } } }"
)


async def charge(api: Api, amount: int, **facts: Any) -> Any:
    """A charge by the agent."""
    named = {"wallet": {"walletId": api.wallet()}, "assetId": api.coin, "storeId": api.store(), "amount": amount}
    return await api.ask(api.town.staff, "Charge", input={"idempotencyKey": str(uuid4()), **named, **facts})


def amounts(answer: Any) -> set[int]:
    """Every number of an answer, at any depth."""
    if isinstance(answer, dict):
        return {number for value in answer.values() for number in amounts(value)}
    if isinstance(answer, list):
        return {number for value in answer for number in amounts(value)}
    return {answer} if type(answer) is int else set()


async def test_one_yen_charged_and_cancelled_tells_nothing_of_the_balance(api: Api):
    """Neither the answers, nor their replays, outcomes, receipts, events and history."""
    await api.bonus(await api.asset("BONUS", balanceCap=50), 10_000, 10_000)
    await api.charge(HAD)
    key, cancelled = str(uuid4()), str(uuid4())
    answers = [await charge(api, 1, idempotencyKey=key) for _ in range(2)]
    assert [answer["replayed"] for answer in answers] == [False, True]
    charged = answers[0]["charge"]["id"]
    answers += [await cancel(api, charged, api.town.staff, idempotencyKey=cancelled) for _ in range(2)]
    assert [answer["balances"] for answer in answers] == [None] * 4
    assert answers[2]["cancellation"]["amount"] == 1
    for operation, used in (("CHARGE", key), ("CANCEL_CHARGE", cancelled)):
        answers.append(await api.ask(api.town.staff, "Outcome", operation=operation, idempotencyKey=used))
    answers.append(await api.ask(api.town.staff, "Receipt", id=charged))
    answers.append(await api.ask(api.town.staff, STREAM, id=api.store()))
    assert amounts(answers) <= {0, 1, -1}
    assert await api.ask(api.town.staff, "Wallet", id=api.wallet()) is None


async def test_the_desk_and_the_resident_see_the_balance_after_a_charge(api: Api):
    charged = await api.charge(HAD)
    assert [balance["posted"] for balance in charged["balances"]] == [HAD]
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    assert [balance["posted"] for balance in wallet["balances"]] == [HAD]


async def test_a_refusal_for_the_cap_tells_the_cap_and_not_the_room(api: Api):
    """The cap is the asset's, which everybody sees."""
    await api.charge(50_000)
    for _ in range(4):
        await charge(api, 50_000)
    answer = await charge(api, 50_000)
    assert "charge" in answer
    refused = await charge(api, 49_999)
    assert (refused["code"], refused["maximum"]) == ("BALANCE_CAP", 300_000)
    assert amounts(refused) == {300_000}
    assert "50,000" not in refused["message"], "what there is room for"


async def test_halving_an_amount_again_and_again_does_not_find_the_balance(api: Api, moved: MovableClock):
    """Three answers of the cap a day, over all agents, whatever the amounts; then even what fits is not done."""
    asset = await api.asset("SMALL", kind="COIN", paid=True, balanceCap=20_000, chargeMaximum=20_000)
    _, other = await api.town.new_store(charge_agent=True)
    store = next(role["store"]["id"] for role in (await api.ask(other, "Viewer"))["roles"] if role["store"])
    await api.ask(api.town.desk, "Charge", input=desk_charge(api, asset, 12_345))
    for amount in (8_000, 7_700, 7_660):
        assert (await charge(api, amount, assetId=asset))["code"] == "BALANCE_CAP"
    for viewer, at in ((api.town.staff, api.store()), (other, store)):
        for amount in (7_656, 7_655, 1):
            request = {**desk_charge(api, asset, amount), "storeId": at}
            assert (await api.ask(viewer, "Charge", input=request))["code"] == "COUNTER_TRIES"
    assert await held(api, asset) == 12_345
    assert (await api.ask(api.town.desk, "Charge", input=desk_charge(api, asset, 7_656)))["code"] == "BALANCE_CAP"
    moved.forward(timedelta(days=1))
    assert "charge" in await charge(api, 7_655, assetId=asset), "another day"
    await api.town.assert_sound()


async def test_charges_that_are_cancelled_do_not_find_it_either(api: Api):
    """A charge of which the agent takes the cash back has told that it fitted."""
    asset = await api.asset("SMALL", kind="COIN", paid=True, balanceCap=20_000, chargeMaximum=20_000)
    await api.ask(api.town.desk, "Charge", input=desk_charge(api, asset, 12_345))
    for amount in (7_000, 7_600, 7_650):
        answer = await charge(api, amount, assetId=asset)
        assert "cancellation" in await cancel(api, answer["charge"]["id"], api.town.staff)
    assert (await charge(api, 7_655, assetId=asset))["code"] == "COUNTER_TRIES"
    assert await held(api, asset) == 12_345
    await api.town.assert_sound()


async def test_a_cancellation_that_is_refused_uses_up_no_try(api: Api, moved: MovableClock):
    """It tells nothing of the wallet: it came too late, or again. One that spending made impossible does."""
    to_tokyo(moved, 12)
    asset = await api.asset("SMALL", kind="COIN", paid=True, balanceCap=20_000, chargeMaximum=20_000)
    cancelled, late = [(await charge(api, 100, assetId=asset))["charge"]["id"] for _ in range(2)]
    assert "cancellation" in await cancel(api, cancelled, api.town.staff)
    moved.forward(timedelta(minutes=45))
    other, _ = await api.town.new_resident()
    for _ in range(4):
        assert (await cancel(api, cancelled, api.town.staff))["code"] == "ALREADY_REVERSED"
        assert (await cancel(api, late, api.town.staff))["code"] == "CANCEL_TOO_LATE"
        assert (await cancel(api, late, other))["code"] == "NOT_PERMITTED"
    assert "charge" in await charge(api, 100, assetId=asset)
    spent = (await charge(api, 500))["charge"]["id"]
    await api.pay(700)
    for _ in range(2):
        assert (await cancel(api, spent, api.town.staff))["code"] == "REVERSAL_IMPOSSIBLE"
    assert (await charge(api, 100, assetId=asset))["code"] == "COUNTER_TRIES", "one was cancelled, two were impossible"


async def test_tries_at_one_instant_are_counted_too(api: Api):
    asset = await api.asset("SMALL", kind="COIN", paid=True, balanceCap=20_000, chargeMaximum=20_000)
    await api.ask(api.town.desk, "Charge", input=desk_charge(api, asset, 12_345))
    answers = await asyncio.gather(*(charge(api, 10_000 + step, assetId=asset) for step in range(12)))
    assert Counter(answer["code"] for answer in answers) == {"BALANCE_CAP": 3, "COUNTER_TRIES": 9}


async def test_honest_charges_and_replays_use_up_no_try(api: Api):
    key = str(uuid4())
    asset = await api.asset("SMALL", kind="COIN", paid=True, balanceCap=20_000, chargeMaximum=20_000)
    for _ in range(6):
        assert "charge" in await charge(api, 100, assetId=asset)
    for _ in range(6):
        assert (await charge(api, 20_000, assetId=asset, idempotencyKey=key))["code"] == "BALANCE_CAP"
        assert (await charge(api, 0, assetId=asset))["code"] == "AMOUNT_OUT_OF_RANGE"
    for _ in range(2):
        assert (await charge(api, 20_000, assetId=asset))["code"] == "BALANCE_CAP"
    assert (await charge(api, 100, assetId=asset))["code"] == "COUNTER_TRIES"
    unknown = encode(Prefix.WALLET, api.town.id, uuid4())
    assert (await charge(api, 1, wallet={"walletId": unknown}))["code"] == "UNKNOWN_WALLET"


async def test_an_agents_refusals_have_no_figures_of_the_person(town: People):
    """What they may still buy, and what they have left of a charge; the desk is told both."""
    api = VoucherApi(town)
    product = await api.product(unitsPerPerson=5)
    assert "purchase" in await api.sell(product, 2)
    refused = await api.sell(product, 4, town.staff, storeId=api.store())
    assert refused["code"] == "UNITS_EXCEEDED"
    assert "unitsLeft" not in refused
    assert refused["message"] == "お買い求めいただける口数の上限を超えます。"
    at_desk = await api.sell(product, 4)
    assert (at_desk["unitsLeft"], at_desk["message"]) == (3, "お買い求めいただける口数の上限を超えます（あと3口）。")
    for units in (5, 6):
        assert (await api.sell(product, units, town.staff, storeId=api.store()))["code"] == "UNITS_EXCEEDED"
    assert (await api.sell(product, 1, town.staff, storeId=api.store()))["code"] == "COUNTER_TRIES"
    await town.assert_sound()


async def test_a_cancellation_that_comes_too_late_says_no_figure_to_an_agent(api: Api):
    charged = (await charge(api, 500))["charge"]["id"]
    await api.pay(500)
    refused = await cancel(api, charged, api.town.staff)
    assert refused["code"] == "REVERSAL_IMPOSSIBLE"
    assert "available" not in refused
    assert refused["message"] == "すでに使われているため取り消せません。"


async def test_no_answer_to_an_agent_names_the_wallet(api: Api):
    """By its id, by its number within another id, or by its code."""
    code = (await api.ask(api.town.resident, "Wallet", id=api.wallet()))["receiveCode"]
    key = str(uuid4())
    answers = [await charge(api, 1_000, idempotencyKey=key, wallet={"code": code}) for _ in range(2)]
    charged = answers[0]["charge"]["id"]
    quote = {"wallet": {"code": code}, "assetId": api.coin, "amount": 1_000}
    answers.append(await api.ask(api.town.staff, "QuoteCharge", input=quote))
    answers.append(await api.ask(api.town.staff, "Receipt", id=charged))
    answers.append(await api.ask(api.town.staff, "Outcome", operation="CHARGE", idempotencyKey=key))
    answers.append(await api.ask(api.town.staff, "StoreHistory", id=api.store(), first=10))
    answers.append(await api.ask(api.town.staff, "StorePastEvents", id=api.store(), first=10))
    answers.append(await cancel(api, charged, api.town.staff))
    answers.append([await api.ask(api.town.staff, "Node", id=named) for named in (code, api.wallet())])
    ids = set(re.findall(r"[a-z]{3}_[0-9a-z]{10,}", json.dumps(answers)))
    assert len(ids) > 5
    for name in ids:
        number = sum(ALPHABET.index(letter) << 5 * place for place, letter in enumerate(reversed(name[4:])))
        shifts = range(max(1, number.bit_length() - 127))
        assert not any((number >> shift) & (2**128 - 1) == api.town.wallet.int for shift in shifts), name
    assert answers[-1] == [None, None]


def desk_charge(api: Api, asset: str, amount: int) -> dict[str, Any]:
    """The input of a charge at the desk."""
    named = {"wallet": {"walletId": api.wallet()}, "assetId": asset, "amount": amount}
    return {"idempotencyKey": str(uuid4()), **named}


async def held(api: Api, asset: str) -> int:
    """What the wallet has of an asset."""
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    return sum(balance["posted"] for balance in wallet["balances"] if balance["asset"]["id"] == asset)


async def test_the_agents_own_figures_are_its_cash_box_and_what_it_is_owed(api: Api):
    """Paid with points of one programme and with coin: one sum; cash that it took is in yen."""
    points = await api.asset("POINT")
    await api.grant(await api.programme(points, 1_000), 300)
    await charge(api, 1_000)
    await api.pay(1_100)
    shown = await api.ask(api.town.staff, STREAM, id=api.store())
    figures = {"JPY": 1_000, "COIN": 1_100}
    assert {balance["asset"]["code"]: balance["posted"] for balance in shown["balances"]} == figures
    lines = [edge["node"] for edge in shown["transactions"]["edges"]]
    assert [(line["kind"], line["amount"], line["balanceAfter"], line["asset"]["code"]) for line in lines] == [
        ("PAYMENT", 1_100, 1_100, "COIN"),
        ("CHARGE", 1_000, 1_000, "JPY"),
    ]
    events = [edge["node"] for edge in shown["events"]["edges"]]
    box = [{"asset": {"code": "JPY"}, "moved": 1_000, "posted": 1_000}]
    assert [(event["amount"], event["balances"]) for event in events] == [(1_000, box), (1_100, [])]
    text = "query($id: ID!) { store(id: $id) { owedByAsset { asset { code } posted } } }"
    assert (await api.ask(api.town.staff, text, id=api.store()))["owedByAsset"] is None
    for_town = (await api.ask(api.town.desk, text, id=api.store()))["owedByAsset"]
    assert sorted((balance["asset"]["code"], balance["posted"]) for balance in for_town) == [
        ("COIN", 1_000),
        ("POINT", 100),
    ]
