"""Reads of sessions, and of the people whose session or rights changed."""

from uuid import UUID

import asyncpg

from domain.database import rows

MANY = 5_000
"""People of one poll; when more changed at once, everybody counts as changed."""

_CHANGED = """changed_xid >= pg_snapshot_xmin($1::text::pg_snapshot)
  and changed_xid < pg_snapshot_xmax(pg_current_snapshot())
  and not pg_visible_in_snapshot(changed_xid, $1::text::pg_snapshot)"""
# What was committed between two snapshots, exactly: the order of numbers is not the order of commits, and waiting for
# the oldest transaction would let a slow one hide what others have committed. The upper bound keeps out marks that a
# restore brought from a server that had counted further.
_CHANGES = f"""select pg_current_snapshot()::text as snapshot, array(
  select person_id from holder_access where {_CHANGED}
  union select id from person where {_CHANGED} limit $2) as people"""


async def session_version(person: UUID) -> int | None:
    """Return the version that a person's tokens must carry; None for an unknown person."""
    records = await rows("select session_version from person where id = $1", person)
    return records[0]["session_version"] if records else None


async def changes_since(
    connection: "asyncpg.Connection[asyncpg.Record]", snapshot: str | None
) -> tuple[str, list[UUID] | None]:
    """Return the snapshot of this read, and the people whose session or rights changed since an earlier one.

    None for the people: everybody may have changed, because there is no earlier snapshot or there are over MANY.
    """
    if snapshot is None:
        return await connection.fetchval("select pg_current_snapshot()::text"), None
    record = await connection.fetchrow(_CHANGES, snapshot, MANY + 1)
    if record is None:
        message = "the poll of changed rights has no row"
        raise LookupError(message)
    people: list[UUID] = record["people"]
    return record["snapshot"], people if len(people) <= MANY else None
