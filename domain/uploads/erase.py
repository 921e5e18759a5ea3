"""Files are erased after the town's days; what never arrived whole, after its address has ended.

The row stays, without content.
"""

from datetime import timedelta

from tortoise.connection import get_connection

from domain.services import Services
from domain.uploads import reads
from domain.uploads.kinds import UploadState

ARRIVING = timedelta(hours=1)
"""A sending that takes longer than this has been cut off with its process."""


async def erase_uploads(services: Services) -> int:
    """Erases the content of what is due; how many uploads. Repeating it is harmless."""
    now, count = services.clock(), 0
    connection = get_connection("default")
    while due := await reads.to_erase(now, now - ARRIVING):
        towns, keys = [municipality for municipality, _ in due], [upload for _, upload in due]
        wanted = "(municipality_id, {}) in (select * from unnest($1::smallint[], $2::uuid[]))"
        await connection.execute_query("delete from upload_chunk where " + wanted.format("upload_id"), [towns, keys])
        await connection.execute_query(
            "update upload set state = $3 where " + wanted.format("id"), [towns, keys, UploadState.ERASED]
        )
        count += len(due)
    return count
