"""Fair shares: who waits, in which order, and that nobody is forgotten. In rounds of the loop, not by the clock."""

import asyncio
import itertools
from contextlib import AsyncExitStack
from uuid import UUID

from domain.events.turns import DELIVERIES_PER_ROUND, REPLAYS_PER_CONNECTION, REPLAYS_PER_PERSON, Replays, Turns

MANY, STRANGER = UUID(int=1), UUID(int=2)


async def test_a_stranger_waits_for_one_round_however_many_one_person_has():
    turns, order = Turns(), list[UUID]()

    async def deliver(person: UUID) -> None:
        await turns.take(person)
        order.append(person)

    crowd = [asyncio.create_task(deliver(MANY)) for _ in range(3_000)]
    await asyncio.sleep(0)
    stranger = asyncio.create_task(deliver(STRANGER))
    await stranger
    assert order.index(STRANGER) <= 2 * DELIVERIES_PER_ROUND
    await asyncio.gather(*crowd)
    assert len(order) == 3_001


async def test_other_work_runs_between_the_rounds():
    """A payment takes some dozens of rounds of the event loop; in each, only a few events are delivered."""
    turns, delivered, seen = Turns(), 0, list[int]()

    async def deliver() -> None:
        nonlocal delivered
        await turns.take(MANY)
        delivered += 1

    crowd = [asyncio.create_task(deliver()) for _ in range(400)]
    while delivered < 400:
        seen.append(delivered)
        await asyncio.sleep(0)
    steps = [after - before for before, after in itertools.pairwise(seen)]
    assert max(steps) <= DELIVERIES_PER_ROUND
    await asyncio.gather(*crowd)


async def test_who_has_gone_takes_no_turn():
    turns = Turns()
    waiting = [asyncio.create_task(turns.take(MANY)) for _ in range(50)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(taken is None for taken in done) >= 25
    await asyncio.wait_for(turns.take(STRANGER), 5)


async def test_replays_of_a_connection_and_of_a_person_wait_in_turn():
    replays, running, most = Replays(), {"a": 0, "b": 0, "c": 0}, {"a": 0, "b": 0, "c": 0, "all": 0}
    order = []

    async def replay(connection: str, number: int) -> None:
        async with replays.page(MANY, connection):
            running[connection] += 1
            most[connection] = max(most[connection], running[connection])
            most["all"] = max(most["all"], sum(running.values()))
            order.append((connection, number))
            for _ in range(5):
                await asyncio.sleep(0)
            running[connection] -= 1

    await asyncio.gather(*[replay(connection, number) for number in range(20) for connection in "abc"])
    assert most == dict.fromkeys("abc", REPLAYS_PER_CONNECTION) | {"all": REPLAYS_PER_PERSON}
    assert [number for connection, number in order if connection == "a"] == list(range(20))


async def test_somebody_elses_replays_do_not_wait():
    replays = Replays()
    async with AsyncExitStack() as held:
        for connection in ("a", "a", "b", "b"):
            await held.enter_async_context(replays.page(MANY, connection))
        waiting = asyncio.create_task(wait_for_one(replays, MANY))
        await asyncio.wait_for(wait_for_one(replays, STRANGER), 5)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)


async def wait_for_one(replays: Replays, person: UUID) -> None:
    async with replays.page(person, "c"):
        pass
