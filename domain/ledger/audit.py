"""The ledger against itself: trial balance, and what stored figures say against what the entries say."""

from dataclasses import dataclass
from datetime import datetime

from domain.database import rows
from domain.ledger.kinds import AccountKind, GuardKind, HoldState, JournalKind, Outcome


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The sum of all accounts of a kind and asset. Whole units."""

    municipality: int
    asset: int
    kind: AccountKind
    posted: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All value of a municipality at an instant; each asset sums to zero."""

    municipality: int
    at: datetime
    lines: tuple[TrialLine, ...]

    @property
    def balanced(self) -> bool:
        """Whether every asset sums to zero."""
        sums: dict[int, int] = {}
        for line in self.lines:
            sums[line.asset] = sums.get(line.asset, 0) + line.posted
        return not any(sums.values())


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure that differs. `subject` is the row's id, never a name. Whole units or counts."""

    municipality: int
    check: str
    subject: str
    stored: int
    expected: int


# Each check is a query of the rows (municipality, subject, stored, expected) whose figures differ.
CHECKS = {
    "account_balance": (
        """select a.municipality_id, a.id::text, a.posted, coalesce(sum(e.amount), 0)::bigint from account a
      left join entry e on e.municipality_id = a.municipality_id and e.account_id = a.id
      where a.municipality_id = any ($1::smallint[]) group by a.municipality_id,
        a.id having a.posted <> coalesce(sum(e.amount), 0)"""
    ),
    "account_version": (
        """select a.municipality_id, a.id::text, a.version, count(e.version) from account a
      left join entry e on e.municipality_id = a.municipality_id and e.account_id = a.id
      where a.municipality_id = any ($1::smallint[]) group by a.municipality_id, a.id
      having a.version <> count(e.version) or a.version <> coalesce(max(e.version), 0)"""
    ),
    "entry_running_balance": (
        """select municipality_id, account_id::text, posted_after, should from (
        select e.*, (sum(amount) over (partition by municipality_id, account_id order by version))::bigint as should
          from entry e
        where municipality_id = any ($1::smallint[])) x where posted_after <> should"""
    ),
    "journal_sum": (
        """select municipality_id, journal_id::text, sum(amount)::bigint, 0::bigint from entry
          where municipality_id = any ($1::smallint[])
      group by municipality_id, journal_id, asset_id having sum(amount) <> 0"""
    ),
    "account_held": (
        f"""select a.municipality_id, a.id::text, a.held, coalesce(h.held, 0)::bigint from account a left join (
        select o.municipality_id, x.account, sum(x.amount) as held
          from hold o, unnest(o.accounts, o.amounts) x (account, amount)
        where o.state = {HoldState.OPEN:d} group by 1, 2) h
        on h.municipality_id = a.municipality_id and h.account = a.id
      where a.municipality_id = any ($1::smallint[]) and a.held <> coalesce(h.held, 0)"""
    ),
    "event_sequence": (
        """select h.municipality_id, h.id::text, h.sequence, count(e.sequence) from holder h
      left join event e on e.municipality_id = h.municipality_id and e.holder_id = h.id
      where h.municipality_id = any ($1::smallint[]) group by h.municipality_id, h.id
      having h.sequence <> count(e.sequence) or h.sequence <> coalesce(max(e.sequence), 0)"""
    ),
    "movement_amount": (
        """with moved as (select e.municipality_id, e.journal_id, a.holder_id, e.asset_id, sum(e.amount) as amount
          from entry e
        join account a on a.municipality_id = e.municipality_id and a.id = e.account_id
          where e.municipality_id = any ($1::smallint[])
        group by 1, 2, 3, 4),
      published as (select e.municipality_id, e.journal_id, e.holder_id, m.asset as asset_id, m.amount from event e,
        unnest(e.assets, e.amounts) m (asset, amount) where e.municipality_id = any ($1::smallint[]))
      select municipality_id, journal_id::text, coalesce(published.amount, 0), coalesce(moved.amount, 0)::bigint
      from moved full join published using (municipality_id, journal_id, holder_id, asset_id)
      where coalesce(published.amount, 0) <> coalesce(moved.amount, 0)"""
    ),
    "movement_balance": (
        """with published as (select distinct on (e.municipality_id, e.holder_id, m.asset) e.municipality_id,
        e.holder_id, m.asset as asset_id, m.balance from event e, unnest(e.assets, e.balances) m (asset, balance)
          where e.municipality_id = any ($1::smallint[])
        order by e.municipality_id, e.holder_id, m.asset, e.sequence desc),
      stored as (select municipality_id, holder_id, asset_id, sum(posted) as posted from account
        where municipality_id = any ($1::smallint[]) group by 1, 2, 3)
      select municipality_id, holder_id::text, coalesce(published.balance, 0), coalesce(stored.posted, 0)::bigint
      from stored full join published using (municipality_id, holder_id, asset_id)
        where coalesce(published.balance, 0) <> coalesce(stored.posted, 0)"""
    ),
    "refunded": (
        f"""select g.municipality_id, g.subject::text, g.value, coalesce(sum((j.receipt ->> 'amount')::bigint),
          0)::bigint from guard g
      left join journal j on j.municipality_id = g.municipality_id and j.linked_journal = g.subject
        and j.outcome = {Outcome.SETTLED:d}
        and j.kind in ({JournalKind.REFUND:d}, {JournalKind.REVERSAL:d}, {JournalKind.CHARGE_CANCEL:d})
      where g.kind = {GuardKind.REFUNDED:d} and g.municipality_id = any ($1::smallint[])
      group by g.municipality_id, g.subject, g.value
      having g.value <> coalesce(sum((j.receipt ->> 'amount')::bigint), 0)"""
    ),
    "voucher_sold": (
        f"""select g.municipality_id, g.subject::text, g.value,
          coalesce(sum((j.receipt ->> 'units')::bigint), 0)::bigint from guard g
      left join journal j on j.municipality_id = g.municipality_id and j.programme_id = g.subject
        and j.kind = {JournalKind.VOUCHER_PURCHASE:d} and j.outcome = {Outcome.SETTLED:d}
        and not exists (select from journal r
          where r.municipality_id = j.municipality_id and r.linked_journal = j.id
            and r.kind = {JournalKind.REVERSAL:d} and r.outcome = {Outcome.SETTLED:d})
      where g.kind = {GuardKind.VOUCHER_SOLD:d} and g.municipality_id = any ($1::smallint[])
      group by g.municipality_id, g.subject, g.value
      having g.value <> coalesce(sum((j.receipt ->> 'units')::bigint), 0)"""
    ),
    "coupon_stock": (
        f"""select g.municipality_id, g.subject::text, g.value, coalesce(sum(issued.change), 0)::bigint from guard g
      left join event e on e.municipality_id = g.municipality_id and e.holder_id = g.subject
      left join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id
      left join lateral (select sum(stock.change) as change from jsonb_array_elements(j.receipt -> 'stocks') line
        cross join lateral (select line ->> 0 as coupon, (line ->> 1)::bigint as change) stock
        where stock.coupon = g.subject::text) issued on true
      where g.kind = {GuardKind.COUPON_STOCK:d} and g.municipality_id = any ($1::smallint[])
      group by g.municipality_id, g.subject, g.value
      having g.value <> coalesce(sum(issued.change), 0)"""
    ),
    "programme_cap": (
        f"""with counted as (select j.municipality_id, cap.kind, cap.subject, cap.period, sum(cap.change) as value
          from journal j cross join lateral jsonb_array_elements(j.receipt -> 'caps') line
          cross join lateral (select (line ->> 0)::smallint as kind, (line ->> 1)::uuid as subject,
            line ->> 2 as period, (line ->> 3)::bigint as change) cap
        where j.municipality_id = any ($1::smallint[]) and j.outcome = {Outcome.SETTLED:d} and j.receipt ? 'caps'
        group by 1, 2, 3, 4),
      stored as (select g.municipality_id, g.kind, g.subject, g.period, g.value from guard g
        where g.kind in ({GuardKind.PROGRAMME_CAP:d}, {GuardKind.HOUSEHOLD_CAP:d})
          and g.municipality_id = any ($1::smallint[]))
      select p.municipality_id, subject::text || ' ' || period, coalesce(stored.value, 0), coalesce(counted.value,
        0)::bigint
      from stored full join counted using (municipality_id, kind, subject, period)
      join programme p on p.municipality_id = coalesce(stored.municipality_id, counted.municipality_id)
        and p.id = subject and p.caps_in_journals
      where coalesce(stored.value, 0) <> coalesce(counted.value, 0)"""
    ),
}


