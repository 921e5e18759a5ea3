"""Tasks that must live are started again, counted, and named while they are down."""

import asyncio

from domain import background
from domain.background import Living
from tests.support.eventually import eventually


async def test_a_task_that_fails_is_named_and_started_again(monkeypatch):
    monkeypatch.setattr(background, "FIRST_PAUSE_SECONDS", 0.05)
    living, begun, fails = Living(), [0], asyncio.Event()

    async def work() -> None:
        begun[0] += 1
        if begun[0] < 3:
            await fails.wait()
            raise OSError
        await asyncio.Event().wait()

    async def fine() -> None:
        await asyncio.Event().wait()

    living.keep("work", work)
    living.keep("fine", fine)
    await eventually(lambda: begun == [1])
    assert living.dead == []
    fails.set()
    await eventually(lambda: living.dead == ["work"])
    await eventually(lambda: begun == [3] and living.dead == [])
    assert dict(living.restarts) == {"work": 2}
    await living.close()


async def test_a_task_that_ends_is_started_again_and_one_that_is_cancelled_is_named(monkeypatch):
    monkeypatch.setattr(background, "FIRST_PAUSE_SECONDS", 0.01)
    living, begun = Living(), [0]

    async def work() -> None:
        begun[0] += 1
        if begun[0] > 1:
            await asyncio.Event().wait()

    living.keep("work", work)
    await eventually(lambda: begun == [2])
    await eventually(lambda: living.dead == [])
    living._tasks["work"].cancel()
    await eventually(lambda: living.dead == ["work"])
    await living.close()
    assert living._tasks["work"].done()
