"""Reads of the ledger for other rooms. Each function is one statement, and so one snapshot."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from domain.database import rows
from domain.ledger.book import Account, Hold
from domain.ledger.kinds import AccountKind, GuardKind, HoldState, JournalKind, Operation, Outcome, operation_of
from domain.ledger.receipt import NO_RECEIPT, Receipt
from domain.ledger.request import GuardKey, RequestKey
from domain.refusals import RecordedRefusal


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal with its receipt, or with its refusal. Amounts in whole units."""

    municipality: int
    id: UUID
    kind: JournalKind
    actor: UUID
    operation: Operation
    outcome: Outcome
    recorded_at: datetime
    receipt: Receipt = NO_RECEIPT
    receipt_number: str | None = None
    refused: RecordedRefusal | None = None
    wallet_id: UUID | None = None
    store_id: UUID | None = None
    reason: int | None = None
    linked_journal: UUID | None = None

    @property
    def refusal(self) -> str | None:
        """Code of the refusal; None for a journal that was not refused."""
        return None if self.refused is None else self.refused.code


@dataclass(frozen=True, slots=True)
class Balances:
    """The accounts of a holder, and the sequence of the last event that they include.

    A subscription that begins after that sequence misses nothing and repeats nothing.
    """

    municipality: int
    holder: UUID
    sequence: int
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a holder's history: one asset of one event. Whole units."""

    municipality: int
    holder: UUID
    sequence: int
    position: int
    kind: JournalKind
    journal_id: UUID
    receipt_number: str | None
    counterparty: UUID | None
    asset: int
    amount: int
    balance: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of a journal, with the account that it changed. Whole units."""

    kind: int
    holder: UUID
    asset: int
    lot: int
    amount: int


_JOURNAL = """select municipality_id, id, kind, actor, operation, outcome, refusal, receipt, receipt_number, wallet_id,
  store_id, reason,
  linked_journal, recorded_at from journal """
_ACCOUNT = f"""select a.municipality_id, a.id, a.kind, a.holder_id, a.asset_id, a.lot_id, a.posted,
  case when a.held = 0 then 0 else a.held - coalesce((select sum(x.amount)
    from hold o, unnest(o.accounts, o.amounts) x (account, amount)
    where o.municipality_id = a.municipality_id and o.wallet_id = a.holder_id and o.state = {HoldState.OPEN:d}
      and o.expires_at <= $3 and x.account = a.id), 0)
  end::bigint as held, a.floor, a.version, null as version_before, l.expires_at, l.usable_from, l.issued_at, s.paid,
    l.programme_id """


async def journal_by_id(municipality: int, journal: UUID) -> Journal | None:
    """Return a journal of a municipality by its id."""
    records = await rows(_JOURNAL + "where municipality_id = $1 and id = $2", municipality, journal)
    return _journal(records[0]) if records else None


async def journal_by_receipt_number(municipality: int, receipt_number: str) -> Journal | None:
    """Return a journal of a municipality by its receipt number, without hyphens."""
    records = await rows(_JOURNAL + "where municipality_id = $1 and receipt_number = $2", municipality, receipt_number)
    return _journal(records[0]) if records else None


async def journals_by_keys(keys: list[tuple[int, UUID]]) -> list[Journal | None]:
    """Return journals in the order of the keys (municipality, id); None for an unknown one."""
    records = await rows(
        _JOURNAL + "where (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [municipality for municipality, _ in keys],
        [journal for _, journal in keys],
    )
    journals = {(journal.municipality, journal.id): journal for journal in map(_journal, records)}
    return [journals.get(key) for key in keys]


async def journals_of_key(actor: UUID, operation: Operation, key: UUID) -> list[Journal]:
    """Return the journals that ended a key of a person, one for each municipality where it was used, oldest first."""
    records = await rows(
        _JOURNAL + "where municipality_id in (select distinct municipality_id from holder_access where person_id = $1)"
        " and actor = $1 and operation = $2 and key = $3 order by recorded_at",
        actor,
        operation,
        key,
    )
    return [_journal(row) for row in records]


async def has_ended(key: RequestKey) -> bool:
    """Return whether a journal has ended the key in its municipality, with any outcome."""
    records = await rows(
        "select 1 from journal where municipality_id = $1 and actor = $2 and operation = $3 and key = $4",
        key.municipality,
        key.actor,
        key.operation,
        key.key,
    )
    return bool(records)


async def journals_of_actor(
    municipality: int, actor: UUID, operation: Operation, keys: list[UUID]
) -> dict[UUID, Journal]:
    """Return the journals that ended keys of one actor in one municipality, by key. Open keys are left out."""
    records = await rows(
        _JOURNAL.replace("select ", "select key, ", 1)
        + "where municipality_id = $1 and actor = $2 and operation = $3 and key = any ($4::uuid[])",
        municipality,
        actor,
        operation,
        keys,
    )
    return {row["key"]: _journal(row) for row in records}


async def entries_of(journal: Journal) -> list[EntryLine]:
    """Return the entries of a journal, in the order of assets and accounts."""
    records = await rows(
        """select a.kind, a.holder_id, a.asset_id, a.lot_id, e.amount from entry e
          join account a on a.municipality_id = e.municipality_id and a.id = e.account_id
          where e.municipality_id = $1 and e.journal_id = $2 order by a.asset_id, a.id""",
        journal.municipality,
        journal.id,
    )
    return [
        EntryLine(
            kind=row["kind"], holder=row["holder_id"], asset=row["asset_id"], lot=row["lot_id"], amount=row["amount"]
        )
        for row in records
    ]


async def linked_journals(municipality: int, journal: UUID, kind: JournalKind) -> list[Journal]:
    """Return the settled journals of a kind that are linked to another, such as refunds to a payment, oldest first."""
    records = await rows(
        _JOURNAL + "where municipality_id = $1 and linked_journal = $2 and kind = $3 and outcome = $4 order by id",
        municipality,
        journal,
        kind,
        Outcome.SETTLED,
    )
    return [_journal(row) for row in records]


async def guard_values(keys: list[GuardKey]) -> list[int]:
    """Return the values of guards, in the order of their keys; 0 for a guard without a row."""
    records = await rows(
        """select g.municipality_id, g.kind, g.subject, g.period, g.value
          from unnest($1::smallint[], $2::smallint[], $3::uuid[], $4::text[])
          w (m, k, s, p) join guard g on g.municipality_id = w.m and g.kind = w.k and g.subject = w.s
            and g.period = w.p""",
        [key[0] for key in keys],
        [int(key[1]) for key in keys],
        [key[2] for key in keys],
        [key[3] for key in keys],
    )
    values = {(row["municipality_id"], row["kind"], row["subject"], row["period"]): row["value"] for row in records}
    return [values.get(key, 0) for key in keys]


async def refunded(keys: list[tuple[int, UUID]]) -> list[int]:
    """Return what was refunded of payments, in the order of the keys (municipality, id). Whole units."""
    return await guard_values([(municipality, GuardKind.REFUNDED, payment, "") for municipality, payment in keys])


async def balances(municipality: int, holder: UUID, now: datetime) -> Balances | None:
    """Return all accounts of a holder that are not empty, and its last event. None for an unknown holder."""
    records = await rows(
        _ACCOUNT.replace("select ", "select h.sequence, ", 1)
        + """from holder h
          left join account a on a.municipality_id = h.municipality_id and a.holder_id = h.id and (a.posted <> 0
            or a.held <> 0)
          left join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id left
            join asset s on s.id = a.asset_id
          where h.municipality_id = $1 and h.id = $2""",
        municipality,
        holder,
        now,
    )
    if not records:
        return None
    accounts = tuple(_account(row) for row in records if row["id"] is not None)
    return Balances(municipality, holder, records[0]["sequence"], accounts)


async def wallet_accounts(municipality: int, wallet: UUID, now: datetime) -> list[Account]:
    """Return the accounts of a wallet's lots. Holds whose time is over count as released."""
    balance = await balances(municipality, wallet, now)
    return [] if balance is None else [account for account in balance.accounts if account.kind == AccountKind.WALLET]


