"""The bus: brings committed events to the subscribers of this process, and through Redis to those of other processes.

Only speed depends on it. It may lose, repeat or reorder messages: subscribers count sequences and read missing events
from the table. Every RECONCILE_SECONDS, unless the settings say otherwise, and at least every RECONCILE_SECONDS_DOWN
while Redis is away, one query compares the sequences of all subscribed holders with what was delivered, so that a lost
message delays an event and never loses it.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from redis import asyncio as aioredis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from domain.background import Living
from domain.events.reads import sequences_of
from domain.events.turns import Turns
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow

CHANNEL = "meguru:events"
ACCESS_CHANNEL = "meguru:access"
"""People whose session or rights changed."""
QUEUE_LIMIT = 256
OUTBOX_LIMIT = 10_000
RECONCILE_SECONDS = 5.0
RECONCILE_SECONDS_DOWN = 1.0
RECONNECT_SECONDS = 0.5
SILENCE_SECONDS = 2.0
"""After this long without a message Redis is pinged whether it is there; after twice as long it counts as lost."""
SEND_SECONDS = 2.0

ORIGIN_LENGTH = 32
HEAD_LENGTH = ORIGIN_LENGTH + 16
"""A message: its origin (32 hexadecimal digits), its time (16 digits, microseconds), and events or people as JSON."""

HolderKey = tuple[int, UUID]
log = structlog.get_logger()


class Inbox:
    """The unread events of one subscriber, at most QUEUE_LIMIT. `behind`: the table may have more.

    Its subscriber is woken when it is the turn of the reader, a person with as many subscriptions as they like.
    """

    def __init__(self, turns: Turns, reader: Hashable) -> None:
        self._turns = turns
        self._reader = reader
        self._asked = False
        self.rows: deque[EventRow] = deque()
        self.overflowed = False
        self.behind = False
        self.seen = 0
        self._wake = asyncio.Event()

    def put(self, row: EventRow) -> None:
        """Add an event. The inbox overflows when it is full."""
        if len(self.rows) >= QUEUE_LIMIT:
            self.overflowed = True
        else:
            self.rows.append(row)
        self.ask()

    def nudge(self) -> None:
        """Mark that the table may have more events."""
        self.behind = True
        self.ask()

    async def wait(self) -> None:
        """Wait for a turn: there is an event or a nudge, or somebody asked."""
        await self._wake.wait()
        self._wake.clear()

    def ask(self) -> None:
        """Ask for a turn, as the next event or a nudge would."""
        if not self._asked:
            self._asked = True
            self._turns.ask(self._reader, self._woken)

    def _woken(self) -> None:
        self._asked = False
        self._wake.set()


class Bus:
    """The bus of a process. Without a Redis address it serves this process alone."""

    def __init__(
        self, redis_url: str | None, living: Living | None = None, *, reconcile_seconds: float = RECONCILE_SECONDS
    ) -> None:
        self._reconcile_seconds = reconcile_seconds
        self._redis = (
            None
            if redis_url is None
            else aioredis.from_url(redis_url, socket_connect_timeout=SEND_SECONDS, socket_timeout=SEND_SECONDS)
        )
        self._living = living or Living()
        self.turns = Turns()
        """In which subscribers deliver."""
        self._origin = uuid4().hex.encode()
        self._inboxes: defaultdict[HolderKey, set[Inbox]] = defaultdict(set)
        self._outbox: deque[tuple[str, bytes]] = deque(maxlen=OUTBOX_LIMIT)
        self._to_send = asyncio.Event()
        self.on_access: Callable[[list[UUID]], None] | None = None
        """Called with the people of whom another process says that their session or rights changed."""
        self.connected = False
        self.lost = 0
        self.lag_microseconds = 0
        """Age of the newest message on arrival, from this process or another."""

    async def start(self) -> None:
        """Begin to listen, to send and to reconcile."""
        self._living.keep("bus.reconcile", self._reconcile)
        if self._redis is not None:
            self._living.keep("bus.listen", self._listen)
            self._living.keep("bus.send", self._send)

    async def close(self) -> None:
        """Stop all tasks. Events that were not sent are in the table."""
        await self._living.close()
        if self._redis is not None:
            await self._redis.aclose()

    @property
    def subscribers(self) -> int:
        """Number of subscriptions of this process."""
        return sum(map(len, self._inboxes.values()))

    def publish(self, events: Sequence[EventRow]) -> None:
        """Deliver committed events to all subscribers. Never waits and never fails."""
        self._deliver(events)
        if self._redis is not None:
            self._post(CHANNEL, [_packed(row) for row in events])

    def publish_access(self, people: list[UUID]) -> None:
        """Tell the other processes whose session or rights changed. Never waits and never fails."""
        if self._redis is not None:
            self._post(ACCESS_CHANNEL, people)

    def _post(self, channel: str, content: object) -> None:
        if len(self._outbox) == OUTBOX_LIMIT:
            self.lost += 1
        self._outbox.append((channel, b"%b%016d%b" % (self._origin, _microseconds(), orjson.dumps(content))))
        self._to_send.set()

    def subscribe(self, municipality: int, holder: UUID, reader: Hashable = None) -> Inbox:
        """Open an inbox for a holder's events from now on. `reader`: whose it is; each has the same share of turns."""
        inbox = Inbox(self.turns, reader)
        self._inboxes[municipality, holder].add(inbox)
        return inbox

    def unsubscribe(self, municipality: int, holder: UUID, inbox: Inbox) -> None:
        """Close an inbox."""
        inboxes = self._inboxes[municipality, holder]
        inboxes.discard(inbox)
        if not inboxes:
            del self._inboxes[municipality, holder]

    def _deliver(self, events: Sequence[EventRow]) -> None:
        for row in events:
            for inbox in self._inboxes.get((row.municipality, row.holder), ()):
                inbox.put(row)

    async def _send(self) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while self._outbox:
                try:
                    await self._publish_all()
                except (RedisError, OSError) as error:
                    self.lost += 1
                    log.warning("bus.send_failed", error=type(error).__name__)
                    await asyncio.sleep(RECONNECT_SECONDS)

    async def _publish_all(self) -> None:
        if self._redis is None:
            return
        async with self._redis.pipeline(transaction=False) as pipeline:
            while self._outbox:
                pipeline.publish(*self._outbox.popleft())
            await pipeline.execute()

    async def _listen(self) -> None:
        while True:
            try:
                await self._receive()
            except (RedisError, OSError) as error:
                log.warning("bus.lost", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _receive(self) -> None:
        if self._redis is None:
            return
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL, ACCESS_CHANNEL)
            self.connected = True
            self._nudge_all()  # messages were missed while the connection was away
            try:
                await self._hear(pubsub)
            finally:
                self.connected = False

    async def _hear(self, pubsub: PubSub) -> None:
        """Take messages until the connection is lost, or open and silent: then it counts as lost too."""
        pinged = False
        while True:
            message = await pubsub.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                if pinged:
                    raise RedisConnectionError("Redis is silent")
                await pubsub.ping()
                pinged = True
                continue
            pinged = False
            if message["type"] == "message":
                self._try_to_take(message["channel"].decode(), message["data"])

    def _try_to_take(self, channel: str, data: bytes) -> None:
        try:
            self._take(channel, data)
        except (ValueError, TypeError) as error:  # of another version or a stranger: the table has the events
            self.lost += 1
            log.warning("bus.unreadable", error=type(error).__name__)

    def _take(self, channel: str, data: bytes) -> None:
        """Deliver a message of the bus, unless this process sent it."""
        self.lag_microseconds = max(0, _microseconds() - int(data[ORIGIN_LENGTH:HEAD_LENGTH]))
        if data.startswith(self._origin):
            return
        content = orjson.loads(data[HEAD_LENGTH:])
        if channel == CHANNEL:
            self._deliver([_unpacked(row) for row in content])
        elif self.on_access is not None:
            self.on_access([UUID(person) for person in content])

    def _nudge_all(self) -> None:
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.nudge()

    async def _reconcile(self) -> None:
        while True:
            alone = self._redis is None or self.connected
            own = self._reconcile_seconds
            await asyncio.sleep(own if alone else min(own, RECONCILE_SECONDS_DOWN))
            try:
                await self.reconcile()
            except Exception as error:  # noqa: BLE001 - the database may be away; the next round tries again
                log.warning("bus.reconcile_failed", error=type(error).__name__)

    async def reconcile(self) -> None:
        """Nudge every subscriber that has seen less than its holder's sequence."""
        keys = list(self._inboxes)
        if not keys:
            return
        for (municipality, holder), sequence in (await sequences_of(keys)).items():
            for inbox in self._inboxes.get((municipality, holder), ()):
                if inbox.seen < sequence:
                    inbox.nudge()


def _microseconds() -> int:
    return time.time_ns() // 1_000


def _packed(row: EventRow) -> list[object]:
    counterparty = None if row.counterparty is None else str(row.counterparty)
    return [
        row.municipality,
        str(row.holder),
        row.sequence,
        row.kind,
        str(row.journal_id),
        counterparty,
        row.assets,
        row.amounts,
        row.balances,
        row.recorded_at.isoformat(),
        row.receipt_number,
        row.counterparty_kind,
    ]


def _unpacked(packed: list[Any]) -> EventRow:
    municipality, holder, sequence, kind, journal_id, counterparty, assets, amounts, balances, at, *rest = packed
    receipt_number, counterparty_kind = rest
    return EventRow(
        municipality=municipality,
        holder=UUID(holder),
        sequence=sequence,
        kind=JournalKind(kind),
        journal_id=UUID(journal_id),
        counterparty=None if counterparty is None else UUID(counterparty),
        assets=assets,
        amounts=amounts,
        balances=balances,
        recorded_at=datetime.fromisoformat(at),
        receipt_number=receipt_number,
        counterparty_kind=counterparty_kind,
    )
