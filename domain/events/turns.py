"""Shares of a process among its readers: subscriptions of a person, deliveries in turn, and replays at once.

Correctness does not depend on it. Whoever waits here is late, and loses nothing.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from domain.shared import Shared

SUBSCRIPTIONS_PER_PERSON = 100
REPLAYS_PER_CONNECTION = 2
REPLAYS_PER_PERSON = 4
"""Replays that read and deliver a page of earlier events at once; the others wait, in the order in which they came."""

SLICE = 8
"""Deliveries between which the loop does nothing else."""


class TooManySubscriptionsError(Exception):
    """A person has as many subscriptions in this process as they may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You have {limit} subscriptions already; end one first.")
        self.limit = limit


class Turns:
    """Wakes who has something to deliver: SLICE at a time, one of each reader in turn.

    Between two slices the loop runs everything else that is ready, such as the next step of a payment.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[Hashable, deque[Callable[[], None]]] = OrderedDict()
        self._going = False

    def ask(self, reader: Hashable, wake: Callable[[], None]) -> None:
        """Call `wake` when it is its turn."""
        self._waiting.setdefault(reader, deque()).append(wake)
        if not self._going:
            self._going = True
            asyncio.get_running_loop().call_soon(self._slice)

    async def turn(self, reader: Hashable) -> None:
        """Wait for a turn."""
        came = asyncio.Event()
        self.ask(reader, came.set)
        await came.wait()

    def _slice(self) -> None:
        for _ in range(SLICE):
            if not self._waiting:
                break
            reader, wakes = self._waiting.popitem(last=False)
            wake = wakes.popleft()
            if wakes:
                self._waiting[reader] = wakes
            wake()
        self._going = bool(self._waiting)
        if self._going:
            asyncio.get_running_loop().call_soon(self._slice)


class Replays:
    """How many replays go on at once, for a connection and for a person."""

    def __init__(self) -> None:
        self._gates: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def page(self, person: UUID, connection: str) -> AsyncIterator[None]:
        """Wait until one more replay may read and deliver a page."""
        of_connection = self._gate(connection, REPLAYS_PER_CONNECTION)
        of_person = self._gate(person, REPLAYS_PER_PERSON)
        async with of_connection, of_person:
            yield

    def _gate(self, key: Hashable, limit: int) -> asyncio.Semaphore:
        """A semaphore that exists as long as somebody waits for it or holds it."""
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = asyncio.Semaphore(limit)
        return gate


class Subscribers:
    """How many subscriptions each person has in this process."""

    def __init__(self) -> None:
        self._counts: dict[UUID, int] = {}
        self.limit = SUBSCRIPTIONS_PER_PERSON

    def count(self, person: UUID) -> int:
        """The number of a person's subscriptions."""
        return self._counts.get(person, 0)

    @contextmanager
    def subscription(self, person: UUID) -> Iterator[None]:
        """One more subscription for as long as the block runs; TooManySubscriptionsError."""
        if self.count(person) >= self.limit:
            raise TooManySubscriptionsError(self.limit)
        self._counts[person] = self.count(person) + 1
        try:
            yield
        finally:
            self._counts[person] -= 1
            if not self._counts[person]:
                del self._counts[person]


REPLAYS = Shared(Replays)
SUBSCRIBERS = Shared(Subscribers)
