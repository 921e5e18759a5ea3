"""`python -m push`: the scheduler's process. Several may be started; one at a time runs the jobs."""

import asyncio
import contextlib
import signal
import sys

import structlog

from domain.database import Fault, classify
from domain.jobs.schedule import lead, remove_unknown, run_due
from domain.logins import StrongLoginError
from domain.settings import SettingsError
from push.compose import Parts, parts

TICK_SECONDS = 5.0
log = structlog.get_logger()


async def main() -> None:
    """Run until SIGINT or SIGTERM, reconnecting when the database is lost."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with parts() as running:
        while not stop.is_set():
            try:
                await work(running, stop)
            except Exception as error:
                if classify(error) is not Fault.UNAVAILABLE:
                    raise
                log.warning("push.database_lost", error=type(error).__name__)
                await pause(stop)


async def work(running: Parts, stop: asyncio.Event) -> None:
    """Wait for the scheduler's lock, then run due jobs as long as the connection lives."""
    connection = await running.connect()
    try:
        while not await lead(connection) and not stop.is_set():
            await pause(stop)
        if not stop.is_set():
            await remove_unknown(connection)
        while not stop.is_set():
            await run_due(running.services, connection)
            await pause(stop)
    finally:
        await connection.close()


async def pause(stop: asyncio.Event) -> None:
    """Wait for one tick, or until the process is stopped."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), TICK_SECONDS)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except SettingsError as mistakes:
        sys.exit(str(mistakes))
    except StrongLoginError as strong:
        sys.exit(f"MEGURU_DATABASE_URL: {strong}")
    sys.exit(0)
