"""What the audit trail has of a town, as an auditor reads it."""

import json
from typing import Any
from uuid import UUID

from domain.database import rows


async def trail(town: int, action: str) -> list[tuple[UUID, str, Any, Any]]:
    """Actor, reason, before and after of each entry of an action, oldest first."""
    entries = await rows(
        "select actor, reason, before::text, after::text from audit_entry where municipality_id = $1 and action = $2"
        " order by id",
        town,
        action,
    )
    return [(entry["actor"], entry["reason"], _read(entry["before"]), _read(entry["after"])) for entry in entries]


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)
