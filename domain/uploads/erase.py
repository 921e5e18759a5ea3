"""Files are erased after the town's days; what never arrived whole, after its address has ended.

The row stays, without content.
"""

from datetime import timedelta

from tortoise.connection import get_connection

from domain.services import Services

PAGE = 100
ARRIVING = timedelta(hours=1)
"""A sending that takes longer than this has been cut off with its process."""
_DUE = """select u.municipality_id, u.id from upload u join municipality m on m.id = u.municipality_id
  where u.state <> 4
  and ((u.state = 2 and u.received_at + make_interval(days => m.upload_retention_days) <= $1) or (u.state <> 2
    and u.expires_at <= $2))
  order by 1, 2 limit $3"""


async def erase_uploads(services: Services) -> int:
    """Erases the content of what is due; how many uploads. Repeating it is harmless."""
    now, count = services.clock(), 0
    connection = get_connection("default")
    while due := await connection.execute_query_dict(_DUE, [now, now - ARRIVING, PAGE]):
        towns, keys = [row["municipality_id"] for row in due], [row["id"] for row in due]
        wanted = "(municipality_id, {}) in (select * from unnest($1::smallint[], $2::uuid[]))"
        await connection.execute_query("delete from upload_chunk where " + wanted.format("upload_id"), [towns, keys])
        await connection.execute_query("update upload set state = 4 where " + wanted.format("id"), [towns, keys])
        count += len(due)
    return count
