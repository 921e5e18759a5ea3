"""One holder's stream: what was missed, then what happens, each once and in order, whatever the bus does."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.events.bus import QUEUE_LIMIT, Bus
from domain.events.reads import events_after
from domain.events.stream import PAGE, REPLAY_AGE, REPLAY_EVENTS, Resync, stream
from domain.ledger.request import EventRow
from domain.services import Services
from tests.support.clock import MovableClock
from tests.support.eventually import eventually
from tests.support.town import People

Items = AsyncGenerator[EventRow | Resync, None]
WAIT_SECONDS = 10


@pytest.fixture
def apart(town: People) -> Services:
    """The town's services with a bus of its own that nobody publishes to and that does not reconcile by itself: the test does both."""
    return replace(town.services, bus=Bus(None))


@pytest.fixture
def moved(clock: MovableClock):
    """The clock, put back afterwards: other tests share it."""
    before = clock.shift
    yield clock
    clock.shift = before


async def next_of(items: Items, count: int) -> list[EventRow]:
    """The next events; a Resync among them is a failure."""
    received = [await asyncio.wait_for(anext(items), WAIT_SECONDS) for _ in range(count)]
    assert not any(isinstance(item, Resync) for item in received), received
    return received  # type: ignore[return-value]


async def to_resync(items: Items) -> tuple[list[EventRow], Resync]:
    """The rest of a stream that ends."""
    rest = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for event in items:
            if isinstance(event, Resync):
                assert await anext(items, None) is None, "a Resync is the last item"
                return rest, event
            rest.append(event)
    raise AssertionError("it ended without a Resync")


async def resync_of(town: People, after: int) -> Resync:
    rest, resync = await to_resync(stream(town.services, town.id, town.store, after))
    assert rest == []
    assert (resync.municipality, resync.holder) == (town.id, town.store)
    return resync


async def following(services: Services, town: People) -> tuple[Items, "asyncio.Task[EventRow | Resync]"]:
    """A stream from now on that has joined the bus, and its first item that is still to come."""
    before = services.bus.subscribers
    items = stream(services, town.id, town.store, None)
    first = asyncio.create_task(anext(items))  # type: ignore[arg-type]
    await eventually(lambda: services.bus.subscribers == before + 1 and waiting(services.bus, town))
    return items, first


def waiting(bus: Bus, town: People) -> bool:
    return all(inbox._wake._waiters for inbox in bus._inboxes[town.id, town.store])


async def pay(town: People, times: int) -> list[EventRow]:
    """Payments of 1, many at once; the store's events in order."""
    posted = [
        journal
        for start in range(0, times, 250)
        for journal in await asyncio.gather(*[town.pay(1) for _ in range(min(250, times - start))])
    ]
    return sorted(
        (row for journal in posted for row in journal.events if row.holder == town.store), key=lambda row: row.sequence
    )


def numbers(events: Sequence[EventRow]) -> list[int]:
    return [row.sequence for row in events]


