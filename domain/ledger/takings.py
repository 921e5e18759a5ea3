"""Takings: the history of a store in two figures, which do not say what its customers paid with.

OWED      what the municipality owes the store: all its payables together, one unit for one yen
CASH_BOX  cash that it collected for the municipality as a charge agent
"""

from dataclasses import replace
from uuid import UUID

from domain.database import rows
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Movement, movement_of

_OWED, _CASH_BOX = 1, 2
"""Positions of the two figures in one event."""

# What is owed after an event is what is owed now less what came later. The page begins at `$4` and reads one event more
# than lines, because those of the first may have been shown before; what came after it is summed up.
_LINES = f"""with page as (
    select * from event where municipality_id = $1 and holder_id = $2 and sequence <= $4 and cardinality(assets) > 0
    order by sequence desc limit $6 + 1),
  line as (
    select e.municipality_id, e.holder_id, e.sequence, e.kind, e.journal_id, e.counterparty_id, e.recorded_at,
      case when x.asset = $3 then {_CASH_BOX} else {_OWED} end as position,
      sum(x.amount)::bigint as amount, max(x.balance) as in_box
    from page e cross join lateral unnest(e.assets, e.amounts, e.balances) x (asset, amount, balance)
    group by 1, 2, 3, 4, 5, 6, 7, 8),
  owed as (
    select (select coalesce(sum(posted), 0) from account where municipality_id = $1 and holder_id = $2
        and kind = {AccountKind.PAYABLE:d})
      - (select coalesce(sum(x.amount), 0) from event e
        cross join lateral unnest(e.assets, e.amounts) x (asset, amount)
        where e.municipality_id = $1 and e.holder_id = $2 and e.sequence > $4 and x.asset <> $3) as at_top),
  told as (
    select line.*, case when position = {_CASH_BOX} then in_box
      else (owed.at_top - coalesce(sum(amount) filter (where position = {_OWED}) over (
        order by sequence desc, position desc rows between unbounded preceding and 1 preceding), 0))::bigint
      end as balance
    from line, owed)
  select t.*, $3::int as asset, j.receipt_number from told t
  join journal j on j.municipality_id = t.municipality_id and j.id = t.journal_id
  where (t.sequence, t.position) < ($4, $5) order by t.sequence desc, t.position desc limit $6"""


async def takings(
    municipality: int, store: UUID, *, yen: int, coin: int, before: tuple[int, int] | None, limit: int
) -> list[Movement]:
    """Return a page of a store's history, newest first, before a (sequence, position). None: from the newest.

    yen: the asset of cash boxes. coin: the asset in which all that is owed is told. Whole units.
    """
    sequence, position = before or (2**62, 0)
    records = await rows(_LINES, municipality, store, yen, sequence, position, limit)
    movements = [movement_of(row) for row in records]
    return [line if line.position == _CASH_BOX else replace(line, asset=coin) for line in movements]
