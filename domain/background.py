"""Background tasks and the limit on heavy work, one of each per process."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()
HEAVY_LIMIT = 2
"""The number of files that a process parses concurrently."""


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
