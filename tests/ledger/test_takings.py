"""The history of a store in two figures, against a list that is kept by hand."""

import random
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api import Api

PAGE = (
    "query($id: ID!, $first: Int!, $after: String) { store(id: $id) { transactions(first: $first, after: $after)"
    " { edges { node { amount balanceAfter asset { code } } cursor } pageInfo { hasNextPage endCursor } } } }"
)


@pytest.mark.parametrize("seed", range(3))
async def test_every_line_says_what_there_was_after_it(api: Api, seed: int):
    """Payments with points and coin, refunds, and cash for the town, in any order, on pages of any size."""
    chance = random.Random(seed)
    points = await api.asset("POINT")
    await api.grant(await api.programme(points, 100_000), 5_000)
    await api.charge(50_000)
    lines: list[tuple[str, int, int]] = []
    after = {"COIN": 0, "JPY": 0}
    payments: list[tuple[str, int]] = []

    def note(code: str, amount: int) -> None:
        after[code] += amount
        lines.insert(0, (code, amount, after[code]))

    for _ in range(25):
        amount = chance.randint(1, 900)
        match chance.choice(("pay", "pay", "points", "refund", "cash")):
            case "pay":
                excluded = {"excludeAssetIds": [points]}
                payments.append(((await api.pay(amount, **excluded))["payment"]["id"], amount))
                note("COIN", amount)
            case "points":
                paid = min(amount, 200)
                payments.append(((await api.pay(paid, excludeAssetIds=[api.coin]))["payment"]["id"], paid))
                note("COIN", paid)
            case "refund" if payments:
                payment, paid = payments.pop(chance.randrange(len(payments)))
                assert "refund" in await api.refund(payment, paid)
                note("COIN", -paid)
            case _:
                cash = {
                    "wallet": {"walletId": api.wallet()},
                    "assetId": api.coin,
                    "storeId": api.store(),
                    "amount": amount,
                }
                answer = await api.ask(api.town.staff, "Charge", input={"idempotencyKey": str(uuid4()), **cash})
                assert "charge" in answer
                note("JPY", amount)
    for first in (1, 7, 100):
        assert await pages(api, first) == lines


async def pages(api: Api, first: int) -> list[tuple[str, int, int]]:
    shown: list[Any] = []
    after = None
    while True:
        page = (await api.ask(api.town.staff, PAGE, id=api.store(), first=first, after=after))["transactions"]
        shown += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return [(line["asset"]["code"], line["amount"], line["balanceAfter"]) for line in shown]
        after = page["pageInfo"]["endCursor"]
