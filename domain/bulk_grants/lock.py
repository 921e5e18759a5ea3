"""The lock that lets one runner work on a bulk grant at a time.

It is an optimization: two runners would use the same keys, and grant nothing twice.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from domain.database import ACQUIRE_SECONDS, client, rows, to_the_end


@asynccontextmanager
async def alone(bulk_grant: UUID) -> AsyncIterator[bool]:
    """Try to lock a bulk grant for the duration of the context; yield whether this runner has the lock.

    The lock belongs to the connection, so it is released if the process is killed.
    """
    await rows("select 1")  # Tortoise opens its pool when it is first used
    pool: Any = client()._pool  # noqa: SLF001 - Tortoise has no public accessor
    held: list[Any] = []

    async def take() -> None:
        held.append(await pool.acquire(timeout=ACQUIRE_SECONDS))

    try:
        await to_the_end(take())  # under cancellation, too, the connection is in `held` and is released below
        yield bool(await held[0].fetchval("select pg_try_advisory_lock(hashtextextended($1, 7))", str(bulk_grant)))
    finally:
        for connection in held:
            await to_the_end(pool.release(connection))  # which releases all its advisory locks
