"""A connection that is lost while committing, with the database away afterwards: the payer is told neither yes nor no."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.ledger import poster as posting
from domain.ledger.batch import Sources
from domain.ledger.ledger import Ledger
from domain.ledger.poster import SESSION, Poster
from tests.support.api import Api
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(town: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Api, Wire]]:
    """The town's ledger behind a wire of its own; everything else reads the database directly."""
    monkeypatch.setattr(posting, "PATIENCE_SECONDS", 1)
    services = town.services
    async with wire_to(database_url) as (wire, address):

        async def connect() -> "asyncpg.Connection[asyncpg.Record]":
            return await asyncpg.connect(address, server_settings=SESSION, timeout=5)

        poster = Poster(
            connect, Sources(services.clock, services.ids, lambda bits: uuid4().int % (1 << bits)), services.bus.publish
        )
        await town.charge(1_000)
        wired = replace(town, services=replace(services, ledger=Ledger(poster)))
        yield Api(wired), wire
        wire.is_down = False
        await poster.close()


async def test_a_lost_commit_is_told_as_unknown_and_its_key_tells_what_became_of_it(wire: tuple[Api, Wire]):
    api, cable = wire
    await api.pay(1)  # the connection is up
    key = str(uuid4())
    cable.cut_at_commit = True
    refusal = await api.pay(300, idempotencyKey=key)
    assert cable.cuts == 1
    assert (refusal["code"], refusal["retry"]) == ("OUTCOME_UNKNOWN", "SAME_KEY")
    assert (
        refusal["message"]
        == "結果を確認できませんでした。もう一度支払わず、しばらくしてから取引の結果をお確かめください。"
    )
    outcome = await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=key)
    assert (outcome["state"], outcome["receipt"]["amount"]) == ("SETTLED", 300)
    cable.is_down = False
    again = await api.pay(300, idempotencyKey=key)
    assert (again["replayed"], again["payment"]["receiptNumber"]) == (True, outcome["receipt"]["receiptNumber"])
    assert (await api.balances())["COIN"] == 1_000 - 1 - 300
    await api.town.assert_sound()


async def test_a_database_that_was_away_before_the_commit_is_told_as_busy(wire: tuple[Api, Wire]):
    """Nothing was sent, so the payer hears that nothing moved."""
    api, cable = wire
    cable.is_down = True
    key = str(uuid4())
    refusal = await api.pay(300, idempotencyKey=key)
    assert (refusal["code"], refusal["retry"]) == ("BUSY", "SAME_KEY")
    assert (await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=key))["state"] == "UNKNOWN"
    assert (await api.balances())["COIN"] == 1_000
