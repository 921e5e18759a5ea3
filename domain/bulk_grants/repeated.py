"""Rows that repeat a grant: the programme has given the wallet the same amount, or is about to by another file.

Compared is what a row does (programme, wallet, amount), whatever the file looks like and however the wallet is named.
A grant that was taken back as a whole does not count. A repetition may be right, as in a monthly programme; so it is a
question.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.kinds import WAITS, BulkState, RowState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.refusals import PossibleDuplicatesError
from domain.database import rows
from domain.ledger.kinds import GuardKind, JournalKind, Outcome

ROWS_NAMED = 10
"""Rows that a refusal names; the check lists all of them."""
_COMING = f"({BulkState.AWAITING_APPROVAL:d}, {BulkState.RUNNING:d}, {BulkState.PAUSED:d})"
"""States of a bulk grant whose waiting rows may still be granted. What it has granted is in the ledger."""
_OF_FILE = "select * from unnest($3::integer[], $4::uuid[], $5::bigint[]) f (number, wallet, amount)"
_OF_TABLE = f"""select number, wallet_id as wallet, amount from bulk_grant_row
  where municipality_id = $1 and bulk_grant_id = $3 and {WAITS}"""


def _statement(source_rows: str, itself: str) -> str:
    """Compare all rows of a source at once. A row of a file is one grant, whether it waits, is granted or is both."""
    return f"""with source as materialized ({source_rows}), earlier as (
    select s.number, s.wallet, s.amount, j.id as journal, null::uuid as bulk_grant, j.recorded_at as at,
      coalesce(g.value, 0) as taken_back,
      coalesce((j.receipt ->> 'bulk') || ':' || (j.receipt ->> 'row'), j.id::text) as name
    from source s join journal j on j.municipality_id = $1 and j.programme_id = $2 and j.wallet_id = s.wallet
      and j.kind = {JournalKind.GRANT:d} and j.outcome = {Outcome.SETTLED:d}
      and (j.receipt ->> 'amount')::bigint = s.amount
    left join guard g on g.municipality_id = $1 and g.kind = {GuardKind.REFUNDED:d} and g.subject = j.id
      and g.period = ''
    where coalesce(g.value, 0) < s.amount
    union all
    select s.number, s.wallet, s.amount, null, b.id, b.created_at, 0, b.id || ':' || r.number
    from source s join (bulk_grant b join bulk_grant_row r on r.municipality_id = b.municipality_id
        and r.bulk_grant_id = b.id and r.state = {RowState.WAITING:d})
      on b.municipality_id = $1 and b.programme_id = $2 and b.state in {_COMING} and (b.id = {itself}) is not true
      and r.wallet_id = s.wallet and r.amount = s.amount)
  select number, wallet, amount, count(distinct name)::integer as count,
    md5(string_agg(distinct name, ' ' order by name)) as names,
    (array_agg(journal order by at desc, name desc))[1] as journal,
    (array_agg(bulk_grant order by at desc, name desc))[1] as bulk_grant,
    max(at) as at, (array_agg(taken_back order by at desc, name desc))[1] as taken_back
  from earlier group by number, wallet, amount order by number"""


_REPEATED_BY_FILE = _statement(_OF_FILE, "null::uuid")
_REPEATED_BY_TABLE = _statement(_OF_TABLE, "$3::uuid")


@dataclass(frozen=True, slots=True)
class Repeated:
    """A row that repeats grants. Amounts in whole units.

    count: of earlier grants of this amount, waiting rows of other files included. at, journal, bulk_grant, taken_back:
    of the newest of them; `journal` is None for a row that waits, whose file is `bulk_grant`.
    """

    number: int
    wallet: UUID
    amount: int
    count: int
    names: str
    journal: UUID | None
    bulk_grant: UUID | None
    at: datetime
    taken_back: int


@dataclass(frozen=True, slots=True)
class Repetition:
    """All rows of a file that repeat grants, in the file's order.

    token: stands for exactly these rows and these earlier grants, in this file and programme; None without such rows.
    """

    municipality: int
    rows: tuple[Repeated, ...]
    token: str | None

    @property
    def amount(self) -> int:
        """The sum that would be given again. Whole units."""
        return sum(row.amount for row in self.rows)

    def audited(self) -> dict[str, int | str]:
        """Return what an audit entry keeps of a confirmation: rows, amount and token; nothing without such rows."""
        if self.token is None:
            return {}
        return {"repeated": len(self.rows), "repeated_amount": self.amount, "repetition": self.token}


async def repeated_by_file(municipality: int, programme: UUID, upload: UUID, file_rows: Sequence[Row]) -> Repetition:
    """Return the rows of an uploaded file that repeat grants. Rows with problems are not granted, and left out."""
    good = [row for row in file_rows if row.problem is None]
    repeated = await rows(
        _REPEATED_BY_FILE,
        municipality,
        programme,
        [row.number for row in good],
        [row.wallet for row in good],
        [row.amount for row in good],
    )
    return _repetition(municipality, programme, upload, repeated)


async def repeated_by(bulk: BulkGrant) -> Repetition:
    """Return the waiting rows of a bulk grant that repeat grants, as they are now."""
    repeated = await rows(_REPEATED_BY_TABLE, bulk.municipality, bulk.programme_id, bulk.id)
    return _repetition(bulk.municipality, bulk.programme_id, bulk.id, repeated)


def require_confirmed(repetition: Repetition, token: str | None) -> None:
    """Raise PossibleDuplicatesError unless these rows are none, or exactly those that the token stands for."""
    if repetition.rows and token != repetition.token:
        numbers = [row.number for row in repetition.rows]
        raise PossibleDuplicatesError(len(numbers), tuple(numbers[:ROWS_NAMED]))


def _repetition(municipality: int, programme: UUID, subject: UUID, found_rows: list[dict[str, Any]]) -> Repetition:
    repeated = tuple(Repeated(**row) for row in found_rows)
    digest = hashlib.sha256(f"{municipality} {programme} {subject}".encode())
    for row in repeated:
        digest.update(f"\n{row.number} {row.wallet} {row.amount} {row.names}".encode())
    return Repetition(municipality, repeated, digest.hexdigest() if repeated else None)
