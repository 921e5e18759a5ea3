"""Work that goes on after its request was answered, and work that only a few may do at once.

One of each per process, bounded.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()
HEAVY_LIMIT = 2
"""Files that a process reads at a time."""


class Background:
    """Tasks by name, at most `limit`. Nothing depends on them: what they do, a job does too, only later."""

    def __init__(self, limit: int = 4) -> None:
        self._limit = limit
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.heavy = asyncio.Semaphore(HEAVY_LIMIT)

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> bool:
        """Begins, unless work of that name is under way or too much is: False, and the job will do it."""
        if name in self._tasks or len(self._tasks) >= self._limit:
            work.close()
            return False
        task = self._tasks[name] = asyncio.create_task(self._run(name, work))
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return True

    async def close(self) -> None:
        """Ends what is under way; it can go on from where it was."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @staticmethod
    async def _run(name: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception:
            log.exception("background.failed", work=name)
