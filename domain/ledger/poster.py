"""Group commit: requests are collected while the previous batch is under way, and committed together.

post(request)      waits for the decision; cancelling the caller changes nothing, the batch goes on
waiting            requests in order of arrival, at most QUEUE_LIMIT
lanes              connections; a lane takes requests that touch no holder that another lane has in flight
parked             requests whose holders another transaction has locked for longer than LOCK_MILLISECONDS. They are
                   tried again with SKIP LOCKED on a lane of their own, so that a lock in one municipality does not
                   delay another
deadlines          each request has one, and each attempt. A request past its deadline is given up: OUTCOME_UNKNOWN if
                   it was ever in a COMMIT without an answer, else UNAVAILABLE or BUSY, and then it is in no table
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from domain.clock_watch import WrongClockError
from domain.database import Fault, classify
from domain.ledger.batch import Batch, Result, Sources
from domain.ledger.decide import Decision
from domain.ledger.request import Closed, EventRow, Posted, Request, RequestKey
from domain.refusals import BusyError, OutcomeUnknownError, UnavailableError, UnstoredRefusal

BATCH_LIMIT = 64
QUEUE_LIMIT = 4_096
LANES = 2
TRIES = 3
LOCK_MILLISECONDS = 100
PATIENCE_SECONDS = 7
ATTEMPT_SECONDS = 3
"""The longest that an attempt may take. Then its connection is dropped, and the key says what became of it."""
LEAST_ATTEMPT_SECONDS = 0.5
"""An attempt is given this long even if a request in it has less time left."""
PAUSE_SECONDS = 0.05
IN_DOUBT_LIMIT = 50_000
"""Keys whose COMMIT had no answer that a process remembers, for other requests of the same key."""

SESSION = {
    "role": "meguru_poster",
    "application_name": "meguru-poster",
    "lock_timeout": f"{LOCK_MILLISECONDS}ms",
    "idle_in_transaction_session_timeout": "10s",
    # Every statement looks rows up by key: a plan made while the tables were small must never scan them later.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
"""Settings of the poster's connections."""

HolderKey = tuple[int, UUID]
log = structlog.get_logger()


class Observer(Protocol):
    """Observer of committed batches, such as metrics."""

    def committed(
        self, requests: Sequence[Request], decisions: Sequence[Decision], statements: int, seconds: float
    ) -> None:
        """Observe a batch: its requests and decisions, the statements it took, and the seconds from lock to commit."""


@dataclass(slots=True, eq=False)
class Pending:
    """A request, and the future of its decision. `deadline`: by the clock of the event loop, in seconds.

    attempted: whether an attempt is under way. parked: whether the lane of the parked answers it.
    """

    request: Request
    decision: "asyncio.Future[Decision]"
    deadline: float
    holders: frozenset[HolderKey] = field(default_factory=frozenset)
    attempted: bool = False
    parked: bool = False

    @property
    def key(self) -> RequestKey:
        """The key, as the journal has it."""
        request = self.request
        return RequestKey(request.municipality, request.actor, request.operation, request.key)


@dataclass(slots=True, eq=False)
class Lane:
    """A connection with its batch. A lost connection is opened again."""

    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
    sources: Sources
    batch: Batch | None = None

    async def ready(self) -> Batch:
        """Return the batch on a live connection."""
        if self.batch is not None and self.batch.connection.is_closed():
            self.batch = None
        if self.batch is None:
            self.batch = Batch(await self.connect(), self.sources)
        return self.batch

    def drop(self) -> None:
        """Drop the connection at once, whatever it is doing; a server that is frozen would not let it end."""
        if self.batch is not None:
            self.batch.connection.terminate()
            self.batch = None

    async def close(self) -> None:
        """Close the connection."""
        if self.batch is not None:
            try:
                await self.batch.connection.close(timeout=ATTEMPT_SECONDS)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self.drop()


