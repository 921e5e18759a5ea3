"""Reversals: a linked journal with the opposite entries reverses a journal, on the word of two finance officers."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.approvals import reads as approvals
from domain.approvals.kinds import ApprovalKind, ReversalReason
from domain.approvals.propose import approve, propose
from domain.approvals.reads import Approval
from domain.approvals.refusals import ApproverIsProposerError, UnknownJournalError
from domain.approvals.subject import Subject
from domain.corrections.receipts import OfJournal
from domain.coupons.receipts import refundable
from domain.coupons.returns import CouponUndo, returns_of
from domain.expiry.receipts import Renewed
from domain.expiry.renewed_value import RenewedValue, renewed_value_of
from domain.identifiers import Prefix, encode
from domain.ledger.act import Act
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.holders import require_staff
from domain.ledger.kinds import AccountKind, JournalKind, Operation, Outcome
from domain.ledger.part import Part, Parts
from domain.ledger.reads import EntryLine, Journal, entries_of, journal_by_id
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, GuardKey, Move, Posted, Request, RequestKey, fingerprint, is_late
from domain.programmes import caps
from domain.services import Services
from domain.viewer import Relation, Viewer
from domain.vouchers import undo as vouchers

REVERSIBLE = frozenset(
    {
        JournalKind.CHARGE,
        JournalKind.PAYMENT,
        JournalKind.CAPTURE,
        JournalKind.GRANT,
        JournalKind.CONVERSION,
        JournalKind.VOUCHER_PURCHASE,
    }
)


async def propose_reversal(
    services: Services, viewer: Viewer, municipality: int, journal_id: UUID, reason: ReversalReason
) -> Approval:
    """Propose to reverse a journal, as the first officer. A journal has one proposal."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    journal = await journal_by_id(municipality, journal_id)
    if journal is None or journal.outcome != Outcome.SETTLED or journal.kind not in REVERSIBLE:
        raise UnknownJournalError
    return await propose(
        services, viewer, municipality, ApprovalKind.REVERSAL, journal_id, reason, _about(journal, reason)
    )


def _about(journal: Journal, reason: int) -> Subject:
    """Return what the officers agree on. A journal never changes; its refunds are counted under the locks."""
    amount = refundable(journal.receipt)
    return Subject(
        after={
            "journalId": encode(Prefix.JOURNAL, journal.municipality, journal.id),
            "receiptNumber": journal.receipt_number,
            "reason": ReversalReason(reason).name,
            "amount": amount,
        },
        amount=amount,
    )


