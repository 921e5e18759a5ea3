"""Live events between processes: the bus is a shortcut, the table is the truth."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from redis import asyncio as aioredis

from domain.events.bus import CHANNEL, Bus
from domain.events.stream import Resync, stream
from mocks.embedded import valkey
from mocks.embedded.process import free_port
from tests.support.eventually import eventually
from tests.support.town import People

NEVER_SECONDS = 3_600
"""Longer than any test: while it is connected, the bus does not look into the table by itself."""


@asynccontextmanager
async def bus(url: str | None, reconcile_seconds: float = NEVER_SECONDS) -> AsyncIterator[Bus]:
    live = Bus(url, reconcile_seconds=reconcile_seconds)
    await live.start()
    try:
        yield live
    finally:
        await live.close()


async def pay(town: People, through: Bus, times: int) -> None:
    for _ in range(times):
        through.publish((await town.pay(1)).events)


@asynccontextmanager
async def heard(town: People, there: Bus) -> AsyncIterator[list[int]]:
    """The sequences of the events of the town's store that come through a bus, as they come."""
    seen: list[int] = []

    async def till() -> None:
        async for item in stream(replace(town.services, bus=there), town.id, town.store, None):
            assert not isinstance(item, Resync)
            seen.append(item.sequence)

    before = there.subscribers
    task = asyncio.create_task(till())
    try:
        await eventually(lambda: there.subscribers == before + 1 and following(there, town))
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def following(live: Bus, town: People) -> bool:
    """Whether every inbox of the town's store waits: its first reads are over."""
    return all(inbox._wake._waiters for inbox in live._inboxes[town.id, town.store])


async def test_each_commit_is_published_to_its_own_process_and_to_the_others(
    town: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """No bus looks into the table, connected or not, so that only what is published is heard."""
    monkeypatch.setattr("domain.events.bus.RECONCILE_SECONDS_DOWN", NEVER_SECONDS)
    await town.charge(1_000)
    server = valkey.start(tmp_path)
    try:
        async with bus(server.url()) as here, bus(server.url()) as there:
            await eventually(lambda: here.connected and there.connected)
            async with heard(town, town.services.bus) as own, heard(town, here) as near, heard(town, there) as far:
                await pay(town, here, 3)
                await eventually(lambda: [own, near, far] == [[1, 2, 3]] * 3)
    finally:
        server.stop()


async def test_with_a_dead_bus_the_table_tells_everything(town: People):
    """Nobody listens at the address: nothing is published, and events come by the table within a second or so."""
    await town.charge(1_000)
    address = f"redis://127.0.0.1:{free_port()}/0"
    async with bus(address) as dead, heard(town, dead) as seen:
        for _ in range(3):
            await town.pay(1)
        await eventually(lambda: seen == [1, 2, 3])
        assert not dead.connected


async def test_the_interval_is_the_one_that_was_asked_for(town: People):
    await town.charge(1_000)
    async with bus(None, 0.05) as often, heard(town, often) as early, bus(None) as seldom, heard(town, seldom) as late:
        await town.pay(1)
        await eventually(lambda: early == [1])
        assert late == []


async def test_a_bus_that_stops_and_forgets_loses_no_event(town: People, tmp_path: Path):
    await town.charge(1_000)
    server = valkey.start(tmp_path)
    seen: list[int] = []
    async with bus(server.url()) as here, bus(server.url()) as there:
        listening = replace(town.services, bus=there)

        async def till() -> None:
            async for item in stream(listening, town.id, town.store, 0):
                assert not isinstance(item, Resync)
                seen.append(item.sequence)

        task = asyncio.create_task(till())
        await eventually(lambda: there.connected and there.subscribers == 1)
        await pay(town, here, 3)
        await eventually(lambda: len(seen) == 3)
        server.stop()
        await eventually(lambda: not there.connected)
        await pay(town, here, 3)
        await eventually(lambda: len(seen) == 6)
        server = valkey.start(tmp_path, server.port)
        await eventually(lambda: there.connected)
        await pay(town, here, 3)
        await eventually(lambda: len(seen) == 9)
        client = aioredis.from_url(server.url())
        await client.flushall()
        await client.aclose()
        await pay(town, here, 3)
        await eventually(lambda: len(seen) == 12)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    server.stop()
    assert seen == list(range(1, 13))


async def test_events_after_one_are_replayed_and_one_that_never_was_asks_to_resync(town: People):
    await town.charge(1_000)
    for _ in range(4):
        await town.pay(1)
    items = stream(town.services, town.id, town.store, 1)
    assert [(await anext(items)).sequence for _ in range(3)] == [2, 3, 4]
    await items.aclose()
    ahead = stream(town.services, town.id, town.store, 99)
    resync = await anext(ahead)
    assert isinstance(resync, Resync)
    assert (resync.reason, resync.sequence) == ("AHEAD", 4)
    await ahead.aclose()
    assert town.services.bus.subscribers == 0


async def test_messages_of_strangers_are_passed_over(town: People, tmp_path: Path):
    await town.charge(1_000)
    server = valkey.start(tmp_path)
    try:
        async with bus(server.url()) as here, bus(server.url()) as there:
            await eventually(lambda: here.connected and there.connected)
            inbox = there.subscribe(town.id, town.store)
            client = aioredis.from_url(server.url())
            for strange in (
                b"",
                b"[]",
                b"x" * 32 + b"0" * 16 + b"{",
                b"x" * 32 + b"0" * 16 + b"[1]",
                b"x" * 32 + b"0" * 16 + b"[[1, 2]]",
            ):
                await client.publish(CHANNEL, strange)
            await client.aclose()
            await pay(town, here, 1)
            await eventually(lambda: len(inbox.rows) == 1)
            assert there.lost == 5
            assert 0 <= there.lag_microseconds < 10_000_000
    finally:
        server.stop()


async def test_a_bus_that_is_open_and_silent_counts_as_lost_and_tills_read_the_table(
    town: People, tmp_path: Path, monkeypatch
):
    """The server is stopped by a signal: its connections stay open and say nothing."""
    monkeypatch.setattr("domain.events.bus.SILENCE_SECONDS", 0.3)
    await town.charge(1_000)
    server = valkey.start(tmp_path)
    seen: list[int] = []
    try:
        async with bus(server.url()) as here, bus(server.url()) as there:

            async def till() -> None:
                async for item in stream(replace(town.services, bus=there), town.id, town.store, 0):
                    assert not isinstance(item, Resync)
                    seen.append(item.sequence)

            task = asyncio.create_task(till())
            await eventually(lambda: here.connected and there.connected and there.subscribers == 1)
            server.process.send_signal(signal.SIGSTOP)
            await pay(town, here, 2)
            await eventually(lambda: not there.connected)
            await eventually(lambda: seen == [1, 2])
            server.process.send_signal(signal.SIGCONT)
            await eventually(lambda: here.connected and there.connected)
            await pay(town, here, 1)
            await eventually(lambda: seen == [1, 2, 3])
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()
