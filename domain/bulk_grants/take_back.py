"""What is left of a row's grant goes back to the budget. What settled a debt of the wallet is owed again.

Lots are shared by all that a programme gives on a day, so an account does not know which yen came from which grant.
Left of a row is
the smaller of what it gave and what the wallet can still spend of that lot. What was spent counts against the wallet's
other grants of
the same lot first; whatever is undone, and in which order, never more leaves the account than is in it. Value that
payments have
renewed since is found in its later lot.
"""

from dataclasses import replace
from datetime import datetime

from domain.bulk_grants.keys import undo_key
from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.bulk_grants.receipts import OfFile
from domain.corrections.receipts import OfJournal
from domain.expiry.heirs import Heirs
from domain.ledger.book import Account, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import SYSTEM_ACTOR, AccountKind, JournalKind, Operation
from domain.ledger.reads import Journal
from domain.ledger.receipt import Portion
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Request, fingerprint
from domain.programmes import caps
from domain.programmes.reads import Programme


def undo_request(bulk: BulkGrant, row: BulkRow, journal: Journal, programme: Programme, heirs: Heirs) -> Request:
    """A reversal of the row's journal, by as much as is left.

    The person's cap is given back by the same, for the file that is right.
    """
    town, wallet, granted = bulk.municipality, heirs.wallet, journal.receipt.amount
    [portion] = journal.receipt.lots
    asset, lot = portion.asset, portion.lot
    settled = journal.receipt.settled_of(lot)

    def plan(book: Book, at: datetime) -> Draft:
        undone = book.guard(refunded_guard(town, journal.id), granted)
        if undone.value:
            raise AlreadyReversedError
        parts = [
            part for part in heirs.found(book, town, asset, lot, granted - settled) if _is_there(part[0], portion, at)
        ]
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
        lots=(lot, *heirs.lots),
        guards=(refunded_guard(town, journal.id), *caps.keys_of(town, journal.receipt.caps)),
        facts=Facts(
            wallet_id=wallet,
            programme_id=programme.id,
            funding=programme.funding,
            reason=bulk.undo_reason,
            linked_journal=journal.id,
        ),
    )


def _is_there(account: Account, portion: Portion, at: datetime) -> bool:
    """What ended goes where its asset says, by the job of expiry; here it counts as gone."""
    of_lot = account.lot == portion.lot and portion.expires_at is not None
    ended = portion.expires_at if of_lot else account.expires_at
    return ended is None or at < ended
