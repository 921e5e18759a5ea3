"""COMMIT without an answer: a client is told BUSY or UNAVAILABLE only of a request that is in no table.

Whether it is there is asked of the table of journals itself, past the code under test.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.ledger.poster import Poster
from domain.refusals import BusyError, OutcomeUnknownError, UnavailableError
from tests.support.eventually import eventually
from tests.support.town import People
from tests.support.wire import Cut, Wire, wired_services

PATIENCE = 1.5


@dataclass
class Away:
    """A town whose ledger is at the other end of a wire, and a connection past it."""

    town: People
    wire: Wire
    poster: Poster
    owner: "asyncpg.Connection[asyncpg.Record]"

    async def journals(self, key: UUID) -> int:
        return await self.owner.fetchval(
            "select count(*) from journal where municipality_id = $1 and key = $2", self.town.id, key
        )

    def gone_for_good(self) -> None:
        """From the cut on, the database is not there."""
        self.wire.down = True


@pytest.fixture
async def away(town: People, database_url: str, monkeypatch) -> AsyncIterator[Away]:
    monkeypatch.setattr("domain.ledger.poster.PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr("domain.ledger.poster.ATTEMPT_SECONDS", 0.5)
    await town.charge(10_000)
    owner = await asyncpg.connect(database_url)
    async with wired_services(town.services, database_url) as (wire, poster, services):
        yield Away(replace(town, services=services), wire, poster, owner)
    await owner.close()
    await town.assert_sound()


async def test_a_lost_commit_is_answered_from_the_key(away: Away):
    key = uuid4()
    away.wire.cuts = [Cut.AFTER_COMMIT]
    assert (await away.town.pay(10, key)).replayed, "the second attempt found what the first had committed"
    assert await away.journals(key) == 1


async def test_a_commit_that_never_arrived_is_posted_again(away: Away):
    key = uuid4()
    away.wire.cuts = [Cut.BEFORE_COMMIT, Cut.BEFORE_COMMIT]
    assert not (await away.town.pay(10, key)).replayed
    assert away.wire.commits == 3
    assert await away.journals(key) == 1


async def test_a_commit_whose_answer_never_comes_is_answered_from_the_key(away: Away):
    """The connection stays open and says nothing: the attempt's own time ends it."""
    key = uuid4()
    away.wire.cuts = [Cut.SILENT]
    assert (await away.town.pay(10, key)).replayed
    assert await away.journals(key) == 1


@pytest.mark.parametrize("cut", [Cut.AFTER_COMMIT, Cut.SILENT, Cut.BEFORE_COMMIT])
async def test_committed_and_then_no_database_is_never_busy(away: Away, cut: Cut):
    key = uuid4()
    away.wire.cuts, away.wire.committed = [cut], away.gone_for_good
    with pytest.raises(OutcomeUnknownError):
        await away.town.pay(10, key)
    assert await away.journals(key) == (0 if cut is Cut.BEFORE_COMMIT else 1)


async def test_committed_and_then_locked_by_somebody_else_is_never_busy(away: Away, database_url: str):
    """After the lost commit the wallet's lock goes to another transaction: the request is parked till its deadline."""
    key, blocker = uuid4(), await asyncpg.connect(database_url)
    transaction = blocker.transaction()
    await transaction.start()
    holder = "select from holder where municipality_id = $1 and id = $2 for update"
    waits: list[asyncio.Task[str]] = []

    def block() -> None:
        waits.append(asyncio.create_task(blocker.execute(holder, away.town.id, away.town.wallet)))

    away.wire.cuts, away.wire.committed = [Cut.AFTER_COMMIT], block
    with pytest.raises(OutcomeUnknownError):
        await away.town.pay(10, key)
    await waits[0]
    assert await away.journals(key) == 1
    await transaction.rollback()
    await blocker.close()


async def test_lost_in_the_lane_of_the_parked_is_never_busy(away: Away, database_url: str):
    key, blocker = uuid4(), await asyncpg.connect(database_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute(
        "select from holder where municipality_id = $1 and id = $2 for update", away.town.id, away.town.wallet
    )
    paying = asyncio.create_task(away.town.pay(10, key))
    await eventually(lambda: bool(away.poster._parked))
    away.wire.cuts, away.wire.committed = [Cut.AFTER_COMMIT], away.gone_for_good
    await transaction.rollback()
    await blocker.close()
    with pytest.raises(OutcomeUnknownError):
        await paying
    assert await away.journals(key) == 1


@pytest.mark.parametrize("state", ["serialization_failure", "unique_violation"])
async def test_lost_and_then_refused_alone_is_never_busy(away: Away, state: str):
    """Two requests were in the commit; the database then fails each attempt, so that each is settled alone."""
    keys, town = [uuid4(), uuid4()], away.town
    other, wallet = await town.new_resident()
    theirs = replace(town, resident=other, wallet=wallet)
    await theirs.charge(100)
    name = f"fail_{town.id}"
    await away.owner.execute(
        f"""create function {name}() returns trigger language plpgsql as
          $$ begin if new.municipality_id = {town.id} then raise {state}; end if; return new; end $$"""
    )
    failing: list[asyncio.Task[str]] = []
    trigger = f"create trigger {name} before insert on journal for each row execute function {name}()"
    away.wire.committed = lambda: failing.append(asyncio.create_task(away.owner.execute(trigger)))
    away.wire.cuts = [Cut.BEFORE_COMMIT]
    away.poster._idle, lanes = [], away.poster._idle  # until both wait, so that they are in one batch
    paying = [asyncio.create_task(town.pay(10, keys[0])), asyncio.create_task(theirs.pay(10, keys[1]))]
    await eventually(lambda: away.poster.depth == 2)
    away.poster._idle = lanes
    away.poster._pump()
    try:
        results = await asyncio.gather(*paying, return_exceptions=True)
        assert [type(result) for result in results] == [OutcomeUnknownError] * 2
        assert failing
    finally:
        await asyncio.gather(*failing)
        await away.owner.execute(f"drop function {name} cascade")
    assert [await away.journals(key) for key in keys] == [0, 0]


async def test_another_request_of_a_key_in_doubt_is_never_busy(away: Away):
    key = uuid4()
    away.wire.cuts, away.wire.committed = [Cut.AFTER_COMMIT], away.gone_for_good
    with pytest.raises(OutcomeUnknownError):
        await away.town.pay(10, key)
    with pytest.raises(OutcomeUnknownError):  # it was in no commit itself, but its key was
        await away.town.pay(10, key)
    away.wire.down = False
    assert (await away.town.pay(10, key)).replayed
    assert not away.poster._in_doubt


async def test_without_a_database_nothing_was_posted_and_the_answer_says_so(away: Away):
    key, away.wire.down = uuid4(), True
    started = time.perf_counter()
    with pytest.raises(UnavailableError):
        await away.town.pay(10, key)
    assert PATIENCE <= time.perf_counter() - started < PATIENCE + 2
    assert await away.journals(key) == 0


async def test_a_database_that_does_not_answer_is_busy_in_time(away: Away):
    """Also for who waits behind others in the queue, and nothing of it is done later."""
    keys = [uuid4() for _ in range(200)]
    await away.town.pay(1)
    away.wire.deaf = True
    started = time.perf_counter()
    results = await asyncio.gather(*[away.town.pay(1, key) for key in keys], return_exceptions=True)
    assert time.perf_counter() - started < PATIENCE + 2
    assert {type(result) for result in results} == {BusyError}
    away.wire.deaf = False
    assert [await away.journals(key) for key in keys] == [0] * 200
    assert not (await away.town.pay(1, keys[0])).replayed
