"""One runner for a grant by file at a time.

Only for speed: two at once would meet the same keys, and grant nothing twice.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from domain.database import ACQUIRE_SECONDS, client, rows, to_the_end


@asynccontextmanager
async def alone(bulk_grant: UUID) -> AsyncIterator[bool]:
    """Whether nobody else runs it, from now to the end.

    The lock is the connection's: it goes with a process that is killed.
    """
    await rows("select 1")  # Tortoise opens its pool when it is first used
    pool: Any = client()._pool  # noqa: SLF001 - Tortoise has no public door
    held: list[Any] = []

    async def take() -> None:
        held.append(await pool.acquire(timeout=ACQUIRE_SECONDS))

    try:
        await to_the_end(take())  # a task that is cancelled meanwhile has the connection, and gives it back below
        yield bool(await held[0].fetchval("select pg_try_advisory_lock(hashtextextended($1, 7))", str(bulk_grant)))
    finally:
        for connection in held:
            await to_the_end(pool.release(connection))  # which gives back all its advisory locks