async def wallet_totals(municipality: int, wallet: UUID, now: datetime) -> tuple[list[Account], dict[int, int]]:
    """Return the accounts of a wallet's lots, and by asset the sum of all its accounts, debts included.

    Balance caps count these sums. Whole units.
    """
    balance = await balances(municipality, wallet, now)
    accounts = [] if balance is None else list(balance.accounts)
    totals: dict[int, int] = {}
    for account in accounts:
        totals[account.asset] = totals.get(account.asset, 0) + account.posted
    return [account for account in accounts if account.kind == AccountKind.WALLET], totals


async def history(municipality: int, holder: UUID, before: tuple[int, int] | None, limit: int) -> list[Movement]:
    """Return a page of a holder's movements, newest first, before a (sequence, position). None: from the newest."""
    sequence, position = before or (2**62, 0)
    records = await rows(
        """select e.municipality_id, e.holder_id, e.sequence, m.position::int, e.kind, e.journal_id, j.receipt_number,
          e.counterparty_id, m.asset,
          m.amount, m.balance, e.recorded_at from event e
          cross join lateral unnest(e.assets, e.amounts, e.balances) with ordinality m (asset, amount, balance,
            position)
          join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id
          where e.municipality_id = $1 and e.holder_id = $2 and e.sequence <= $3 and (e.sequence, m.position) < ($3, $4)
          order by e.sequence desc, m.position desc limit $5""",
        municipality,
        holder,
        sequence,
        position,
        limit,
    )
    return [movement_of(row) for row in records]


