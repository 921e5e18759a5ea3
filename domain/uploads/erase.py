"""Erase the content of uploads; their rows stay.

A received file is erased after the municipality's retention period, an incomplete one after its address has expired.
"""

from datetime import timedelta

from tortoise.connection import get_connection

from domain.services import Services
from domain.uploads import reads
from domain.uploads.kinds import UploadState

ARRIVING = timedelta(hours=1)
"""A transfer that takes longer than this was cut off together with its process."""


async def erase_uploads(services: Services) -> int:
    """Erase the content of all uploads that are due; return how many. Repeating it is harmless."""
    now, count = services.clock(), 0
    connection = get_connection("default")
    while due := await reads.to_erase(now, now - ARRIVING):
        towns, keys = [municipality for municipality, _ in due], [upload for _, upload in due]
        is_due = "(municipality_id, {}) in (select * from unnest($1::smallint[], $2::uuid[]))"
        await connection.execute_query("delete from upload_chunk where " + is_due.format("upload_id"), [towns, keys])
        await connection.execute_query(
            "update upload set state = $3 where " + is_due.format("id"), [towns, keys, UploadState.ERASED]
        )
        count += len(due)
    return count
