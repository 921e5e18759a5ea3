"""Sessions and rights that are at most FRESH_SECONDS old in this process, without a query per request.

One task per process asks PostgreSQL every POLL_SECONDS, on a connection of its own, whose session or rights changed.
What the process remembers of these people is forgotten, and the streams and sockets that follow them look again.
Messages of the bus only bring the news sooner. While the poll does not come through, nobody is served by what was
known: requests wait for it, and then fail; events are held back, and come when it does.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

import asyncpg
import structlog

from domain.access.reads import changes_since, session_version
from domain.background import Living
from domain.database import Fault, classify

POLL_SECONDS = 0.5
FRESH_SECONDS = 1.0
WAIT_SECONDS = 2.0
"""How long a request waits for rights that are fresh."""
QUERY_SECONDS = 2.0
"""How long a poll may take before its connection is given up."""
REMEMBERED = 20_000
READS = 3
"""How often a session is read again because rights changed meanwhile; the last read is used but not remembered."""

Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
Tell = Callable[[list[UUID]], None]
log = structlog.get_logger()


class AccessUnknownError(ConnectionError):
    """What people may do could not be read for longer than it may be old: the database is away or too slow."""


class Access:
    """The sessions and rights that a process stands on. `tell` brings changes to the other processes."""

    def __init__(self, connect: Connect, tell: Tell, living: Living | None = None) -> None:
        self._living = living or Living()
        self._connect = connect
        self._tell = tell
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._snapshot: str | None = None
        self._as_of = -FRESH_SECONDS - monotonic()
        self._polled = asyncio.Event()
        self._versions: OrderedDict[UUID, int] = OrderedDict()
        self._epoch = 0
        """Counts changes: a session that was read meanwhile may be the old one."""
        self._watches: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._heard: set[UUID] = set()
        self._away = False

    def start(self) -> None:
        """Begin to follow the database."""
        self._living.keep("access.follow", self._follow)

    async def close(self) -> None:
        """Stop following."""
        await self._living.close()
        if self._connection is not None:
            self._connection.terminate()

    @property
    def age_seconds(self) -> float:
        """The age of what this process knows."""
        return monotonic() - self._as_of

    @property
    def epoch(self) -> int:
        """Counts changes of sessions and rights that this process has heard of."""
        return self._epoch

    @property
    def is_fresh(self) -> bool:
        """Whether what this process knows is not older than it may be."""
        return self.age_seconds <= FRESH_SECONDS

    async def session_version(self, person: UUID) -> int | None:
        """Return the version that a person's tokens must carry; None for an unknown person. AccessUnknownError."""
        if self.age_seconds > FRESH_SECONDS:
            await self.fresh()
        known = self._versions.get(person)
        return await self._read(person) if known is None else known

    async def fresh(self, seconds: float | None = WAIT_SECONDS) -> None:
        """Wait until what is known is fresh: AccessUnknownError after some seconds; None waits without end."""
        try:
            async with asyncio.timeout(seconds):
                while self.age_seconds > FRESH_SECONDS:
                    await self._polled.wait()
        except TimeoutError:
            raise AccessUnknownError from None

    @contextmanager
    def watch(self, person: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever a session or right of a person may have changed. Whoever sees it clears it."""
        changed = asyncio.Event()
        self._watches[person].add(changed)
        try:
            yield changed
        finally:
            watches = self._watches[person]
            watches.discard(changed)
            if not watches:
                del self._watches[person]

    def hurry(self, people: Iterable[UUID]) -> None:
        """Tell every process at once that a committed transaction changed sessions or rights of people."""
        changed = list(people)
        self.heard(changed)
        self._tell(changed)

    def heard(self, people: Iterable[UUID]) -> None:
        """Look again at people whose sessions or rights changed, as another process says."""
        changed = list(people)
        self._heard.update(changed)
        self._changed(changed)

    def _changed(self, people: Iterable[UUID]) -> None:
        self._epoch += 1
        for person in people:
            self._versions.pop(person, None)
            for changed in self._watches.get(person, ()):
                changed.set()

    def _all_changed(self) -> None:
        self._versions.clear()
        self._changed(list(self._watches))

    async def _read(self, person: UUID) -> int | None:
        version: int | None = None
        for _ in range(READS):
            epoch = self._epoch
            try:
                version = await session_version(person)
            except Exception as error:
                if classify(error) is Fault.UNAVAILABLE:
                    raise AccessUnknownError from error
                raise
            if epoch == self._epoch:
                if version is not None:
                    self._versions[person] = version
                if len(self._versions) > REMEMBERED:
                    self._versions.popitem(last=False)
                return version
        return version

    async def _follow(self) -> None:
        while True:
            began = monotonic()
            try:
                async with asyncio.timeout(QUERY_SECONDS):
                    await self._poll(began)
            except Exception as error:  # noqa: BLE001 - the database may be away; the next poll tries again
                self._lost(error)
            await asyncio.sleep(max(0, began + POLL_SECONDS - monotonic()))

    async def _poll(self, began_seconds: float) -> None:
        if self._connection is None:
            self._connection, self._snapshot = await self._connect(), None
        self._snapshot, people = await changes_since(self._connection, self._snapshot)
        if people is None:
            self._all_changed()
        elif people:
            self._changed(people)
            unheard = [person for person in people if person not in self._heard]
            if unheard:
                self._tell(unheard)
        self._heard.clear()
        self._as_of, self._away = began_seconds, False
        self._polled.set()
        self._polled.clear()

    def _lost(self, error: Exception) -> None:
        """Give the connection up; once there is another, everything that is remembered is read anew."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None
        if not self._away:
            log.warning("access.poll_failed", error=type(error).__name__)
        self._away = True
