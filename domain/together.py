"""Reads that many ask for at the same moment, as one: whoever asks while a read is under way is answered by the next.

There is no timer: a single asker is answered at once. A read begins after it was asked for, so nothing older is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
LIMIT = 500
"""Keys of one read."""


class Together(Generic[K, V]):
    """One read for all keys that are asked for meanwhile; `read` answers in the order of its keys.

    Never ask inside a transaction.
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._read = read
        self._waiting: dict[K, asyncio.Future[V]] = {}
        self._task: asyncio.Task[None] | None = None

    async def of(self, key: K) -> V:
        """The value of a key. An asker that goes away cancels nobody else's."""
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await asyncio.shield(future)

    async def _run(self) -> None:
        while self._waiting:
            keys = list(islice(self._waiting, LIMIT))
            futures = [self._waiting.pop(key) for key in keys]
            try:
                values = await self._read(keys)
            except Exception as error:  # noqa: BLE001 - handed to those who asked
                for future in futures:
                    future.set_exception(error)
                    future.exception()  # somebody may have gone away: then nobody else looks at it
            else:
                for future, value in zip(futures, values, strict=True):
                    future.set_result(value)
        self._task = None  # no await since the last look: nobody is stranded
