"""Live events of one holder: join the bus, read earlier events, then follow. None is missing and none comes twice."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.events.bus import Bus, Inbox
from domain.events.reads import events_after, recorded_at, sequence_of
from domain.ledger.request import EventRow

REPLAY_EVENTS = 1_000
REPLAY_AGE = timedelta(hours=24)
PAGE = 200
BEGIN_SECONDS = 10
"""How long the first reads may take; after that, TimeoutError."""


class LiveServices(Protocol):
    """The services that a stream needs."""

    @property
    def bus(self) -> Bus:
        """The bus of committed events."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock of the process, in UTC."""


@dataclass(frozen=True, slots=True)
class Resync:
    """The end of a stream: the client reads the balances again and subscribes from `sequence`.

    `reason`: TOO_FAR_BEHIND, TOO_SLOW or AHEAD.
    """

    municipality: int
    holder: UUID
    sequence: int
    reason: str


Page = Callable[[], AbstractAsyncContextManager[None]]
"""What is entered to read and yield one page of earlier events; it may wait until others have theirs."""


async def stream(
    services: LiveServices,
    municipality: int,
    holder: UUID,
    after: int | None,
    page: Page = nullcontext,
    *,
    reader: Hashable = None,
) -> AsyncGenerator[EventRow | Resync, None]:
    """Yield events after a sequence (None: from now on), without end. A Resync is the last item.

    reader: whose turn it is when events are delivered.
    """
    inbox = services.bus.subscribe(municipality, holder, reader)
    try:
        async with asyncio.timeout(BEGIN_SECONDS):
            current = await sequence_of(municipality, holder) or 0
            last = current if after is None else after
            reason = await _too_far(services, municipality, holder, last, current)
        if reason is not None:
            yield Resync(municipality, holder, current, reason)
            return
        inbox.seen = last
        inbox.behind = last < current
        async with aclosing(_follow(inbox, municipality, holder, page)) as rows:
            async for row in rows:
                yield row
        yield Resync(municipality, holder, inbox.seen, "TOO_SLOW")
    finally:
        services.bus.unsubscribe(municipality, holder, inbox)


async def _too_far(services: LiveServices, municipality: int, holder: UUID, last: int, current: int) -> str | None:
    if last > current:
        return "AHEAD"
    if current - last > REPLAY_EVENTS:
        return "TOO_FAR_BEHIND"
    if last < current:
        at = await recorded_at(municipality, holder, last + 1)
        if at is not None and at < services.clock() - REPLAY_AGE:
            return "TOO_FAR_BEHIND"
    return None


async def _follow(inbox: Inbox, municipality: int, holder: UUID, page: Page) -> AsyncGenerator[EventRow, None]:
    """Yield events in sequence, one a turn, until the inbox overflows. After a gap or a nudge, read the table."""
    while not inbox.overflowed or (inbox.rows and not inbox.behind):
        while inbox.behind:
            inbox.behind = False
            async with page():
                missed = await events_after(municipality, holder, inbox.seen, PAGE)
                inbox.behind = inbox.behind or len(missed) == PAGE
                for row in missed:
                    inbox.seen = row.sequence
                    yield row
        if inbox.rows:
            row = inbox.rows.popleft()
            if row.sequence == inbox.seen + 1:
                inbox.seen = row.sequence
                yield row
            elif row.sequence > inbox.seen:
                inbox.behind = True
        if not inbox.behind and (inbox.rows or not inbox.overflowed):
            if inbox.rows:
                inbox.ask()
            await inbox.wait()