async def test_streams_from_many_cursors_replay_and_follow_without_a_gap_or_a_repeat_while_payments_go_on(town: People):
    before, during = 2 * PAGE + 50, 200
    await town.charge(1_000)
    await pay(town, before)

    async def till(cursor: int) -> list[EventRow]:
        async with aclosing(stream(town.services, town.id, town.store, cursor)) as items:
            return await next_of(items, before + during - cursor)

    async def tills() -> list[list[EventRow]]:
        """They join one after another, while payments go on."""
        joined = []
        for cursor in cursors:
            joined.append(asyncio.create_task(till(cursor)))
            await asyncio.sleep(0.005)  # the moment of joining is what differs
        return await asyncio.gather(*joined)

    async def paying() -> None:
        for _ in range(during // 5):
            await asyncio.gather(*[town.pay(1) for _ in range(5)])

    cursors = [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, before - 1, before]
    heard, _ = await asyncio.gather(tills(), paying())
    written = await events_after(town.id, town.store, 0, 1_000)
    assert numbers(written) == list(range(1, before + during + 1))
    for cursor, events in zip(cursors, heard, strict=True):
        assert numbers(events) == list(range(cursor + 1, before + during + 1))
        assert [row.journal_id for row in events] == [row.journal_id for row in written[cursor:]]
        assert [row.balances for row in events] == [row.balances for row in written[cursor:]]


async def test_what_the_bus_tells_is_what_the_table_tells(town: People):
    """The same event live and replayed: an app must not be able to tell the difference."""
    await town.charge(1_000)
    items, first = await following(town.services, town)
    paid = await town.pay(30)
    await town.refund(paid.journal_id, 10)
    live = [await first, *await next_of(items, 1)]
    await items.aclose()
    assert live == await events_after(town.id, town.store, 0, 10)


async def test_256_unread_events_are_kept_and_one_more_ends_the_stream_where_it_can_begin_again(town: People):
    await town.charge(1_000)
    items, first = await following(town.services, town)
    await pay(town, 1)
    assert numbers([await first]) == [1]
    await pay(town, QUEUE_LIMIT)  # unread, but no more than are kept
    heard = await next_of(items, QUEUE_LIMIT)
    assert numbers(heard) == list(range(2, QUEUE_LIMIT + 2))
    await pay(town, QUEUE_LIMIT + 40)
    rest, resync = await to_resync(items)
    assert resync.reason == "TOO_SLOW"
    again = stream(town.services, town.id, town.store, resync.sequence)
    missed = await next_of(again, 2 * QUEUE_LIMIT + 41 - resync.sequence)
    await again.aclose()
    assert len(rest) >= QUEUE_LIMIT, "what was kept is told"
    assert numbers(heard + rest + missed) == list(range(2, 2 * QUEUE_LIMIT + 42))


async def test_too_slow_in_the_middle_of_a_replay_loses_nothing_either(town: People):
    await town.charge(1_000)
    await pay(town, 30)
    items = stream(town.services, town.id, town.store, 0)
    heard = await next_of(items, 1)
    await pay(town, QUEUE_LIMIT + 40)
    rest, resync = await to_resync(items)
    assert resync.reason == "TOO_SLOW"
    again = stream(town.services, town.id, town.store, resync.sequence)
    missed = await next_of(again, QUEUE_LIMIT + 70 - resync.sequence) if resync.sequence < QUEUE_LIMIT + 70 else []
    await again.aclose()
    assert numbers(heard + rest + missed) == list(range(1, QUEUE_LIMIT + 71))


async def test_1000_events_behind_are_replayed_without_the_buss_help_and_1001_are_too_far(
    town: People, apart: Services
):
    await town.charge(2_000)
    await pay(town, REPLAY_EVENTS + 1)
    resync = await resync_of(town, 0)
    assert (resync.reason, resync.sequence) == ("TOO_FAR_BEHIND", REPLAY_EVENTS + 1)
    async with aclosing(stream(apart, town.id, town.store, 1)) as items:
        assert numbers(await next_of(items, REPLAY_EVENTS)) == list(range(2, REPLAY_EVENTS + 2))


async def test_a_cursor_whose_next_event_is_older_than_24_hours_is_too_far(town: People, moved: MovableClock):
    await town.charge(1_000)
    await pay(town, 2)
    moved.forward(REPLAY_AGE - timedelta(minutes=1))
    async with aclosing(stream(town.services, town.id, town.store, 0)) as items:
        assert numbers(await next_of(items, 2)) == [1, 2]
    moved.forward(timedelta(minutes=2))
    resync = await resync_of(town, 0)
    assert (resync.reason, resync.sequence) == ("TOO_FAR_BEHIND", 2)
    await pay(town, 1)
    async with aclosing(stream(town.services, town.id, town.store, 2)) as items:
        assert numbers(await next_of(items, 1)) == [3], "what it has not seen is new, however old what it has seen"


async def test_a_cursor_of_the_future_is_told_where_the_present_is(town: People):
    await town.charge(1_000)
    await pay(town, 3)
    resync = await resync_of(town, 4)
    assert (resync.reason, resync.sequence) == ("AHEAD", 3)
    async with aclosing(stream(town.services, town.id, town.store, resync.sequence)) as items:
        await pay(town, 1)
        assert numbers(await next_of(items, 1)) == [4]


async def test_however_a_stream_ends_the_bus_has_no_subscriber_left(town: People):
    bus = town.services.bus
    before = bus.subscribers
    await town.charge(1_000)
    await pay(town, 2)
    closed = stream(town.services, town.id, town.store, 0)
    await next_of(closed, 1)
    assert bus.subscribers == before + 1
    await closed.aclose()
    assert bus.subscribers == before
    for cursor in (0, None):  # cancelled while it replays, and while it waits
        task = asyncio.create_task(to_resync(stream(town.services, town.id, town.store, cursor)))
        await eventually(lambda: bus.subscribers == before + 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert bus.subscribers == before
    await resync_of(town, 99)
    assert bus.subscribers == before
    assert (town.id, town.store) not in bus._inboxes, "nor is its place kept"


async def test_one_slow_subscriber_does_not_end_the_others(town: People):
    await town.charge(1_000)
    slow, slow_first = await following(town.services, town)
    quick, quick_first = await following(town.services, town)
    await pay(town, 1)
    heard = [await quick_first]
    await slow_first
    for _ in range(3):
        await pay(town, QUEUE_LIMIT // 2)
        heard += await next_of(quick, QUEUE_LIMIT // 2)
    _, resync = await to_resync(slow)
    assert resync.reason == "TOO_SLOW"
    await quick.aclose()
    assert numbers(heard) == list(range(1, 3 * QUEUE_LIMIT // 2 + 2))


@pytest.mark.parametrize("seed", range(8))
async def test_messages_lost_repeated_and_out_of_order_come_out_complete_and_in_order(
    town: People, apart: Services, seed: int
):
    chance = random.Random(seed)
    await town.charge(1_000)
    items, first = await following(apart, town)
    heard = []

    async def till() -> None:
        heard.append(await first)
        while True:
            heard.append(await anext(items))

    task = asyncio.create_task(till())
    for _ in range(5):
        events = await pay(town, 20)
        kept = [row for row in events if chance.random() < 0.7]
        said = kept + chance.choices(events, k=10) + chance.choices(kept, k=10)
        chance.shuffle(said)
        while said:
            size = chance.randrange(1, 6)
            apart.bus._deliver(said[:size])
            del said[:size]
            if chance.random() < 0.5:
                await asyncio.sleep(0)  # the till reads between two messages, or does not
    await apart.bus.reconcile()
    await eventually(lambda: len(heard) >= 100)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await items.aclose()
    assert heard == await events_after(town.id, town.store, 0, 200)


async def test_when_every_message_is_lost_reconciling_finds_the_events(town: People, apart: Services):
    await town.charge(1_000)
    items, first = await following(apart, town)
    await pay(town, 3)
    assert not first.done(), "nothing was said"
    await apart.bus.reconcile()
    assert numbers([await asyncio.wait_for(first, WAIT_SECONDS), *await next_of(items, 2)]) == [1, 2, 3]
    await items.aclose()


async def test_a_gap_is_filled_at_once_and_without_reconciling(town: People, apart: Services):
    await town.charge(1_000)
    items, first = await following(apart, town)
    events = await pay(town, 5)
    apart.bus._deliver(events[4:])
    assert numbers([await asyncio.wait_for(first, WAIT_SECONDS), *await next_of(items, 4)]) == [1, 2, 3, 4, 5]
    apart.bus._deliver(events)  # all of it again
    later = await pay(town, 1)
    apart.bus._deliver(later)
    assert numbers(await next_of(items, 1)) == [6]
    await items.aclose()


async def test_reconciling_wakes_nobody_who_has_seen_everything(town: People, apart: Services):
    await town.charge(1_000)
    items, first = await following(apart, town)
    apart.bus._deliver(await pay(town, 1))
    await first
    coming = asyncio.create_task(anext(items))  # type: ignore[arg-type]
    await eventually(lambda: waiting(apart.bus, town))
    await apart.bus.reconcile()
    [inbox] = apart.bus._inboxes[town.id, town.store]
    assert not inbox.behind
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    await items.aclose()
