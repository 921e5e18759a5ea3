"""A read-through cache per process, for data that changes rarely.

Entries live for SECONDS, so a change by staff takes effect in every process within that time.
"""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from domain.shared import Shared

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
SECONDS = 10.0
LIMIT = 5_000


def cached(read: Callable[[K], Awaitable[V]], *, keep_empty: bool = False) -> "Shared[Cached[K, V]]":
    """Declare a cache over `read`; see Cached."""
    return Shared(lambda: Cached(read, keep_empty=keep_empty))


class Cached(Generic[K, V]):
    """Values by key, read again after SECONDS; at most LIMIT entries.

    An empty value (None, or an empty list) is not kept, because the record may be created at any moment. Set
    `keep_empty` where the empty value is the usual one.
    """

    def __init__(self, read: Callable[[K], Awaitable[V]], *, keep_empty: bool = False) -> None:
        self._read = read
        self._keep_empty = keep_empty
        self._known: dict[K, tuple[float, V]] = {}

    async def of(self, key: K) -> V:
        """Return the value of a key, from the cache or from `read`."""
        now = time.monotonic()
        entry = self._known.get(key)
        if entry is None or now - entry[0] > SECONDS:
            entry = (now, await self._read(key))
            self._remember(key, entry)
        return entry[1]

    def _remember(self, key: K, entry: tuple[float, V]) -> None:
        """Keep an entry: the time of its read on the monotonic clock, and the value."""
        if len(self._known) >= LIMIT:
            self._known.clear()
        if entry[1] or self._keep_empty:
            self._known[key] = entry
        else:
            self._known.pop(key, None)

    def forget(self, key: K) -> None:
        """Drop a key, after this process has changed its record or met a newer one."""
        self._known.pop(key, None)
