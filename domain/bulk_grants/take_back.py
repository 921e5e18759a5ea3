"""Undo the grant of a row: what is left of it returns to the budget, and a debt that it settled is owed again.

All value that a programme gives on one day shares a lot, so an account does not record which grant a unit came from.
What is left of a row is the smaller of its amount and what the wallet can still spend of the lot: spent value counts
against the wallet's other grants of the lot first. In whatever order rows are undone, no more leaves the account than
is in it. Value that payments have renewed since is taken from its later lot.
"""

from dataclasses import replace
from datetime import datetime

from domain.bulk_grants.keys import undo_key
from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.bulk_grants.receipts import OfFile
from domain.corrections.receipts import OfJournal
from domain.expiry.renewed_value import RenewedValue
from domain.ledger.book import Account, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import SYSTEM_ACTOR, AccountKind, JournalKind, Operation
from domain.ledger.reads import Journal
from domain.ledger.receipt import Portion
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Request, fingerprint
from domain.ledger.units import taken_whole
from domain.programmes import caps
from domain.programmes.reads import Programme


def undo_request(
    bulk: BulkGrant, row: BulkRow, journal: Journal, programme: Programme, renewed_value: RenewedValue, unit: int
) -> Request:
    """Build the request that reverses a row's journal, by as much as is left and breaks no minimum unit.

    The caps are released by the same amount, which lets a corrected file follow.
    """
    town, wallet, granted = bulk.municipality, renewed_value.wallet, journal.receipt.amount
    [portion] = journal.receipt.lots
    asset, lot = portion.asset, portion.lot
    settled = journal.receipt.settled_of(lot)

    def plan(book: Book, at: datetime) -> Draft:
        undone = book.guard(refunded_guard(town, journal.id), granted)
        if undone.value:
            raise AlreadyReversedError
        parts = [
            (account, part)
            for account, part in renewed_value.sources(book, town, asset, lot, granted - settled)
            if _unexpired(account, portion, at)
        ]
        parts = _whole(book, parts, unit, at)
        if settled:
            parts.append((book.plain(town, AccountKind.DEBT, wallet, asset), settled))
        amount = sum(part for _, part in parts)
        if not amount:
            raise ReversalImpossibleError(0)
        return Draft(
            amount=amount,
            lots=[replace(portion, amount=amount)],
            balances={asset: book.total(town, wallet, asset) - amount},
            sections=[OfJournal(journal.id), OfFile(bulk.id, row.number)],
            moves=[
                (account, book.plain(town, AccountKind.BUDGET, programme.id, asset), part) for account, part in parts
            ],
            guards=[(undone, amount), *caps.given_back(book, town, journal.receipt.caps, {programme.id: amount})],
            counterparties={wallet: programme.id, programme.id: wallet},
        )

    return Request(
        municipality=town,
        actor=bulk.undone_by or SYSTEM_ACTOR,
        operation=Operation.UNDO_GRANT_ROW,
        key=undo_key(row),
        input_hash=fingerprint(bulk=bulk.id, undo=row.number),
        kind=JournalKind.REVERSAL,
        holders=(wallet, programme.id),
        plan=plan,
        lots=(lot, *renewed_value.lots),
        guards=(refunded_guard(town, journal.id), *caps.keys_of(town, journal.receipt.caps)),
        facts=Facts(
            wallet_id=wallet,
            programme_id=programme.id,
            funding=programme.funding,
            reason=bulk.undo_reason,
            linked_journal=journal.id,
        ),
    )


def _whole(book: Book, parts: list[tuple[Account, int]], unit: int, at: datetime) -> list[tuple[Account, int]]:
    """Return as much of the parts as may be taken without breaking a minimum unit. Whole units."""
    if not parts:
        return parts
    rest = taken_whole(book, parts[0][0], sum(part for _, part in parts), unit, at)
    whole = []
    for account, most in parts:
        if part := min(most, rest):
            whole.append((account, part))
            rest -= part
    return whole


def _unexpired(account: Account, portion: Portion, at: datetime) -> bool:
    """Whether value has not expired. Expired value counts as gone; the expiry job moves it as its asset says."""
    of_lot = account.lot == portion.lot and portion.expires_at is not None
    ended = portion.expires_at if of_lot else account.expires_at
    return ended is None or at < ended