async def grants_on(
    municipality: int, programme: UUID, wallet: UUID, amount: int, day: date
) -> list[tuple[UUID, str, int]]:
    """Return the day's grants of an amount, newest first: journal, receipt number, and what was not taken back.

    day: civil, in Asia/Tokyo. Whole units.
    """
    records = await rows(
        f"""select j.id, j.receipt_number, $4::bigint - coalesce(g.value, 0) as left_of_it from journal j
          left join guard g on g.municipality_id = j.municipality_id and g.kind = {GuardKind.REFUNDED:d}
            and g.subject = j.id and g.period = ''
          where j.municipality_id = $1 and j.programme_id = $2 and j.wallet_id = $3
            and j.kind = {JournalKind.GRANT:d} and j.outcome = {Outcome.SETTLED:d} and j.effective_on = $5
            and (j.receipt ->> 'amount')::bigint = $4::bigint
          order by j.recorded_at desc""",
        municipality,
        programme,
        wallet,
        amount,
        day,
    )
    return [(record["id"], record["receipt_number"], record["left_of_it"]) for record in records]


async def balance_at(municipality: int, holder: UUID, asset: int, at: datetime) -> int:
    """Return what a holder had of an asset at a past instant. Whole units."""
    records = await rows(
        """select balances[array_position(assets, $3)] as balance from event where municipality_id = $1
          and holder_id = $2 and recorded_at <= $4
          and $3 = any (assets) order by sequence desc limit 1""",
        municipality,
        holder,
        asset,
        at,
    )
    return records[0]["balance"] if records else 0


async def lapsed_holds(now: datetime, limit: int = 500) -> list[Hold]:
    """Return open holds whose time is over, in all municipalities, at most `limit`."""
    records = await rows(
        f"""select municipality_id, id, wallet_id, payee_id, state, accounts, amounts, captured, expires_at from hold
          where state = {HoldState.OPEN:d} and expires_at <= $1 order by municipality_id, id limit $2""",
        now,
        limit,
    )
    return [
        Hold(
            municipality=row["municipality_id"],
            id=row["id"],
            wallet=row["wallet_id"],
            payee=row["payee_id"],
            state=row["state"],
            accounts=row["accounts"],
            amounts=row["amounts"],
            captured=row["captured"],
            expires_at=row["expires_at"],
        )
        for row in records
    ]


async def note_of(municipality: int, journal: UUID) -> str | None:
    """Return the note of a payment; None where it has none, or where it was erased."""
    records = await rows(
        "select note from journal_note where municipality_id = $1 and journal_id = $2", municipality, journal
    )
    return records[0]["note"] if records else None


def _account(row: dict[str, Any]) -> Account:
    return Account(
        municipality=row["municipality_id"],
        id=row["id"],
        kind=row["kind"],
        holder=row["holder_id"],
        asset=row["asset_id"],
        lot=row["lot_id"],
        posted=row["posted"],
        held=row["held"],
        floor=row["floor"],
        version=row["version"],
        version_before=row["version_before"],
        expires_at=row["expires_at"],
        usable_from=row["usable_from"],
        issued_at=row["issued_at"],
        paid=row["paid"],
        programme_id=row["programme_id"],
    )


def movement_of(row: dict[str, Any]) -> Movement:
    """Return the movement of a row."""
    return Movement(
        municipality=row["municipality_id"],
        holder=row["holder_id"],
        sequence=row["sequence"],
        position=row["position"],
        kind=JournalKind(row["kind"]),
        journal_id=row["journal_id"],
        receipt_number=row["receipt_number"],
        counterparty=row["counterparty_id"],
        asset=row["asset"],
        amount=row["amount"],
        balance=row["balance"],
        recorded_at=row["recorded_at"],
    )


def _journal(row: dict[str, Any]) -> Journal:
    kept = orjson.loads(row["receipt"]) if isinstance(row["receipt"], str) else row["receipt"]
    outcome = Outcome(row["outcome"])
    return Journal(
        municipality=row["municipality_id"],
        id=row["id"],
        kind=JournalKind(row["kind"]),
        actor=row["actor"],
        operation=operation_of(row["operation"]),
        outcome=outcome,
        recorded_at=row["recorded_at"],
        receipt=Receipt.from_json(kept) if outcome is Outcome.SETTLED else NO_RECEIPT,
        receipt_number=row["receipt_number"],
        refused=RecordedRefusal(row["refusal"], kept) if outcome is Outcome.REFUSED else None,
        wallet_id=row["wallet_id"],
        store_id=row["store_id"],
        reason=row["reason"],
        linked_journal=row["linked_journal"],
    )
