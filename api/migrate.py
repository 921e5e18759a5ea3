"""Migrations under a lock: two at once wait for each other, and one that was killed half way is run again.

A migration that needs a table for itself never queues for it: everybody else's reads and payments would queue behind
it. After LOCK_MILLISECONDS it gives up all that it has, and is tried again after a pause, until the table is free.
"""

import asyncio
import random
from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as tortoise_migrate

from domain.compose import tortoise_config
from domain.database import Fault, classify

LOCK = 7_306_531_742_261
"""Any number, the same everywhere: the advisory lock of migrations."""
LOCK_MILLISECONDS = 100
"""How long a migration waits for a table, and so at most holds up everybody else in front of it."""
PATIENCE_SECONDS = 3_600.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
BLOCKERS = """select a.pid, a.application_name, a.xact_start
  from pg_stat_activity a where a.datname = current_database() and a.xact_start < now() - interval '1 second'
  and a.pid <> pg_backend_pid() order by a.xact_start limit 3"""

Tell = Callable[[str], None]


async def migrate(owner_url: str, tell: Tell = lambda _: None) -> None:
    """Brings the database of the URL (its owner's login) to the newest schema.

    tell: hears what it waits for. After PATIENCE_SECONDS without the tables that it needs, the database's error.
    """
    config = tortoise_config(owner_url, None, 2)
    settings = config["connections"]["default"]["credentials"]["server_settings"]
    settings["lock_timeout"] = f"{LOCK_MILLISECONDS}ms"
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await _with_patience(config, connection, tell)
    finally:
        await connection.close()


async def _with_patience(
    config: dict[str, object], connection: "asyncpg.Connection[asyncpg.Record]", tell: Tell
) -> None:
    """Runs each migration that is left in a transaction of its own, again and again while it finds a table in use."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            await tortoise_migrate(config=config)
        except Exception as error:
            if classify(error) not in {Fault.LOCKED, Fault.RETRY} or loop.time() > deadline:
                raise
            for row in await connection.fetch(BLOCKERS):
                tell(f"waits for process {row['pid']} ({row['application_name']}), at work since {row['xact_start']}")
        else:
            return
        finally:
            await Tortoise.close_connections()
        await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - only spreads the attempts
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def run(owner_url: str, tell: Tell) -> None:
    """The same from a command line."""
    asyncio.run(migrate(owner_url, tell))


def described(url: str) -> str:
    """A database's address without its password, for a line on a terminal."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"