async def reverse_journal(
    services: Services,
    viewer: Viewer,
    municipality: int,
    key: UUID,
    approval_id: UUID,
    valid_until: datetime | None = None,
) -> Posted:
    """Approve a proposal as the second officer, and post the reversing journal. The proposer cannot approve.

    valid_until: a request that arrives later is refused by the ledger, and approves nothing.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    approval = await approvals.by_id(municipality, approval_id)
    journal = None if approval is None else await journal_by_id(municipality, approval.subject)
    if approval is None or journal is None or approval.kind != ApprovalKind.REVERSAL:
        raise UnknownJournalError
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    known = RequestKey(municipality, viewer.person_id, Operation.REVERSE_JOURNAL, key)
    if not is_late(valid_until, services.clock()) and not await services.ledger.has_ended(known):
        await approve(services, viewer, approval, key, _about(journal, approval.reason))
    lines = _without_renewal(await entries_of(journal), journal)
    returns, renewed_value = await returns_of(journal), await renewed_value_of(journal, journal.wallet_id or journal.id)
    parts = Parts((OppositeEntries(journal, lines, renewed_value), CouponUndo(returns, journal)))
    request = replace(_request(viewer, key, approval, journal, parts), valid_until=valid_until)
    return await services.ledger.post(request)


def _without_renewal(lines: list[EntryLine], journal: Journal) -> list[EntryLine]:
    """Return the entries of a payment without its renewal of other value: that value may be spent already."""
    moved: dict[int, int] = {}
    renewed = journal.receipt.find(Renewed)
    for portion in () if renewed is None else renewed.portions:
        moved[portion.old_lot] = moved.get(portion.old_lot, 0) + portion.amount
        moved[portion.new_lot] = moved.get(portion.new_lot, 0) - portion.amount
    kept = [
        replace(line, amount=line.amount + moved.get(line.lot, 0)) if line.kind == AccountKind.WALLET else line
        for line in lines
    ]
    return [line for line in kept if line.amount]


def _request(viewer: Viewer, key: UUID, approval: Approval, journal: Journal, parts: Parts) -> Request:
    return Request(
        municipality=journal.municipality,
        actor=viewer.person_id,
        operation=Operation.REVERSE_JOURNAL,
        key=key,
        input_hash=fingerprint(approval=approval.id),
        kind=JournalKind.REVERSAL,
        holders=tuple(sorted(set(parts.holders))),
        plan=parts.plan,
        lots=tuple(sorted(set(parts.lots))),
        guards=parts.guards,
        facts=Facts(
            wallet_id=journal.wallet_id,
            store_id=journal.store_id,
            reason=approval.reason,
            linked_journal=journal.id,
            client=viewer.client,
        ),
        act=Act(journal.id, ReversalReason(approval.reason).name, viewer.reason),
    )


@dataclass(frozen=True, slots=True)
class OppositeEntries(Part):
    """The entries of a journal the other way round. Value that was renewed since is taken from its later lots."""

    journal: Journal
    lines: list[EntryLine]
    renewed_value: RenewedValue

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holders of the entries, and the journal's wallet.

        The wallet gets an event also where nothing moved in it: it bought a gift with money from outside.
        """
        own = () if self.journal.wallet_id is None else (self.journal.wallet_id,)
        return (*(line.holder for line in self.lines), *own)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of the entries, and those into which they were renewed."""
        return (*(line.lot for line in self.lines), *self.renewed_value.lots)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guard of earlier refunds, cancellations and reversals, and the guards that the journal counted in."""
        journal = self.journal
        counted = caps.keys_of(journal.municipality, journal.receipt.caps)
        return (refunded_guard(journal.municipality, journal.id), *vouchers.guards_of(journal), *counted)

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the opposite moves. AlreadyReversedError, ReversalImpossibleError."""
        journal, town = self.journal, self.journal.municipality
        amount = refundable(journal.receipt)
        guard = book.guard(refunded_guard(town, journal.id), amount)
        if guard.value:
            raise AlreadyReversedError
        moves = self._moves(book)
        draft.amount = amount
        draft.lots += journal.receipt.lots
        draft.balances |= _balances(book, journal, moves)
        draft.sections.append(OfJournal(journal.id))
        draft.moves += moves
        draft.guards += [
            (guard, amount),
            *vouchers.uncounted(book, journal),
            *caps.given_back(book, town, journal.receipt.caps),
        ]
        draft.counterparties |= _counterparties(journal.wallet_id, sorted({line.holder for line in self.lines}))

    def _moves(self, book: Book) -> list[Move]:
        moves: list[Move] = []
        for asset in sorted({line.asset for line in self.lines}):
            lines = [line for line in self.lines if line.asset == asset]
            givers = [part for line in lines if line.amount > 0 for part in self._sources(book, line)]
            takers = [(self._account(book, line), -line.amount) for line in lines if line.amount < 0]
            moves += _paired(givers, takers)
        return moves

    def _sources(self, book: Book, line: EntryLine) -> list[tuple[Account, int]]:
        """Return the accounts that have the value of an entry now: of a wallet also the lots of its renewals.

        ReversalImpossibleError unless all of the value is there.
        """
        account, most = self._account(book, line), line.amount
        parts = [(account, min(most, account.available))] if account.floor is not None else [(account, most)]
        if account.kind == AccountKind.WALLET and account.holder == self.renewed_value.wallet:
            parts = self.renewed_value.sources(book, self.journal.municipality, line.asset, line.lot, most)
        if (available := sum(part for _, part in parts)) < most:
            raise ReversalImpossibleError(available)
        return parts

    def _account(self, book: Book, line: EntryLine) -> Account:
        key = AccountKey(line.kind, line.holder, line.asset, line.lot)
        return book.account(self.journal.municipality, key)


def _balances(book: Book, journal: Journal, moves: list[Move]) -> dict[int, int]:
    """Return what the wallet has afterwards of each asset that moves."""
    balances: dict[int, int] = {}
    for account, change in [
        *((source, -part) for source, _, part in moves),
        *((target, part) for _, target, part in moves),
    ]:
        if account.holder == journal.wallet_id:
            asset = account.asset
            balances[asset] = balances.get(asset, book.total(journal.municipality, account.holder, asset)) + change
    return balances


def _counterparties(wallet: UUID | None, holders: list[UUID]) -> dict[UUID, UUID]:
    """Return the counterparties: the wallet's is the first other holder, that of all others is the wallet."""
    others = [holder for holder in holders if holder != wallet]
    if wallet is None or not others:
        return {}
    return {wallet: others[0]} | dict.fromkeys(others, wallet)


def _paired(givers: list[tuple[Account, int]], takers: list[tuple[Account, int]]) -> list[Move]:
    """Return moves that reverse entries: each giver's amount goes to the takers in turn.

    The sums of both are equal, as in every journal.
    """
    moves = []
    queue = deque(takers)
    for account, amount in givers:
        rest = amount
        while rest:
            taker, room = queue.popleft()
            part = min(rest, room)
            moves.append((account, taker, part))
            rest -= part
            if room > part:
                queue.appendleft((taker, room - part))
    return moves
