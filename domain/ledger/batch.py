"""One batch on one connection: lock, read, plan, post, commit.

The number of statements does not depend on the size of the batch:

1 begin   2 lock the holders   3 keys   4 accounts with their lots   5 relations
6 post    7 commit             and, where a request needs them: holds, guards, the events of the last minute, the audit
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from domain.database import is_refused
from domain.identifiers import Uuid7
from domain.ledger import receipt_number
from domain.ledger.act import WRITE, to_lines
from domain.ledger.book import Account, Book, EndedKey, Guard, Hold, Holder, LedgerFaultError
from domain.ledger.decide import Decision, Lines, Planner
from domain.ledger.kinds import AccountKind, HoldState, JournalKind, Outcome
from domain.ledger.request import EventRow, Request

ACCOUNTS_PER_BLOCK = 100_000
RECENT_EVENTS = 20
"""Events of a wallet that are searched for payments of the last minute."""
LOCK = "select municipality_id, id, kind, state, sequence, last_at from ledger_lock($1::smallint[], $2::uuid[], $3)"
KEYS = """select j.municipality_id, j.actor, j.operation, j.key, j.id, j.kind, j.input_hash, j.outcome, j.refusal,
  j.receipt, j.receipt_number,
  j.recorded_at from unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::uuid[]) request (m, a, o, k)
  join journal j on j.municipality_id = request.m and j.actor = request.a and j.operation = request.o
    and j.key = request.k"""
ACCOUNTS = f"""select a.municipality_id as municipality, a.id, a.kind, a.holder_id as holder, a.asset_id as asset,
  a.lot_id as lot, a.posted, a.held, a.floor, a.version, a.version as version_before, l.expires_at, l.usable_from,
  l.issued_at, s.paid, l.programme_id
    from unnest($1::smallint[], $2::uuid[]) locked (m, h)
  join account a on a.municipality_id = locked.m and a.holder_id = locked.h
  join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id join asset s on s.id = a.asset_id
  where a.kind <> {AccountKind.WALLET:d} or a.posted <> 0 or a.held <> 0 or a.lot_id = any ($3::bigint[])"""
"""The columns are named as the fields of `Account`, in their order."""
ACCESS = """select x.municipality_id, x.holder_id, x.person_id, x.relation
  from unnest($1::smallint[], $2::uuid[], $3::uuid[]) pair (m, h, p)
  join holder_access x on x.municipality_id = pair.m and x.holder_id = pair.h and x.person_id = pair.p
    where x.revoked_at is null"""
HOLDS = f"""select h.municipality_id, h.id, h.wallet_id, h.payee_id, h.state, h.accounts, h.amounts, h.captured,
  h.expires_at
  from unnest($1::smallint[], $2::uuid[]) wallet (m, w) join hold h on h.municipality_id = wallet.m
    and h.wallet_id = wallet.w where h.state = {HoldState.OPEN:d}"""
GUARDS = """select g.municipality_id, g.kind, g.subject, g.period, g.value, g.ceiling
  from unnest($1::smallint[], $2::smallint[], $3::uuid[], $4::text[]) counter (m, k, s, p)
  join guard g on g.municipality_id = counter.m and g.kind = counter.k and g.subject = counter.s
    and g.period = counter.p"""
RECENT = f"""select e.municipality_id as municipality, e.holder_id as holder, e.sequence, e.kind, e.journal_id,
  e.counterparty_id as counterparty, e.assets, e.amounts, e.balances, e.recorded_at, j.receipt_number,
  coalesce(j.receipt -> 'asked', j.receipt -> 'amount')::bigint as list_amount
  from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[]) payer (m, h, c, s)
  join event e on e.municipality_id = payer.m and e.holder_id = payer.h and e.sequence > payer.s - {RECENT_EVENTS}
    and e.recorded_at > $5
    and e.counterparty_id = payer.c join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id
      where e.kind in ({JournalKind.PAYMENT:d}, {JournalKind.GRANT:d})"""
POST = """select ledger_post($1::posting_journal[], $2::posting_entry[], $3::posting_event[], $4::posting_account[],
  $5::posting_holder[],
  $6::posting_guard[], $7::posting_hold[])"""
RECENTLY = timedelta(seconds=60)
REPLAN_AT = frozenset(2**power for power in range(2, 13))
"""Batches of a connection before which its plans are discarded and made again.

A plan that was made while a table was empty may use the wrong index: all of them cost the same then.
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """The clock, ids and random bits of a batch."""

    clock: Callable[[], datetime]
    ids: Uuid7
    random_bits: Callable[[int], int]


