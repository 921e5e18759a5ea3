"""What is left of a row's grant goes back to the budget.

Lots are shared by all that a programme gives on a day, so an account does not know which yen came from which grant. Left of a row is
the smaller of what it gave and what the wallet can still spend of that lot. What was spent counts against the wallet's other grants of
the same lot first; whatever is undone, and in which order, never more leaves the account than is in it.
"""

from datetime import datetime

from domain.bulk.keys import undo_key
from domain.bulk.reads import BulkGrant, BulkRow
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import SYSTEM_ACTOR, AccountKind, JournalKind, Operation
from domain.ledger.reads import Journal
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Request, fingerprint
from domain.payments.refund import refunded_guard
from domain.programmes import caps
from domain.programmes.reads import Programme


def undo_request(bulk: BulkGrant, row: BulkRow, journal: Journal, programme: Programme) -> Request:
    """A reversal of the row's journal, by as much as is left. The person's cap is given back by the same, for the file that is right."""
    town, wallet, granted = bulk.municipality, journal.wallet_id or bulk.programme_id, int(journal.receipt["amount"])
    [[asset, lot, _, ends]] = journal.receipt["lots"]

    def plan(book: Book, at: datetime) -> Draft:
        undone = book.guard(refunded_guard(town, journal.id), granted)
        if undone.value:
            raise AlreadyReversedError
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet, asset, lot))
        amount = _left(account, granted, at, ends)
        if amount <= 0:
            raise ReversalImpossibleError(0)
        return Draft(
            receipt={
                "amount": amount, "journal": str(journal.id), "lots": [[asset, lot, amount, ends]],
                "balances": {str(asset): book.total(town, wallet, asset) - amount}, "bulk": str(bulk.id), "row": row.number,
            },
            moves=[(account, book.plain(town, AccountKind.BUDGET, programme.id, asset), amount)],
            guards=[(undone, amount), *caps.given_back(book, town, journal.receipt, {programme.id: amount})],
            counterparties={wallet: programme.id, programme.id: wallet},
        )  # fmt: skip

    return Request(
        municipality=town, actor=bulk.undone_by or SYSTEM_ACTOR, operation=Operation.UNDO_GRANT_ROW, key=undo_key(row),
        input_hash=fingerprint(bulk=bulk.id, undo=row.number), kind=JournalKind.REVERSAL, holders=(wallet, programme.id), plan=plan, lots=(lot,),
        guards=(refunded_guard(town, journal.id), *caps.keys_of(town, journal.receipt)),
        facts=Facts(wallet_id=wallet, programme_id=programme.id, funding=programme.funding, reason=bulk.undo_reason, linked_journal=journal.id),
    )  # fmt: skip


def _left(account: Account, granted: int, at: datetime, ends: str | None) -> int:
    """What ended goes where its asset says, by the job of expiry; here it counts as gone."""
    if ends is not None and datetime.fromisoformat(ends) <= at:
        return 0
    return min(granted, account.available)
