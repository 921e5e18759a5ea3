"""What changes seldom, remembered by a process for some seconds: what staff changed counts everywhere soon after."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from domain.shared import Shared

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
SECONDS = 10.0
LIMIT = 5_000


def cached(read: Callable[[K], Awaitable[V]], *, keeps_nothing: bool = False) -> "Shared[Cached[K, V]]":
    """The declaration of a cache of what `read` finds; see Cached."""
    return Shared(lambda: Cached(read, keeps_nothing=keeps_nothing))


class Cached(Generic[K, V]):
    """Values by key, read again after SECONDS; at most LIMIT of them.

    Nothing found is not remembered, since it may be made any moment; where nothing is the usual answer, `keeps_nothing`
    remembers it.
    """

    def __init__(self, read: Callable[[K], Awaitable[V]], *, keeps_nothing: bool = False) -> None:
        self._read = read
        self._keeps_nothing = keeps_nothing
        self._known: dict[K, tuple[float, V]] = {}

    async def of(self, key: K) -> V:
        """The value of a key."""
        now = time.monotonic()
        found = self._known.get(key)
        if found is None or now - found[0] > SECONDS:
            found = (now, await self._read(key))
            self._remember(key, found)
        return found[1]

    def _remember(self, key: K, found: tuple[float, V]) -> None:
        if len(self._known) >= LIMIT:
            self._known.clear()
        if found[1] or self._keeps_nothing:
            self._known[key] = found
        else:
            self._known.pop(key, None)

    def forget(self, key: K) -> None:
        """Reads again at the next question: this process has changed it, or met something newer."""
        self._known.pop(key, None)
