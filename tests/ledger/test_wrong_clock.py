"""A clock that is wrong dates nothing: the ledger refuses until it is right again."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest

from domain.background import Living
from domain.clock_watch import ClockWatch, WrongClockError
from domain.database import rows
from domain.ledger.batch import Sources
from domain.ledger.ledger import Ledger
from domain.ledger.poster import SESSION, Poster
from domain.refusals import OutcomeUnknownError, UnavailableError
from tests.support.clock import MovableClock
from tests.support.eventually import eventually
from tests.support.town import People
from tests.support.wire import Cut, wired_services


@dataclass
class Watched:
    town: People
    clock: MovableClock
    watch: ClockWatch


@pytest.fixture
async def watched(town: People, database_url: str) -> AsyncIterator[Watched]:
    """A town in a process with a clock of its own, which is watched."""
    await town.charge(1_000)
    clock, living = MovableClock(), Living()
    watch = ClockWatch(clock)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(database_url, server_settings=SESSION)

    poster = Poster(connect, Sources(watch.now, town.services.ids, secrets.randbits), town.services.bus.publish)
    with pytest.raises(WrongClockError):
        watch.now()  # it was not compared yet
    living.keep("clock.watch", watch.keep)
    await eventually(lambda: not watch.wrong)
    yield Watched(replace(town, services=replace(town.services, clock=clock, ledger=Ledger(poster))), clock, watch)
    await poster.close()
    await living.close()


@pytest.mark.parametrize("seconds", [5, 3_600, -5])
async def test_nothing_is_settled_while_the_clock_is_wrong(watched: Watched, seconds: int):
    """Also at the very moment at which it is set, before the database was asked again."""
    await watched.town.pay(1)
    watched.clock.forward(timedelta(seconds=seconds))
    with pytest.raises(WrongClockError):
        watched.watch.now()
    with pytest.raises(UnavailableError):
        await watched.town.pay(1)
    assert watched.watch.ahead is not None
    assert abs(watched.watch.ahead.total_seconds() - seconds) < 1
    watched.clock.forward(timedelta(seconds=-seconds))
    await watched.town.pay(1)
    [last] = await rows(
        "select max(recorded_at) as at, count(*)::int as n from journal where municipality_id = $1", watched.town.id
    )
    assert last["at"] <= datetime.now(UTC) + timedelta(seconds=2)
    assert last["n"] == 3  # the charge and two payments
    assert await watched.town.balance() == 998


async def test_a_key_in_doubt_stays_in_doubt_while_the_clock_is_wrong(
    town: People, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    """Its COMMIT had no answer, and it is in the table: that nothing was written would be a lie."""
    monkeypatch.setattr("domain.ledger.poster.PATIENCE_SECONDS", 1.5)
    await town.charge(1_000)
    key, right = uuid4(), [True]

    def clock() -> datetime:
        if right:
            return town.services.clock()
        raise WrongClockError

    async with wired_services(replace(town.services, clock=clock), database_url) as (wire, _, services):
        away = replace(town, services=services)
        wire.cuts, wire.committed = [Cut.AFTER_COMMIT], partial(setattr, wire, "down", True)
        with pytest.raises(OutcomeUnknownError):
            await away.pay(10, key)
        right.clear()
        away = replace(town, services=replace(services, clock=town.services.clock))
        with pytest.raises(OutcomeUnknownError):
            await away.pay(10, key)
        with pytest.raises(UnavailableError):
            await away.pay(10)
        right.append(True)
        wire.down = False
        assert (await away.pay(10, key)).replayed
    assert await town.balance() == 990


async def test_a_second_is_no_fault(watched: Watched):
    watched.clock.forward(timedelta(seconds=1))
    await watched.town.pay(1)
    assert not watched.watch.wrong


async def test_a_slow_answer_is_no_difference(monkeypatch):
    """The database answered somewhere between question and answer: of three seconds, none is held against the clock.

    But what it dates is still at most two seconds ahead of what the database said, and of the time since.
    """
    monotonic = [timedelta(seconds=100)]
    monkeypatch.setattr("domain.clock_watch._monotonic", lambda: monotonic[0])
    at = datetime(2027, 1, 1, tzinfo=UTC)

    async def slow() -> datetime:
        monotonic[0] += timedelta(seconds=3)
        return at

    ours = [at + timedelta(seconds=3)]
    watch = ClockWatch(lambda: ours[0], slow)
    await watch.measure()
    assert watch.ahead == timedelta(0)
    assert watch.now() == at + timedelta(seconds=2)
    ours[0] += timedelta(seconds=2.5)
    assert watch.wrong


async def test_a_clock_that_is_set_is_seen_before_the_next_question_and_freed_by_it(monkeypatch):
    """A machine that slept: its monotonic clock stood still, so its clock seems ahead until the database is asked."""
    monkeypatch.setattr("domain.clock_watch._monotonic", lambda: timedelta(seconds=100))
    theirs = [datetime(2027, 1, 1, tzinfo=UTC)]
    ours = theirs.copy()

    async def ask() -> datetime:
        return theirs[0]

    watch = ClockWatch(lambda: ours[0], ask)
    with pytest.raises(WrongClockError):
        watch.now()
    await watch.measure()
    assert watch.now() == ours[0]
    ours[0] += timedelta(hours=8)
    assert watch.ahead == timedelta(hours=8)
    with pytest.raises(WrongClockError):
        watch.now()
    theirs[0] += timedelta(hours=8)
    await watch.measure()
    assert watch.now() == ours[0]
