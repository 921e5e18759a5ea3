"""Reads of events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import rows
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow


async def events_after(municipality: int, holder: UUID, sequence: int, limit: int) -> list[EventRow]:
    """Return a holder's events after a sequence, in order, at most `limit`."""
    records = await rows(
        """select e.municipality_id, e.holder_id, e.sequence, e.kind, e.journal_id, e.counterparty_id, e.assets,
          e.amounts, e.balances, e.recorded_at, j.receipt_number, c.kind as counterparty_kind
          from event e join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id
          left join holder c on c.municipality_id = e.municipality_id and c.id = e.counterparty_id
          where e.municipality_id = $1 and e.holder_id = $2 and e.sequence > $3 order by e.sequence limit $4""",
        municipality,
        holder,
        sequence,
        limit,
    )
    return [_event(row) for row in records]


async def sequence_of(municipality: int, holder: UUID) -> int | None:
    """Return the sequence of a holder's last event; None for an unknown holder."""
    records = await rows("select sequence from holder where municipality_id = $1 and id = $2", municipality, holder)
    return records[0]["sequence"] if records else None


async def sequences_of(keys: list[tuple[int, UUID]]) -> dict[tuple[int, UUID], int]:
    """Return the sequences of holders' last events by (municipality, holder)."""
    records = await rows(
        "select h.municipality_id, h.id, h.sequence from unnest($1::smallint[], $2::uuid[]) w (m, i)"
        " join holder h on h.municipality_id = w.m and h.id = w.i",
        [municipality for municipality, _ in keys],
        [holder for _, holder in keys],
    )
    return {(row["municipality_id"], row["id"]): row["sequence"] for row in records}


async def recorded_at(municipality: int, holder: UUID, sequence: int) -> datetime | None:
    """Return the time of an event; None for an unknown one."""
    records = await rows(
        "select recorded_at from event where municipality_id = $1 and holder_id = $2 and sequence = $3",
        municipality,
        holder,
        sequence,
    )
    return records[0]["recorded_at"] if records else None


def _event(row: dict[str, Any]) -> EventRow:
    return EventRow(
        municipality=row["municipality_id"],
        holder=row["holder_id"],
        sequence=row["sequence"],
        kind=JournalKind(row["kind"]),
        journal_id=row["journal_id"],
        counterparty=row["counterparty_id"],
        assets=row["assets"],
        amounts=row["amounts"],
        balances=row["balances"],
        recorded_at=row["recorded_at"],
        receipt_number=row["receipt_number"],
        counterparty_kind=row["counterparty_kind"],
    )
