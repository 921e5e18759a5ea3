"""The audit trail of staff: who did what, why, before and after. Appended in the commit of the deed, never changed."""

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
    """One row. Ids and codes only. Call inside the transaction of what it records."""
    await get_connection("default").execute_query(
        """insert into audit_entry (municipality_id, actor, action, subject, reason, before, after, recorded_at)
          values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)""",
        [municipality, actor, action, subject, reason, _json(before), _json(after), at],
    )


async def recorded(
    municipality: int, action: str, subject: str, after: dict[str, Any], *, actor: UUID | None = None
) -> bool:
    """Whether an action on a subject is in the trail with these facts after it; by an actor, where one is named."""
    found = await rows(
        """select 1 from audit_entry where municipality_id = $1 and action = $2 and subject = $3
          and after @> $4::jsonb and ($5::uuid is null or actor = $5) limit 1""",
        municipality,
        action,
        subject,
        _json(after),
        actor,
    )
    return bool(found)


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
