"""What a charge agent learns of a wallet that it charges: that the cash was taken, and nothing of what is there."""

from typing import Any
from uuid import uuid4

from tests.support.api import Api
from tests.support.lifecycle import cancel

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
