"""The audit trail: actions of staff, with reason and state before and after.

Entries are written in the commit of the action and never changed.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise.connection import get_connection

from domain.database import rows


async def record(
    municipality: int,
    actor: UUID,
    action: str,
    subject: str,
    reason: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
) -> None:
    """Append an entry, which holds ids and codes only. Call inside the transaction of the recorded action."""
    await get_connection("default").execute_query(
        """insert into audit_entry (municipality_id, actor, action, subject, reason, before, after, recorded_at)
          values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)""",
        [municipality, actor, action, subject, reason, _json(before), _json(after), at],
    )


async def recorded(
    municipality: int, action: str, subject: str, after: dict[str, Any], *, actor: UUID | None = None
) -> bool:
    """Whether the trail has an action on a subject whose `after` contains these values; by `actor`, if not None."""
    entries = await rows(
        """select 1 from audit_entry where municipality_id = $1 and action = $2 and subject = $3
          and after @> $4::jsonb and ($5::uuid is null or actor = $5) limit 1""",
        municipality,
        action,
        subject,
        _json(after),
        actor,
    )
    return bool(entries)


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
