"""Batched reads: requests that arrive while a read is running share the next one.

There is no timer, so a single request is served immediately. A read always starts after the requests it serves, so
no request gets data older than itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
LIMIT = 500
"""The largest number of keys in a single read."""
WAIT_SECONDS = 6
"""How long a caller waits: a read that does not end must not cost twice its time to who waits for the next one."""


class Together(Generic[K, V]):
    """Batches reads by key; `read` returns values in the order of its keys.

    Do not use inside a transaction.
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._read = read
        self._waiting: dict[K, asyncio.Future[V]] = {}
        self._task: asyncio.Task[None] | None = None

    async def of(self, key: K) -> V:
        """Return the value of a key, or raise TimeoutError. Cancelling one caller does not affect the others."""
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(WAIT_SECONDS):
            return await asyncio.shield(future)

    async def _run(self) -> None:
        while self._waiting:
            keys = list(islice(self._waiting, LIMIT))
            futures = [self._waiting.pop(key) for key in keys]
            try:
                values = await self._read(keys)
            except Exception as error:  # noqa: BLE001 - raised in the callers
                for future in futures:
                    future.set_exception(error)
                    future.exception()  # marks it as retrieved: the callers may all have been cancelled
            else:
                for future, value in zip(futures, values, strict=True):
                    future.set_result(value)
        self._task = None  # no await since `_waiting` was checked: no caller is left waiting
