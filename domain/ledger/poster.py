"""Group commit: requests are collected while the previous batch is under way, and committed together.

post(request)      waits for the decision; cancelling the caller changes nothing, the batch goes on
waiting            requests in order of arrival, at most QUEUE_LIMIT
lanes              connections; a lane takes requests that touch no holder that another lane has in flight
parked             requests whose holders another transaction has locked for longer than LOCK_MILLISECONDS. They are
                   tried again with SKIP LOCKED on a lane of their own, so that a lock in one municipality does not
                   delay another
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from domain.database import Fault, classify
from domain.ledger.batch import Batch, Result, Sources
from domain.ledger.decide import Decision
from domain.ledger.request import Closed, EventRow, Posted, Request
from domain.refusals import BusyError, OutcomeUnknownError

BATCH_LIMIT = 64
QUEUE_LIMIT = 4_096
LANES = 2
TRIES = 3
LOCK_MILLISECONDS = 100
PATIENCE_SECONDS = 7
PARKED_PAUSE_SECONDS = 0.05

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
    """A request, and the future of its decision. `deadline`: by the clock of the event loop, in seconds."""

    request: Request
    decision: "asyncio.Future[Decision]"
    deadline: float
    holders: frozenset[HolderKey] = field(default_factory=frozenset)


@dataclass(slots=True, eq=False)
class Lane:
    """A connection with its batch. A lost connection is opened again."""

    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
    sources: Sources
    batch: Batch | None = None

    async def ready(self) -> Batch:
        """Return the batch on a live connection."""
        if self.batch is None or self.batch.connection.is_closed():
            self.batch = Batch(await self.connect(), self.sources)
        return self.batch

    async def close(self) -> None:
        """Close the connection."""
        if self.batch is not None:
            await self.batch.connection.close()


class Poster:
    """The queue of a process in front of the ledger."""

    def __init__(
        self,
        connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]],
        sources: Sources,
        publish: Callable[[Sequence[EventRow]], None],
        observer: Observer | None = None,
    ) -> None:
        self._publish = publish
        self._observer = observer
        self._idle = [Lane(connect, sources) for _ in range(LANES)]
        self._parking_lane = Lane(connect, sources)
        self._waiting: list[Pending] = []
        self._in_flight: set[HolderKey] = set()
        self._parked: list[Pending] = []
        self._parked_holders: set[HolderKey] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._parking: asyncio.Task[None] | None = None
        self._closed = False

    async def post(self, request: Request) -> Posted | Closed:
        """Post one request, or raise its refusal. Cancelling the caller does not cancel the request."""
        if self._closed or len(self._waiting) + len(self._parked) >= QUEUE_LIMIT:
            raise BusyError
        loop = asyncio.get_running_loop()
        holders = frozenset((request.municipality, holder) for holder in request.holders)
        pending = Pending(request, loop.create_future(), loop.time() + PATIENCE_SECONDS, holders)
        if self._parked_holders.isdisjoint(holders):
            self._waiting.append(pending)
            self._pump()
        else:
            self._park([pending])
        decision = await asyncio.shield(pending.decision)
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
        for pending in self._waiting:
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
        finally:  # no await between here and _pump: a request that arrives meanwhile would never be taken
            for pending in batch:
                self._in_flight -= pending.holders
            self._idle.append(lane)
            self._pump()

    async def _settle(self, lane: Lane, batch: list[Pending]) -> None:
        fault = await self._attempt(lane, batch)
        for _ in range(TRIES - 1):
            if fault is not Fault.RETRY:
                break
            fault = await self._attempt(lane, batch)
        if fault is None:
            return
        if fault is Fault.LOCKED:
            self._park(batch)
        elif fault is Fault.UNAVAILABLE:
            await self._recover(lane, batch)
        elif len(batch) > 1:
            for pending in batch:  # one of them fails in the database, and must fail alone
                await self._settle(lane, [pending])
        else:
            await self._settle_alone(lane, batch[0], fault)

    async def _settle_alone(self, lane: Lane, pending: Pending, fault: Fault) -> None:
        """Settle one request after a fault.

        A conflict is a race for its key or for a new row: it is read again. Any other fault is a bug, which is logged.
        """
        for _ in range(TRIES):
            if fault is not Fault.CONFLICT:
                break
            again = await self._attempt(lane, [pending])
            if again is None:
                return
            fault = again
        if fault is Fault.LOCKED:
            self._park([pending])
        else:
            decide(
                pending, RuntimeError("the ledger could not post this request") if fault is Fault.OTHER else BusyError()
            )

    async def _attempt(self, lane: Lane, batch: list[Pending], *, waits: bool = True) -> Fault | None:
        """Try a batch once. Return None if it was committed: then all requests but the skipped ones are answered."""
        started = time.perf_counter()
        try:
            result = await (await lane.ready()).run([pending.request for pending in batch], waits=waits)
        except Exception as error:
            fault = classify(error)
            if fault is Fault.OTHER:
                log.exception("ledger.batch_failed", size=len(batch))
            return fault
        self._answer(batch, result)
        if self._observer is not None:
            requests = [batch[index].request for index, _ in result.decisions]
            decisions = [decision for _, decision in result.decisions]
            self._observer.committed(requests, decisions, result.statements, time.perf_counter() - started)
        return None

    def _answer(self, batch: list[Pending], result: Result) -> None:
        for index, decision in result.decisions:
            decide(batch[index], decision)
        if result.events:
            self._publish(result.events)
        if result.left:
            self._park([batch[index] for index in result.left])

    async def _recover(self, lane: Lane, batch: list[Pending]) -> None:
        """Post a batch again after its connection was lost, perhaps while committing.

        Idempotency keys make that safe: what was committed replays.
        """
        loop = asyncio.get_running_loop()
        uncertain = lane.batch is not None and lane.batch.committing
        deadline = min(pending.deadline for pending in batch)
        while loop.time() < deadline:
            await asyncio.sleep(PARKED_PAUSE_SECONDS)
            fault = await self._attempt(lane, batch)
            if fault is None:
                return
            if fault is not Fault.UNAVAILABLE:
                await self._settle(lane, batch)
                return
            uncertain = uncertain or (lane.batch is not None and lane.batch.committing)
        for pending in batch:
            decide(pending, OutcomeUnknownError() if uncertain else BusyError())

    def _park(self, batch: Sequence[Pending]) -> None:
        for pending in batch:
            self._parked.append(pending)
            self._parked_holders |= pending.holders
        if self._parking is None or self._parking.done():
            self._parking = self._spawn(self._unpark())

    async def _unpark(self) -> None:
        """Try the parked requests until each is posted or past its deadline."""
        loop = asyncio.get_running_loop()
        while self._parked:
            batch, self._parked = self._parked[:BATCH_LIMIT], self._parked[BATCH_LIMIT:]
            in_time = [pending for pending in batch if pending.deadline > loop.time()]
            for pending in batch:
                if pending.deadline <= loop.time():
                    decide(pending, BusyError())
            fault = await self._attempt(self._parking_lane, in_time, waits=False) if in_time else None
            if fault in {Fault.LOCKED, Fault.RETRY, Fault.UNAVAILABLE}:
                self._parked.extend(in_time)
            elif fault is not None:
                for pending in in_time:
                    await self._settle_alone(self._parking_lane, pending, Fault.CONFLICT)
            self._parked_holders = {holder for pending in self._parked for holder in pending.holders}
            if self._parked:
                await asyncio.sleep(PARKED_PAUSE_SECONDS)

    def _spawn(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def decide(pending: Pending, decision: Decision) -> None:
    """Resolve the future of a request, once."""
    if not pending.decision.done():
        pending.decision.set_result(decision)
