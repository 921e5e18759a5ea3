"""Reads as one: whoever asks meanwhile is answered by the next, nobody by an older one, and nobody is stranded."""

import asyncio

import pytest

from domain import together
from domain.together import Together


async def test_many_askers_are_answered_by_few_reads():
    reads: list[list[int]] = []
    gate = asyncio.Event()

    async def read(keys: list[int]) -> list[int]:
        reads.append(keys)
        await gate.wait()
        return [key * 10 for key in keys]

    together = Together(read)
    first = asyncio.create_task(together.of(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.of(number)) for number in (2, 3, 2, 1)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(first, *others) == [10, 20, 30, 20, 10]
    assert reads == [[1], [2, 3, 1]], "who asks for 1 while it is being read is told what is so afterwards"
    assert await together.of(4) == 40


async def test_an_asker_that_goes_away_cancels_nobody_elses_and_errors_reach_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(together, "LIMIT", 2)
    gate = asyncio.Event()

    async def read(keys: list[int]) -> list[int]:
        await gate.wait()
        if 3 in keys:
            raise ConnectionError
        return keys

    readers = Together(read)
    tasks = [asyncio.create_task(readers.of(number)) for number in (1, 2, 3, 4)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    gate.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result).__name__ for result in done] == ["CancelledError", "int", "ConnectionError", "ConnectionError"]
    assert await readers.of(5) == 5