class Poster:
    """The queue of a process in front of the ledger."""

    def __init__(
        self,
        connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]],
        sources: Sources,
        publish: Callable[[Sequence[EventRow]], None],
        observer: Observer | None = None,
        on_fault: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        self._on_fault = on_fault
        self._publish = publish
        self._clock = sources.clock
        self._observer = observer
        self._idle = [Lane(connect, sources) for _ in range(LANES)]
        self._parking_lane = Lane(connect, sources)
        self._waiting: list[Pending] = []
        self._in_flight: set[HolderKey] = set()
        self._parked: list[Pending] = []
        self._parked_holders: set[HolderKey] = set()
        self._in_doubt: OrderedDict[RequestKey, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._parking: asyncio.Task[None] | None = None
        self._away = False
        self._closed = False

    async def post(self, request: Request) -> Posted | Closed:
        """Post one request, or raise its refusal. Cancelling the caller does not cancel the request."""
        loop = asyncio.get_running_loop()
        holders = frozenset((request.municipality, holder) for holder in request.holders)
        pending = Pending(request, loop.create_future(), loop.time() + PATIENCE_SECONDS, holders)
        try:
            self._clock()
        except WrongClockError as error:
            raise (OutcomeUnknownError if pending.key in self._in_doubt else UnavailableError) from error
        if self.depth >= QUEUE_LIMIT:
            self._waiting = self._undecided(self._waiting)
        if self._closed or self.depth >= QUEUE_LIMIT:
            self._give_up(pending)
        elif self._parked_holders.isdisjoint(holders):
            self._waiting.append(pending)
            self._pump()
        else:
            self._park([pending])
        timer = loop.call_at(pending.deadline, self._expire, pending)
        try:
            decision = await asyncio.shield(pending.decision)
        finally:
            if pending.decision.done():
                timer.cancel()
        if isinstance(decision, Exception):
            raise decision
        return decision

    async def close(self) -> None:
        """Refuse new requests, finish those that were taken, and close the connections."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        for lane in (*self._idle, self._parking_lane):
            await lane.close()

    @property
    def depth(self) -> int:
        """Number of requests that wait."""
        return len(self._waiting) + len(self._parked)

    def _pump(self) -> None:
        while self._idle and (batch := self._take()):
            lane = self._idle.pop()
            self._spawn(self._drive(lane, batch))

    def _take(self) -> list[Pending]:
        """Take up to BATCH_LIMIT requests that touch no holder in flight. Each holder's order of arrival is kept."""
        batch: list[Pending] = []
        rest: list[Pending] = []
        blocked = self._in_flight.copy()
        for pending in self._undecided(self._waiting):
            if len(batch) < BATCH_LIMIT and blocked.isdisjoint(pending.holders):
                batch.append(pending)
            else:
                rest.append(pending)
                blocked |= pending.holders
        self._waiting = rest
        for pending in batch:
            self._in_flight |= pending.holders
        return batch

    async def _drive(self, lane: Lane, batch: list[Pending]) -> None:
        try:
            await self._settle(lane, batch)
        except Exception:
            log.exception("ledger.lane_failed", size=len(batch))
            for pending in batch:
                if not pending.parked:
                    self._give_up(pending, Fault.OTHER)
        finally:  # no await between here and _pump: a request that arrives meanwhile would never be taken
            for pending in batch:
                self._in_flight -= pending.holders
            self._idle.append(lane)
            self._pump()

    async def _settle(self, lane: Lane, batch: list[Pending]) -> None:
        """Try a batch until each request is answered, parked, or past its deadline.

        A conflict is a race for a key or for a new row: it is read again. Any other fault is a bug. Of a batch, one
        request fails in the database, and must fail alone.
        """
        tries = 0
        while batch := self._undecided(batch):
            fault = await self._attempt(lane, batch)
            if fault is None:
                return
            if fault is Fault.UNAVAILABLE:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if fault is Fault.LOCKED:
                self._park(batch)
                return
            tries += 1
            if tries < TRIES and (fault is Fault.RETRY or (fault is Fault.CONFLICT and len(batch) == 1)):
                continue
            if len(batch) == 1:
                self._give_up(batch[0], fault)
                return
            for pending in batch:
                await self._settle(lane, [pending])
            return

    async def _attempt(self, lane: Lane, batch: list[Pending], *, waits: bool = True) -> Fault | None:
        """Try a batch once. Return None if it was committed: then all requests but the skipped ones are answered."""
        started = time.perf_counter()
        for pending in batch:
            pending.attempted = True
        try:
            async with asyncio.timeout(_seconds_for(batch)):
                result = await (await lane.ready()).run([pending.request for pending in batch], waits=waits)
        except Exception as error:
            fault = self._failed(lane, batch, error)
            if fault is Fault.OTHER:
                log.exception("ledger.batch_failed", size=len(batch))
            return fault
        finally:
            for pending in batch:
                pending.attempted = False
        self._answer(batch, result)
        if self._observer is not None:
            requests = [batch[index].request for index, _ in result.decisions]
            decisions = [decision for _, decision in result.decisions]
            self._observer.committed(requests, decisions, result.statements, time.perf_counter() - started)
        return None

    def _failed(self, lane: Lane, batch: list[Pending], error: Exception) -> Fault:
        """Note what an attempt leaves behind: requests that may be committed, a connection that is of no more use."""
        fault = classify(error)
        self._on_fault(error)
        in_doubt = lane.batch.in_doubt() if lane.batch is not None else ()
        if in_doubt:
            fault = Fault.UNAVAILABLE
        for index in in_doubt:
            self._in_doubt[batch[index].key] = None
        while len(self._in_doubt) > IN_DOUBT_LIMIT:
            self._in_doubt.popitem(last=False)
        if fault is Fault.UNAVAILABLE:
            lane.drop()
        self._away = fault is Fault.UNAVAILABLE and not isinstance(error, TimeoutError)
        return fault

    def _answer(self, batch: list[Pending], result: Result) -> None:
        self._away = False
        for index, decision in result.decisions:
            if self._in_doubt and not isinstance(decision, UnstoredRefusal):
                self._in_doubt.pop(batch[index].key, None)
            decide(batch[index], decision)
        if result.left:
            self._park([batch[index] for index in result.left])
        if result.events:
            self._publish(result.events)

    def _undecided(self, batch: Sequence[Pending]) -> list[Pending]:
        """Return the requests that still want an answer, and give up those past their deadline."""
        now = asyncio.get_running_loop().time()
        for pending in batch:
            if pending.deadline <= now:
                self._give_up(pending)
        return [pending for pending in batch if not pending.decision.done()]

    def _expire(self, pending: Pending) -> None:
        """Give up a request that waits at its deadline; the attempt of one that does not wait has its own."""
        if not pending.attempted:
            self._give_up(pending)

    def _give_up(self, pending: Pending, fault: Fault | None = None) -> None:
        """Answer a request that is not tried again; only one that was never in doubt hears that it is not posted."""
        if pending.key in self._in_doubt:
            decide(pending, OutcomeUnknownError())
        elif fault is Fault.OTHER:
            decide(pending, RuntimeError("the ledger could not post this request"))
        else:
            decide(pending, UnavailableError() if self._away else BusyError())

    def _park(self, batch: Sequence[Pending]) -> None:
        for pending in batch:
            pending.parked = True
            self._parked.append(pending)
            self._parked_holders |= pending.holders
        if self._parking is None or self._parking.done():
            self._parking = self._spawn(self._unpark())

    async def _unpark(self) -> None:
        """Try the parked requests until each is posted or past its deadline."""
        while self._parked:
            batch, self._parked = self._parked[:BATCH_LIMIT], self._parked[BATCH_LIMIT:]
            try:
                await self._try_parked(self._undecided(batch))
            except Exception:
                log.exception("ledger.lane_failed", size=len(batch))
                for pending in batch:
                    if pending not in self._parked:
                        self._give_up(pending, Fault.OTHER)
            self._parked_holders = {holder for pending in self._parked for holder in pending.holders}
            if self._parked:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _try_parked(self, batch: list[Pending]) -> None:
        if not batch:
            return
        fault = await self._attempt(self._parking_lane, batch, waits=False)
        if fault in {Fault.LOCKED, Fault.RETRY, Fault.UNAVAILABLE}:
            self._parked.extend(batch)
        elif fault is not None:
            for pending in batch:
                await self._settle(self._parking_lane, [pending])

    def _spawn(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _seconds_for(batch: Sequence[Pending]) -> float:
    """Return how long an attempt may take: until the first deadline in it, within bounds."""
    left = min(pending.deadline for pending in batch) - asyncio.get_running_loop().time()
    return max(LEAST_ATTEMPT_SECONDS, min(ATTEMPT_SECONDS, left))


def decide(pending: Pending, decision: Decision) -> None:
    """Resolve the future of a request, once."""
    if not pending.decision.done():
        pending.decision.set_result(decision)
