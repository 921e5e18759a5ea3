"""Migrations under a lock: two at once wait for each other, and one that was killed half way is run again."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as tortoise_migrate

from domain.compose import tortoise_config

LOCK = 7_306_531_742_261
"""Any number, the same everywhere: the advisory lock of migrations."""


async def migrate(owner_url: str) -> None:
    """Brings the database of the URL (its owner's login) to the newest schema."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await tortoise_migrate(config=tortoise_config(owner_url, None, 2))
    finally:
        await Tortoise.close_connections()
        await connection.close()


def run(owner_url: str) -> None:
    """The same from a command line."""
    asyncio.run(migrate(owner_url))


def described(url: str) -> str:
    """A database's address without its password, for a line on a terminal."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"
