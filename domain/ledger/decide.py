"""Planning a batch in memory: requests in order of arrival, on running balances, without I/O.

decide(request) -> Posted | Closed | Refusal      for each request
Lines                                             the rows that the batch posts, in the order of the SQL types
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.identifiers import derived
from domain.ledger.act import AuditLine
from domain.ledger.book import Account, Book, EndedKey, Guard, Hold, Holder, LedgerFaultError
from domain.ledger.kinds import CAPS, SYSTEM_ACTOR, HoldState, JournalKind, Operation, Outcome
from domain.ledger.receipt import CapChange, HoldReference
from domain.ledger.refusals import AbandonedError, KeyReusedError, RequestExpiredError
from domain.ledger.request import Closed, Draft, EventRow, Facts, Posted, Request, effective_on, is_late
from domain.refusals import Refusal, StoredRefusal, UnstoredRefusal

Decision = Posted | Closed | Refusal | Exception


@dataclass(slots=True)
class Lines:
    """Rows to post. Tuples are in the order of the SQL types `posting_*`."""

    journals: list[tuple[Any, ...]] = field(default_factory=list)
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    accounts: dict[int, Account] = field(default_factory=dict)
    holders: dict[tuple[int, UUID], Holder] = field(default_factory=dict)
    guards: dict[int, Guard] = field(default_factory=dict)
    holds: dict[tuple[int, UUID], Hold] = field(default_factory=dict)
    audit: list[AuditLine] = field(default_factory=list)


class Planner:
    """Decide the requests of one batch on one book."""

    def __init__(
        self, book: Book, now: datetime, new_id: Callable[[], UUID], new_receipt_number: Callable[[], str]
    ) -> None:
        self.book = book
        self.lines = Lines()
        self._now = now
        self._new_id = new_id
        self._new_receipt_number = new_receipt_number

    def lapse_holds(self) -> None:
        """Release the holds whose time is over, before anything is planned on them."""
        for hold in self.book.open_holds(self._now):
            draft = release(self.book, hold, HoldState.LAPSED)
            # The payee of the hold need not be locked here. Only holders that are locked get an event.
            draft.counterparties = {
                party: other
                for party, other in draft.counterparties.items()
                if (hold.municipality, party) in self.book.holders
            }
            self._settle(lapse_request(hold), draft, self._instant(hold.municipality, (hold.wallet, hold.payee)))

    def decide(self, request: Request) -> Decision:
        """Decide one request: replay, refusal or posted journal. A bug in a plan fails this request only."""
        ended = self.book.keys.get((request.municipality, request.actor, request.operation, request.key))
        if ended is not None:
            return self._answer_again(request, ended)
        at = self._instant(request.municipality, request.holders)
        if request.abandons:
            return self._close(request, at)
        try:
            if is_late(request.valid_until, at):
                raise RequestExpiredError  # noqa: TRY301 - stored like any refusal of the plan
            if request.admit is not None:
                request.admit(self.book)
            return self._settle(request, request.plan(self.book, at), at)
        except StoredRefusal as refusal:
            self._refuse(request, refusal, at)
            return refusal
        except UnstoredRefusal as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001 - raised in the caller whose plan it was
            return error

    def _answer_again(self, request: Request, ended: EndedKey) -> Decision:
        try:
            return answer_again(request, ended)
        except Exception as error:  # noqa: BLE001 - raised in the caller whose key it is
            error.add_note(f"Journal {ended.journal_id} of municipality {request.municipality} cannot be read.")
            return error

    def _instant(self, municipality: int, holders: tuple[UUID, ...]) -> datetime:
        """Return now, but never a time before the last journal of a holder: the clocks of processes differ."""
        at = self._now
        for holder_id in holders:
            holder = self.book.holders.get((municipality, holder_id))
            if holder is not None and holder.last_at > at:
                at = holder.last_at
        return at

    def _close(self, request: Request, at: datetime) -> Closed:
        ended = EndedKey(
            journal_id=self._new_id(),
            kind=request.kind,
            input_hash=request.input_hash,
            outcome=Outcome.ABANDONED,
            recorded_at=at,
            kept="{}",
        )
        self._journal(request, ended, request.facts)
        return Closed(request.municipality, ended.journal_id, at)

    def _refuse(self, request: Request, refusal: StoredRefusal, at: datetime) -> None:
        ended = EndedKey(
            journal_id=self._new_id(),
            kind=request.kind,
            input_hash=request.input_hash,
            outcome=Outcome.REFUSED,
            recorded_at=at,
            kept=orjson.dumps(refusal.data()).decode(),
            refusal=refusal.code,
        )
        self._journal(request, ended, request.facts)

    def _settle(self, request: Request, draft: Draft, at: datetime) -> Posted:
        changes = sum_of_moves(draft)
        holds = sum_of_holds(draft)
        check(self.book, request, changes, holds, draft.guards)
        journal_id = self._new_id()
        touched: dict[UUID, dict[int, int]] = {}
        for account, change in changes.values():
            account.posted += change
            account.version += 1
            self.lines.accounts[id(account)] = account
            self.lines.entries.append(
                (account.municipality, journal_id, account.id, account.asset, change, account.posted, account.version)
            )
            assets = touched.setdefault(account.holder, {})
            assets[account.asset] = assets.get(account.asset, 0) + change
        for account, change in holds.values():
            account.held += change
            self.lines.accounts[id(account)] = account
            touched.setdefault(account.holder, {})
        for guard, change in draft.guards:
            guard.value += change
            self.lines.guards[id(guard)] = guard
        for hold in draft.holds:
            self.book.holds[hold.municipality, hold.id] = hold
            self.lines.holds[hold.municipality, hold.id] = hold
        receipt, receipt_number = draft.receipt(caps_of(draft)), self._new_receipt_number()
        for party in draft.counterparties:
            touched.setdefault(party, {})
        events = tuple(
            self._event(request, journal_id, holder, moved, draft, at, receipt_number)
            for holder, moved in touched.items()
        )
        ended = EndedKey(
            journal_id=journal_id,
            kind=request.kind,
            input_hash=request.input_hash,
            outcome=Outcome.SETTLED,
            recorded_at=at,
            kept=orjson.dumps(receipt.to_json()).decode(),
            receipt_number=receipt_number,
        )
        self._journal(request, ended, draft.facts or request.facts)
        self._audit(request, draft, journal_id, events, at)
        return Posted(
            municipality=request.municipality,
            journal_id=journal_id,
            kind=request.kind,
            receipt_number=receipt_number,
            receipt=receipt,
            recorded_at=at,
            replayed=False,
            events=events,
        )

    def _event(
        self,
        request: Request,
        journal_id: UUID,
        holder_id: UUID,
        moved: dict[int, int],
        draft: Draft,
        at: datetime,
        receipt_number: str,
    ) -> EventRow:
        holder = self.book.holders[request.municipality, holder_id]
        holder.sequence += 1
        holder.last_at = at
        self.lines.holders[request.municipality, holder_id] = holder
        # Value that went from one lot of a holder to another did not move for the holder.
        moved = {asset: change for asset, change in moved.items() if change}
        balances = [self.book.total(request.municipality, holder_id, asset) for asset in moved]
        counterparty = draft.counterparties.get(holder_id)
        other = None if counterparty is None else self.book.holders.get((request.municipality, counterparty))
        row = EventRow(
            municipality=request.municipality,
            holder=holder_id,
            sequence=holder.sequence,
            kind=request.kind,
            journal_id=journal_id,
            counterparty=counterparty,
            assets=list(moved),
            amounts=list(moved.values()),
            balances=balances,
            recorded_at=at,
            receipt_number=receipt_number,
            list_amount=draft.amount if draft.list_amount is None else draft.list_amount,
            counterparty_kind=None if other is None else other.kind,
        )
        self.lines.events.append(row)
        self.book.recent[request.municipality, holder_id].append(row)
        return row

    def _audit(
        self, request: Request, draft: Draft, journal_id: UUID, events: tuple[EventRow, ...], at: datetime
    ) -> None:
        """Add the entry of the audit trail, if staff acted: by holder and asset, the balances before and after."""
        act = draft.act or request.act
        if act is None:
            return
        after = {str(e.holder): dict(zip(e.assets, e.balances, strict=True)) for e in events if e.assets}
        before = {
            str(e.holder): {a: b - c for a, b, c in zip(e.assets, e.balances, e.amounts, strict=True)}
            for e in events
            if e.assets
        }
        self.lines.audit.append(
            AuditLine(
                municipality_id=request.municipality,
                actor=request.actor,
                action=act.action or request.operation.name.lower(),
                subject=str(act.subject),
                reason=act.reason,
                note=act.note,
                before={**(act.before or {}), **({"balances": before} if before else {})} or None,
                after={
                    **(act.after or {}),
                    "journal": str(journal_id),
                    "amount": draft.amount,
                    **({"balances": after} if after else {}),
                },
                recorded_at=at,
            )
        )

    def _journal(self, request: Request, ended: EndedKey, facts: Facts) -> None:
        """Add the row of the journal and the key that it ends."""
        self.book.keys[request.municipality, request.actor, request.operation, request.key] = ended
        self.lines.journals.append(
            (
                request.municipality,
                ended.journal_id,
                request.kind,
                request.actor,
                facts.on_behalf_of,
                request.operation,
                request.key,
                request.input_hash,
                ended.outcome,
                ended.refusal,
                ended.kept,
                ended.receipt_number,
                facts.wallet_id,
                facts.store_id,
                facts.terminal_id,
                facts.instrument,
                facts.channel,
                facts.funding,
                facts.programme_id,
                facts.reason,
                facts.linked_journal,
                facts.client,
                facts.payer_class,
                facts.age_band,
                facts.area,
                effective_on(ended.recorded_at),
                ended.recorded_at,
                request.note if ended.outcome == Outcome.SETTLED else None,
            )
        )


def answer_again(request: Request, ended: EndedKey) -> Decision:
    """Answer a key that has ended: as it ended, or that it was used for another request."""
    if request.abandons and (refused := ended.refused()) is not None:
        return refused.again()
    if ended.outcome == Outcome.ABANDONED:
        return (
            Closed(request.municipality, ended.journal_id, ended.recorded_at) if request.abandons else AbandonedError()
        )
    if not request.abandons and ended.input_hash != request.input_hash:
        return KeyReusedError()
    if (refused := ended.refused()) is not None:
        return refused.again()
    return Posted(
        municipality=request.municipality,
        journal_id=ended.journal_id,
        kind=JournalKind(ended.kind),
        receipt_number=str(ended.receipt_number),
        receipt=ended.receipt(),
        recorded_at=ended.recorded_at,
        replayed=True,
    )


def sum_of_moves(draft: Draft) -> dict[int, tuple[Account, int]]:
    """Sum the moves to the net change of each account, in order of first use: one entry per account and journal."""
    changes: dict[int, tuple[Account, int]] = {}
    for source, target, amount in draft.moves:
        if amount <= 0 or source.asset != target.asset or source is target:
            message = "a move is a positive amount of one asset between two accounts"
            raise LedgerFaultError(message)
        changes[id(source)] = (source, changes.get(id(source), (source, 0))[1] - amount)
        changes[id(target)] = (target, changes.get(id(target), (target, 0))[1] + amount)
    return {key: (account, change) for key, (account, change) in changes.items() if change}


def caps_of(draft: Draft) -> tuple[CapChange, ...]:
    """Return the changes that the journal makes to caps."""
    if not draft.guards:
        return ()
    return tuple(
        CapChange(int(guard.key[1]), guard.key[2], guard.key[3], change)
        for guard, change in draft.guards
        if guard.key[1] in CAPS
    )


def sum_of_holds(draft: Draft) -> dict[int, tuple[Account, int]]:
    """Sum the holds to the net change of each account's held part."""
    holds: dict[int, tuple[Account, int]] = {}
    for account, change in draft.held:
        holds[id(account)] = (account, holds.get(id(account), (account, 0))[1] + change)
    return holds


