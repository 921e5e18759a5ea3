"""The progress of a bulk grant: its state and counts, on every change, until it has ended."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from uuid import UUID

from domain.bulk_grants import reads
from domain.bulk_grants.kinds import ENDED
from domain.bulk_grants.reads import BulkGrant
from domain.services import Services

LOOK_SECONDS = 2.0
"""The interval at which the table is read when the bus reports no change."""
PAUSE_SECONDS = 0.25
"""The least time between two reads: at most four updates a second, however fast rows are granted."""


async def progress(services: Services, municipality: int, bulk_grant: UUID) -> AsyncGenerator[BulkGrant, None]:
    """Yield the bulk grant now and on every change until it has ended; nothing if there is no such bulk grant."""
    inbox = services.bus.subscribe(municipality, bulk_grant)
    latest: BulkGrant | None = None
    try:
        while True:
            inbox.rows.clear()
            inbox.overflowed = False
            bulk = await reads.by_id(municipality, bulk_grant)
            if bulk is None:
                return
            if bulk != latest:
                latest = bulk
                yield bulk
                if bulk.state in ENDED:
                    return
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(inbox.wait(), LOOK_SECONDS)
    finally:
        services.bus.unsubscribe(municipality, bulk_grant, inbox)
