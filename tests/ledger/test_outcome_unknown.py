"""A connection that is lost while committing, with the database away afterwards: the payer is told neither yes nor no."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.ledger import poster as posting
from tests.support.api import Api
from tests.support.wire import Cut, Wire, wired_services


@pytest.fixture
async def wire(town: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Api, Wire]]:
    """The town's ledger behind a wire of its own; everything else reads the database directly."""
    monkeypatch.setattr(posting, "PATIENCE_SECONDS", 1)
    await town.charge(1_000)
    async with wired_services(town.services, database_url) as (wire, _, services):
        yield Api(replace(town, services=services)), wire


async def test_a_lost_commit_is_told_as_unknown_and_its_key_tells_what_became_of_it(wire: tuple[Api, Wire]):
    api, cable = wire
    await api.pay(1)  # the connection is up
    key = str(uuid4())
    cable.cuts = [Cut.AFTER_COMMIT]

    def lost() -> None:
        cable.down = True

    cable.committed = lost
    refusal = await api.pay(300, idempotencyKey=key)
    assert cable.down
    assert (refusal["code"], refusal["retry"]) == ("OUTCOME_UNKNOWN", "SAME_KEY")
    assert (
        refusal["message"]
        == "結果を確認できませんでした。もう一度支払わず、しばらくしてから取引の結果をお確かめください。"
    )
    outcome = await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=key)
    assert (outcome["state"], outcome["receipt"]["amount"]) == ("SETTLED", 300)
    cable.down = False
    again = await api.pay(300, idempotencyKey=key)
    assert (again["replayed"], again["payment"]["receiptNumber"]) == (True, outcome["receipt"]["receiptNumber"])
    assert (await api.balances())["COIN"] == 1_000 - 1 - 300
    await api.town.assert_sound()


async def test_a_database_that_was_away_before_the_commit_is_told_as_unavailable(wire: tuple[Api, Wire]):
    """Nothing was sent, so the payer need not fear that it is unknown."""
    api, cable = wire
    cable.down = True
    key = str(uuid4())
    refusal = await api.pay(300, idempotencyKey=key)
    assert (refusal["code"], refusal["retry"]) == ("UNAVAILABLE", "SAME_KEY")
    assert (await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=key))["state"] == "UNKNOWN"
    assert (await api.balances())["COIN"] == 1_000