def check(
    book: Book,
    request: Request,
    changes: dict[int, tuple[Account, int]],
    holds: dict[int, tuple[Account, int]],
    guards: list[tuple[Guard, int]],
) -> None:
    """Check a draft before it is applied: own municipality, locked holders, floors, ceilings. LedgerFaultError."""
    for key in changes.keys() | holds.keys() if holds else changes:
        account = changes[key][0] if key in changes else holds[key][0]
        held = account.held + (holds[key][1] if key in holds else 0)
        posted = account.posted + (changes[key][1] if key in changes else 0)
        if account.municipality != request.municipality or (account.municipality, account.holder) not in book.holders:
            message = "an account of another municipality, or of a holder that is not locked"
            raise LedgerFaultError(message)
        if held < 0 or (account.floor is not None and posted - held < account.floor):
            message = "a plan would take an account below its floor"
            raise LedgerFaultError(message)
    for guard, change in guards:
        if not 0 <= guard.value + change <= guard.ceiling:
            message = "a plan would take a guard past its ceiling"
            raise LedgerFaultError(message)


def release(book: Book, hold: Hold, state: HoldState, captured: int = 0) -> Draft:
    """Return the draft that closes a hold: its lots are no longer held. The caller moves what it captures.

    captured: whole units.
    """
    accounts = [book.by_id[hold.municipality, account] for account in hold.accounts]
    closed = replace(hold, state=state, captured=captured)
    return Draft(
        amount=sum(hold.amounts),
        sections=[HoldReference(hold.id, captured=captured)],
        bare=True,
        held=[(account, -amount) for account, amount in zip(accounts, hold.amounts, strict=True)],
        holds=[closed],
        counterparties={hold.wallet: hold.payee, hold.payee: hold.wallet},
    )


def lapse_request(hold: Hold) -> Request:
    """Build the journal of a lapse, under a key that derives from the hold: several runs let it lapse once."""

    def plan(book: Book, _: datetime) -> Draft:
        return release(book, book.holds[hold.municipality, hold.id], HoldState.LAPSED)

    return Request(
        municipality=hold.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.LAPSE,
        key=derived(hold.id, "lapse"),
        input_hash=bytes(32),
        kind=JournalKind.LAPSE,
        holders=(hold.wallet, hold.payee),
        plan=plan,
        facts=Facts(wallet_id=hold.wallet, store_id=hold.payee, linked_journal=hold.id),
    )