async def drift(municipalities: list[int], limit: int = 100) -> list[Drift]:
    """Return every stored figure that differs from the entries, at most `limit` of each check.

    A sound ledger gives an empty list.
    """
    differences: list[Drift] = []
    for check, query in CHECKS.items():
        named = f"select * from ({query} limit {limit:d}) as difference (municipality, subject, stored, expected)"
        differences += [
            Drift(
                municipality=row["municipality"],
                check=check,
                subject=row["subject"],
                stored=row["stored"],
                expected=row["expected"],
            )
            for row in await rows(named, municipalities)
        ]
    return differences


async def trial_balance(municipality: int, at: datetime) -> TrialBalance:
    """Sum the accounts of a municipality at an instant, from the entries alone."""
    records = await rows(
        """select a.asset_id, a.kind, sum(e.amount)::bigint as posted from journal j
          join entry e on e.municipality_id = j.municipality_id and e.journal_id = j.id
          join account a on a.municipality_id = e.municipality_id and a.id = e.account_id
          where j.municipality_id = $1 and j.recorded_at <= $2 group by 1, 2 order by 1, 2""",
        municipality,
        at,
    )
    lines = tuple(TrialLine(municipality, row["asset_id"], AccountKind(row["kind"]), row["posted"]) for row in records)
    return TrialBalance(municipality, at, lines)
