"""Background tasks and the limit on heavy work, one of each per process; and the tasks that must live."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()
HEAVY_LIMIT = 2
"""The number of files that a process parses concurrently."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 10.0
"""A task that has lived this long begins again with the first pause."""


class Background:
    """Named tasks that outlive their request, at most `limit` at a time.

    A task is an optimization: a scheduled job does the same work later if the task never ran or was cut off.
    """

    def __init__(self, limit: int = 4) -> None:
        self._limit = limit
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.heavy = asyncio.Semaphore(HEAVY_LIMIT)

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> bool:
        """Start a task; return False if one of that name is running or the limit is reached."""
        if name in self._tasks or len(self._tasks) >= self._limit:
            work.close()
            return False
        task = self._tasks[name] = asyncio.create_task(self._run(name, work))
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return True

    async def close(self) -> None:
        """Cancel all running tasks and wait for them. The jobs continue their work."""
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


class Living:
    """Named tasks without end, which a process cannot do without. One that ends is started again, after a pause.

    `dead` names those that are not running at the moment: `/readyz` refuses while there is one.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._resting: set[str] = set()
        self.restarts: Counter[str] = Counter()

    def keep(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Start a task and keep it alive until `close`."""
        self._tasks[name] = asyncio.create_task(self._live(name, work), name=name)

    @property
    def dead(self) -> list[str]:
        """The names of the tasks that are not running."""
        return sorted(name for name, task in self._tasks.items() if task.done() or name in self._resting)

    async def close(self) -> None:
        """End all tasks."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _live(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            await self._once(name, work)
            if time.monotonic() - started > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self.restarts[name] += 1
            self._resting.add(name)
            await asyncio.sleep(pause)
            self._resting.discard(name)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _once(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        try:
            await work()
        except Exception:
            log.exception("task.failed", task=name)
