"""The clock of the process beside the database's: a process whose clock is wrong settles nothing.

Receipts are dated by the process, and never before the last one of their wallet. A clock that runs ahead would date all
further receipts of a wallet ahead, until real time caught up. So the difference is measured all the time, and told from
the monotonic clock in between: also a clock that is set between two measures dates nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from domain.database import rows

LIMIT = timedelta(seconds=2)
EVERY_SECONDS = 1.0
FIRST_SECONDS = 0.1
LONGEST_QUESTION = timedelta(seconds=1)
"""An answer that took longer says too little about now."""
log = structlog.get_logger()


class WrongClockError(ConnectionError):
    """The clock of this process differs from the database's, or was not compared yet. Nothing may be dated by it."""


async def database_clock() -> datetime:
    """Return the time of the database. Nothing else asks it for the time."""
    [row] = await rows("select clock_timestamp() as at")
    at: datetime = row["at"]
    return at


class ClockWatch:
    """Compares a clock with the database's, and tells the time while they agree."""

    def __init__(self, clock: Callable[[], datetime], ask: Callable[[], Awaitable[datetime]] = database_clock) -> None:
        self._clock = clock
        self._ask = ask
        self._anchor: tuple[timedelta, timedelta, datetime] | None = None
        """The monotonic clock before and after the question, and the answer."""

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the database's, at the least; negative: behind. None before an answer."""
        if self._anchor is None:
            return None
        sent, received, theirs = self._anchor
        now, ours = _monotonic(), self._clock()
        # The answer was given between the two readings, so it is uncertain by the time between them.
        least, most = ours - theirs - (now - sent), ours - theirs - (now - received)
        if least > timedelta(0):
            return least
        return min(timedelta(0), most)

    @property
    def wrong(self) -> bool:
        """Whether the clocks differ by more than LIMIT, or were never compared."""
        ahead = self.ahead
        return ahead is None or abs(ahead) > LIMIT

    def now(self) -> datetime:
        """Return the time, never more than LIMIT ahead of the database's; WrongClockError while the clock is wrong."""
        if self._anchor is None or self.wrong:
            raise WrongClockError
        _, received, theirs = self._anchor
        return min(self._clock(), theirs + (_monotonic() - received) + LIMIT)

    async def measure(self) -> None:
        """Ask the database once. Of answers that took long, only a wrong clock's are kept: they may free it."""
        sent = _monotonic()
        theirs = await self._ask()
        received = _monotonic()
        if self.wrong or received - sent <= LONGEST_QUESTION:
            self._anchor = (sent, received, theirs)

    async def try_to_measure(self) -> None:
        """Ask the database once. While it is away, the monotonic clock goes on from its last answer."""
        try:
            await self.measure()
        except Exception as error:  # noqa: BLE001 - of whatever kind: the next round asks again
            log.info("clock.not_measured", error=type(error).__name__)

    async def keep(self) -> None:
        """Measure without end, and say in the log when the clock becomes wrong or right."""
        was_wrong = False
        while True:
            await self.try_to_measure()
            ahead = self.ahead
            if ahead is not None and self.wrong != was_wrong:
                was_wrong = self.wrong
                log.warning("clock.wrong" if was_wrong else "clock.right", ahead_seconds=ahead.total_seconds())
            await asyncio.sleep(FIRST_SECONDS if self._anchor is None else EVERY_SECONDS)


def _monotonic() -> timedelta:
    return timedelta(microseconds=time.monotonic_ns() // 1_000)
