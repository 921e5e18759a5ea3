"""Fair shares: who waits, in which order, and that nobody is forgotten. In rounds of the loop, not by the clock."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

from domain.events.turns import REPLAYS_PER_CONNECTION, REPLAYS_PER_PERSON, Replays

MANY, STRANGER = UUID(int=1), UUID(int=2)


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
