"""Reversal of a purchase: the units go back to the stock, and no longer count for the person and the household."""

from domain.ledger.book import Book, Guard
from domain.ledger.kinds import GuardKind, JournalKind
from domain.ledger.reads import Journal
from domain.ledger.refusals import ReversalImpossibleError
from domain.ledger.request import GuardKey
from domain.vouchers.product import gift_guard
from domain.vouchers.receipts import BoughtUnits


def guards_of(journal: Journal) -> tuple[GuardKey, ...]:
    """List the guards that a purchase moved; none for any other journal."""
    if journal.kind != JournalKind.VOUCHER_PURCHASE:
        return ()
    gift = (gift_guard(journal.municipality, journal.id),) if journal.receipt.section(BoughtUnits).gift else ()
    return (*_counted(journal), *gift)


def uncounted(book: Book, journal: Journal) -> list[tuple[Guard, int]]:
    """Make the changes of guards that uncount a purchase; none for any other journal.

    A gift that was not activated is closed for good. ReversalImpossibleError for one that was.
    """
    if journal.kind != JournalKind.VOUCHER_PURCHASE:
        return []
    bought = journal.receipt.section(BoughtUnits)
    units = bought.units
    changes = [(book.guard(key, units), -units) for key in _counted(journal)]
    if bought.gift:
        opened = book.guard(gift_guard(journal.municipality, journal.id), 1)
        if opened.value:
            raise ReversalImpossibleError(0)
        changes.append((opened, 1))
    return changes


def _counted(journal: Journal) -> list[GuardKey]:
    bought = journal.receipt.section(BoughtUnits)
    counts = [(GuardKind.VOUCHER_SOLD, ""), (GuardKind.VOUCHER_PERSON, str(bought.person))]
    if bought.household is not None:
        counts.append((GuardKind.VOUCHER_HOUSEHOLD, str(bought.household)))
    return [(journal.municipality, kind, bought.product, period) for kind, period in counts]
