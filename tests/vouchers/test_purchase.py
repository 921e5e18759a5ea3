"""Buying vouchers: what moves, what is counted, and what nobody can do."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from tests.support.clock import MovableClock
from tests.support.town import new_town
from tests.support.vouchers import VoucherApi


async def posted(api: VoucherApi, kind: AccountKind, asset: int) -> int:
    """What all accounts of a kind hold of an asset."""
    trial = await trial_balance(api.town.id, api.services.clock())
    return sum(line.posted for line in trial.lines if line.kind is kind and line.asset == asset)


async def test_a_thousand_buyers_of_a_hundred_units(api: VoucherApi):
    product = await api.product(stock=100, unitsPerPerson=1)
    buyers = [await api.town.new_resident() for _ in range(1_000)]
    limit = asyncio.Semaphore(200)

    async def try_to_buy(number: int):
        viewer, wallet = buyers[number]
        async with limit:
            return await api.buy(product, 1, viewer, wallet)

    for number in range(0, 1_000, 50):
        await asyncio.gather(*[api.town.charge(5_000, wallet) for _, wallet in buyers[number : number + 50]])
    answers = await asyncio.gather(*[try_to_buy(number) for number in range(1_000)])
    bought = [one for one in answers if "purchase" in one]
    refused = {(one["code"], one["unitsLeft"], one["retry"]) for one in answers if "code" in one}
    assert (len(bought), refused) == (100, {("SOLD_OUT", 0, "NEW_KEY")})
    assert len({one["purchase"]["receiptNumber"] for one in bought}) == 100
    assert (await api.seen(product))["stockLeft"] == 0
    assert await posted(api, AccountKind.WALLET, api.town.coin.id) == 900 * 5_000
    await api.town.assert_sound()
