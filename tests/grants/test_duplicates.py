"""A single grant that repeats one of the day is refused where the app asks to be told."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.officers import Officers
from tests.support.reversals import reverse


async def test_the_same_grant_again_on_one_day_is_a_question(api: Api):
    programme = await api.programme(await api.asset("DAILY"), 10_000)
    key = str(uuid4())
    first = await api.grant(programme, 300, confirmDuplicate=False, idempotencyKey=key)
    refused = await api.grant(programme, 300, confirmDuplicate=False)
    assert (refused["code"], refused["receiptNumber"], refused["retry"]) == (
        "POSSIBLE_DUPLICATE_GRANT",
        first["grant"]["receiptNumber"],
        "SAME_KEY",
    )
    assert "本日、このウォレットに同じ金額を付与しています" in refused["message"]
    assert (await api.balances())["DAILY"] == 300
    again = await api.grant(programme, 300, confirmDuplicate=False, idempotencyKey=key)
    assert (again["replayed"], again["grant"]["receiptNumber"]) == (True, first["grant"]["receiptNumber"])
    _, other = await api.town.new_resident()
    assert "grant" in await api.grant(programme, 301, confirmDuplicate=False), "another amount"
    assert "grant" in await api.grant(programme, 300, other, confirmDuplicate=False), "another wallet"
    assert "grant" in await api.grant(programme, 300, confirmDuplicate=True), "meant"
    assert "grant" in await api.grant(programme, 300), "an app that does not know the question"
    assert (await api.balances())["DAILY"] == 1_201
    await api.town.assert_sound()


async def test_what_was_reversed_and_what_a_file_gave(api: Api):
    programme = await api.programme(await api.asset("DAILY"), 10_000)
    first = await api.grant(programme, 300)
    assert "reversal" in await reverse(api, first["grant"]["id"])
    assert "grant" in await api.grant(programme, 300, confirmDuplicate=False), "nothing of the first is left"
    officers = Officers(api.town)
    await officers.run(await officers.started(officers.csv([api.town.wallet], 500), programme))
    assert (await api.grant(programme, 500, confirmDuplicate=False))["code"] == "POSSIBLE_DUPLICATE_GRANT"
    await api.town.assert_sound()


async def test_of_many_at_once_one_is_made(api: Api):
    programme = await api.programme(await api.asset("DAILY"), 10_000)
    answers = await asyncio.gather(*[api.grant(programme, 200, confirmDuplicate=False) for _ in range(8)])
    assert Counter(answer.get("code") for answer in answers) == {None: 1, "POSSIBLE_DUPLICATE_GRANT": 7}
    assert (await api.balances())["DAILY"] == 200
    await api.town.assert_sound()


async def test_a_new_day_is_a_new_grant(api: Api, moved: MovableClock):
    programme = await api.programme(await api.asset("DAILY"), 10_000)
    await api.grant(programme, 300)
    moved.forward(timedelta(days=1))
    assert "grant" in await api.grant(programme, 300, confirmDuplicate=False)
