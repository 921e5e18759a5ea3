"""A grant by file, live: how it stands now, whenever that changes, until it has ended."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from uuid import UUID

from domain.bulk_grants import reads
from domain.bulk_grants.kinds import ENDED
from domain.bulk_grants.reads import BulkGrant
from domain.services import Services

LOOK_SECONDS = 2.0
"""The bus only says when to look: without it the table is looked at so often."""
PAUSE_SECONDS = 0.25
"""Between two looks: a follower sees at most four a second, however fast rows are granted."""


async def progress(services: Services, municipality: int, bulk_grant: UUID) -> AsyncGenerator[BulkGrant, None]:
    """Each state and count that is new, the present one first; nothing for one that is not there."""
    inbox = services.bus.subscribe(municipality, bulk_grant)
    told: BulkGrant | None = None
    try:
        while True:
            inbox.rows.clear()
            inbox.overflowed = False
            found = await reads.by_id(municipality, bulk_grant)
            if found is None:
                return
            if found != told:
                told = found
                yield found
                if found.state in ENDED:
                    return
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(inbox.wait(), LOOK_SECONDS)
    finally:
        services.bus.unsubscribe(municipality, bulk_grant, inbox)