@dataclass(slots=True)
class Result:
    """Decisions with the indexes of their requests. `left`: requests with a holder that another transaction locks."""

    decisions: list[tuple[int, Decision]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    statements: int = 0


class Batch:
    """Run batches on one connection, one at a time."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", sources: Sources) -> None:
        self.connection = connection
        self._committing: list[int] = []
        self._sources = sources
        self._account_ids = itertools.count(0)
        self._account_ids_left = 0
        self._runs = 0

    async def run(self, requests: Sequence[Request], *, waits: bool = True) -> Result:
        """Lock, read, plan and post the requests, and commit. With `waits` false, locked holders are skipped.

        Errors of the database pass through. After one, the batch is rolled back, unless `in_doubt` names requests: then
        nobody knows whether they are committed. A cancelled run drops the connection.
        """
        self._committing = []
        self._runs += 1
        if self._runs in REPLAN_AT:
            await self.connection.execute("discard plans")
        await self._provide_account_ids(sum(len(request.holders) + len(request.lots) for request in requests) * 4)
        result = Result()
        transaction = self.connection.transaction()
        ends = False
        await transaction.start()
        try:
            planner = await self._prepare(requests, result, waits=waits)
            planner.lapse_holds()
            left = set(result.left)
            result.decisions = [
                (index, planner.decide(request)) for index, request in enumerate(requests) if index not in left
            ]
            if planner.lines.journals:
                await self._fetch(result, POST, *columns(planner.lines))
            if planner.lines.audit:
                await self._fetch(result, WRITE, to_lines(planner.lines.audit))
            result.events = planner.lines.events
            ends = True
            self._committing = [index for index, _ in result.decisions]
            await transaction.commit()
            self._committing = []
        except BaseException as error:
            if is_refused(error):
                self._committing = []  # the server answered that it has rolled back
            if isinstance(error, asyncio.CancelledError):
                self.connection.terminate()  # a rollback would wait for the server that we have stopped waiting for
            elif not ends and not self.connection.is_closed():
                await transaction.rollback()
            raise
        result.statements += 2
        return result

    def in_doubt(self) -> list[int]:
        """Return the indexes of the last run's requests that are in a COMMIT which had no answer."""
        return self._committing

    async def _prepare(self, requests: Sequence[Request], result: Result, *, waits: bool) -> Planner:
        book = Book(self._next_account_id)
        holders = sorted({(request.municipality, holder) for request in requests for holder in request.holders})
        if holders:
            for row in await self._fetch(result, LOCK, [m for m, _ in holders], [h for _, h in holders], waits):
                book.holders[row[0], row[1]] = Holder(
                    municipality=row[0],
                    id=row[1],
                    kind=row[2],
                    state=row[3],
                    sequence=row[4],
                    sequence_before=row[4],
                    last_at=row[5],
                )
        if not waits:
            result.left = await self._skipped(requests, book, result)
        now = self._sources.clock()  # after the locks, so that waiting for a lock never reverses the order of time
        left = set(result.left)
        locked = [request for index, request in enumerate(requests) if index not in left]
        await self._read_keys(book, locked, result)
        await self._read_accounts(book, locked, result)
        await self._read_access(book, locked, result)
        await self._read_on_demand(book, locked, now, result)
        return Planner(book, now, self._sources.ids.new, lambda: receipt_number.new(self._sources.random_bits))

    async def _skipped(self, requests: Sequence[Request], book: Book, result: Result) -> list[int]:
        """Return the indexes of the requests one of whose holders exists and could not be locked."""
        missing = sorted(
            {
                (r.municipality, holder)
                for r in requests
                for holder in r.holders
                if (r.municipality, holder) not in book.holders
            }
        )
        if not missing:
            return []
        exists = (
            "select h.municipality_id, h.id from unnest($1::smallint[], $2::uuid[]) w (m, i) join holder h on"
            " h.municipality_id = w.m and h.id = w.i"
        )
        rows = await self._fetch(result, exists, [m for m, _ in missing], [h for _, h in missing])
        locked = {(row[0], row[1]) for row in rows}
        return [i for i, r in enumerate(requests) if any((r.municipality, holder) in locked for holder in r.holders)]

    async def _read_keys(self, book: Book, requests: Sequence[Request], result: Result) -> None:
        keys = [(r.municipality, r.actor, r.operation, r.key) for r in requests]
        for row in await self._fetch(result, KEYS, *transpose(keys, 4)):
            book.keys[row[0], row[1], row[2], row[3]] = ended_key_from(row)

    async def _read_accounts(self, book: Book, requests: Sequence[Request], result: Result) -> None:
        if not book.holders:
            return
        lots = sorted({lot for request in requests for lot in request.lots})
        for row in await self._fetch(result, ACCOUNTS, *transpose(list(book.holders), 2), lots):
            # By position: keywords cost 1 % of a batch of wallets with six lots. The SQL names its columns in the
            # order of the fields; a test compares the two.
            book.add(Account(*row))

    async def _read_access(self, book: Book, requests: Sequence[Request], result: Result) -> None:
        pairs = sorted(
            {(request.municipality, holder, request.actor) for request in requests for holder in request.access}
        )
        if pairs:
            for row in await self._fetch(result, ACCESS, *transpose(pairs, 3)):
                book.access.add((row[0], row[1], row[2], row[3]))

    async def _read_on_demand(self, book: Book, requests: Sequence[Request], now: datetime, result: Result) -> None:
        held = sorted({(account.municipality, account.holder) for account in book.by_id.values() if account.held})
        if held:
            for row in await self._fetch(result, HOLDS, *transpose(held, 2)):
                book.holds[row[0], row[1]] = Hold(
                    municipality=row[0],
                    id=row[1],
                    wallet=row[2],
                    payee=row[3],
                    state=row[4],
                    accounts=row[5],
                    amounts=row[6],
                    captured=row[7],
                    expires_at=row[8],
                )
        guards = sorted({guard for request in requests for guard in request.guards})
        if guards:
            for row in await self._fetch(result, GUARDS, *transpose(guards, 4)):
                key = (row[0], row[1], row[2], row[3])
                book.guards[key] = Guard(key, row[4], row[4], row[5])
        since = now - RECENTLY
        payers = sorted({(request.municipality, *request.recent) for request in requests if request.recent is not None})
        active = [
            (*key, holder.sequence)
            for key in payers
            if (holder := book.holders.get(key[:2])) is not None and holder.last_at > since
        ]
        if active:
            for row in await self._fetch(result, RECENT, *transpose(active, 4), since):
                # By position, as accounts: a wallet that pays often has twenty of them in every payment.
                book.recent[row[0], row[1]].append(EventRow(row[0], row[1], row[2], JournalKind(row[3]), *row[4:]))

    async def _fetch(self, result: Result, query: str, *values: object) -> list[asyncpg.Record]:
        result.statements += 1
        return await self.connection.fetch(query, *values)

    async def _provide_account_ids(self, count: int) -> None:
        """Reserve a block of account ids, so that a plan can open accounts without a query."""
        if self._account_ids_left < count:
            block = await self.connection.fetchval("select nextval('account_block')")
            self._account_ids = itertools.count(block * ACCOUNTS_PER_BLOCK)
            self._account_ids_left = ACCOUNTS_PER_BLOCK

    def _next_account_id(self) -> int:
        if not self._account_ids_left:
            message = "a plan opens more accounts than were provided for"
            raise LedgerFaultError(message)
        self._account_ids_left -= 1
        return next(self._account_ids)


def ended_key_from(row: asyncpg.Record) -> EndedKey:
    """Build a key that has ended from the row of its journal."""
    return EndedKey(
        journal_id=row["id"],
        kind=row["kind"],
        input_hash=row["input_hash"],
        outcome=Outcome(row["outcome"]),
        recorded_at=row["recorded_at"],
        kept=row["receipt"],
        receipt_number=row["receipt_number"],
        refusal=row["refusal"],
    )


def transpose(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Turn rows into columns; there are `width` columns also where there are no rows."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def columns(lines: Lines) -> tuple[list[tuple[Any, ...]], ...]:
    """Build the arguments of `ledger_post`."""
    return (
        lines.journals,
        lines.entries,
        [
            (
                e.municipality,
                e.holder,
                e.sequence,
                e.kind,
                e.journal_id,
                e.counterparty,
                e.assets,
                e.amounts,
                e.balances,
                e.recorded_at,
            )
            for e in lines.events
        ],
        [
            (
                a.municipality,
                a.id,
                a.kind,
                a.holder,
                a.asset,
                a.lot,
                a.posted,
                a.held,
                a.floor,
                a.version,
                a.version_before,
            )
            for a in lines.accounts.values()
        ],
        [(h.municipality, h.id, h.sequence, h.sequence_before, h.last_at) for h in lines.holders.values()],
        [(*g.key, g.value, g.value_before, g.ceiling) for g in lines.guards.values()],
        [
            (h.municipality, h.id, h.wallet, h.payee, h.state, h.accounts, h.amounts, h.captured, h.expires_at)
            for h in lines.holds.values()
        ],
    )
