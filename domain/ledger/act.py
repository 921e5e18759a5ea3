"""Acts of staff: what a journal leaves in the audit trail, in the commit of the journal itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

WRITE = "select audit_write($1::jsonb)"
"""Appends entries; its argument is made by `to_lines`."""
NOTE_LIMIT = 200
"""The longest reason in somebody's own words, in characters."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of staff by a journal. Ids and codes only, but for the note, which can be erased.

    subject: the id of what it is about. reason: a code; empty where none was chosen. note: the reason in the actor's
    own words. action: its name; None: the name of the request's operation. before, after: values beside the balances,
    which the ledger adds.
    """

    subject: UUID
    reason: str = ""
    note: str | None = None
    action: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the audit trail to be written. The fields are those of `audit_write`."""

    municipality_id: int
    actor: UUID
    action: str
    subject: str
    reason: str
    note: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    recorded_at: datetime


def to_lines(lines: Sequence[AuditLine]) -> str:
    """Write entries as the argument of `audit_write`. Keys of `before` and `after` that are ids are written as text."""
    return orjson.dumps(lines, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
