"""The audit trail: acts of staff, with reason and state before and after.

Entries are written in the commit of the act and never changed: here by verbs that write their own tables, and by the
ledger for what moves value (`domain/ledger/act.py`). Only the note, in the actor's own words, can be erased.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from domain.ledger.act import WRITE, AuditLine, to_lines
from domain.viewer import Viewer


async def record(
    municipality: int,
    viewer: Viewer,
    action: str,
    subject: UUID | int,
    reason: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
    note: str | None = None,
) -> None:
    """Append an entry of ids and codes. Call inside the transaction of the recorded act.

    reason: a code, or empty. note: the reason in words, which can be erased; None: the one sent with the request.
    """
    line = AuditLine(
        municipality_id=municipality,
        actor=viewer.person_id,
        action=action,
        subject=str(subject),
        reason=reason,
        note=note or viewer.reason,
        before=before,
        after=after,
        recorded_at=at,
    )
    await get_connection("default").execute_query(WRITE, [to_lines([line])])
