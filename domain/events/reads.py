"""Events as others read them."""

from datetime import datetime
from uuid import UUID

from domain.database import rows
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow


async def events_after(municipality: int, holder: UUID, sequence: int, limit: int) -> list[EventRow]:
    """A holder's events after a sequence, in order, at most `limit`."""
    found = await rows(
        """select e.municipality_id as municipality, e.holder_id as holder, e.sequence, e.kind, e.journal_id,
          e.counterparty_id as counterparty, e.assets, e.amounts, e.balances, e.recorded_at, j.receipt_number
          from event e join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id
          where e.municipality_id = $1 and e.holder_id = $2 and e.sequence > $3 order by e.sequence limit $4""",
        municipality,
        holder,
        sequence,
        limit,
    )
    return [EventRow(**{**row, "kind": JournalKind(row["kind"])}) for row in found]


async def sequence_of(municipality: int, holder: UUID) -> int | None:
    """The number of a holder's last event; None for a holder that is not there."""
    found = await rows("select sequence from holder where municipality_id = $1 and id = $2", municipality, holder)
    return found[0]["sequence"] if found else None


async def sequences_of(keys: list[tuple[int, UUID]]) -> dict[tuple[int, UUID], int]:
    """The numbers of holders' last events by (municipality, holder)."""
    found = await rows(
        "select h.municipality_id, h.id, h.sequence from unnest($1::smallint[], $2::uuid[]) w (m, i)"
        " join holder h on h.municipality_id = w.m and h.id = w.i",
        [municipality for municipality, _ in keys],
        [holder for _, holder in keys],
    )
    return {(row["municipality_id"], row["id"]): row["sequence"] for row in found}


async def recorded_at(municipality: int, holder: UUID, sequence: int) -> datetime | None:
    """When an event happened."""
    found = await rows(
        "select recorded_at from event where municipality_id = $1 and holder_id = $2 and sequence = $3",
        municipality,
        holder,
        sequence,
    )
    return found[0]["recorded_at"] if found else None
