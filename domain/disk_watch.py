"""The disk of the database: a process that cannot write is not ready, and says so until a write succeeds.

PostgreSQL refuses what needs room that is not there (disk_full), and answers all the rest as always. So a little is
written now and then, and at once when a payment met the refusal.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from domain.database import rows

EVERY_SECONDS = 30.0
EVERY_SECONDS_WHILE_FULL = 1.0
DISK_FULL = "53100"
LITTLE = """create temporary table disk_probe on commit drop as
  select md5(number::text) as filling from generate_series(1, 1000) number"""
"""Takes new pages of the data folder, where a change of a row could do with old ones; they are free again at once."""
log = structlog.get_logger()


async def write_a_little() -> None:
    """Write some pages, and leave nothing behind."""
    await rows(LITTLE)


class DiskWatch:
    """Whether the database's disk is full, as far as this process knows."""

    def __init__(self, write: Callable[[], Awaitable[None]] = write_a_little) -> None:
        self.full = False
        self._write = write
        self._doubted = asyncio.Event()

    def saw(self, error: BaseException) -> None:
        """Take note of an error of the database; one of a full disk makes the process not ready."""
        if not self.full and any(getattr(link, "sqlstate", None) == DISK_FULL for link in (error, error.__cause__)):
            self.full = True
            self._doubted.set()
            log.error("disk.full")

    async def keep(self) -> None:
        """Write a little without end: rarely, and every second while the disk is full."""
        while True:
            self._doubted.clear()
            await self._try()
            try:
                async with asyncio.timeout(EVERY_SECONDS_WHILE_FULL if self.full else EVERY_SECONDS):
                    await self._doubted.wait()
            except TimeoutError:
                continue

    async def _try(self) -> None:
        try:
            await self._write()
        except Exception as error:  # noqa: BLE001 - a database that is away is told elsewhere
            self.saw(error)
            return
        if self.full:
            self.full = False
            log.warning("disk.has_room")
