"""The amount of an event: what its journal did, with a sign, in units of one asset."""

from domain.corrections.receipts import OfJournal
from domain.ledger import reads
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.reads import Journal
from domain.ledger.request import EventRow
from domain.vouchers.receipts import BoughtUnits
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError

SIGNS = {
    JournalKind.CHARGE: 1,
    JournalKind.REFUND: 1,
    JournalKind.GRANT: 1,
    JournalKind.GIFT_ACTIVATION: 1,
    JournalKind.REDEMPTION_ROLLBACK: 1,
    JournalKind.PAYMENT: -1,
    JournalKind.CAPTURE: -1,
    JournalKind.CHARGE_CANCEL: -1,
    JournalKind.EXPIRY: -1,
    JournalKind.REDEMPTION: -1,
    JournalKind.CONVERSION: -1,
}
"""Whether the lots of a journal came into the wallet or left it. Journals of other kinds move nothing by lots."""


async def amount_in_wallet(info: MeguruInfo, row: EventRow) -> int:
    """What the journal of a wallet's event did there, without what came with it. Whole units.

    Points that a payment earns, bonuses of a charge and what a conversion gives are movements of their own.
    """
    journal = await _journal(info, row)
    if journal.operation is Operation.UNDO_GRANT_ROW:  # takes what is left, which may be less than was granted
        return -journal.receipt.amount
    if journal.kind is JournalKind.REVERSAL:
        key = (row.municipality, journal.receipt.section(OfJournal).id)
        reversed_journal = await info.context.load(reads.journals_by_keys, key)
        return 0 if reversed_journal is None else -_amount(reversed_journal)
    return _amount(journal)


async def _journal(info: MeguruInfo, row: EventRow) -> Journal:
    journal = await info.context.load(reads.journals_by_keys, (row.municipality, row.journal_id))
    if journal is None:
        raise NotFoundError
    return journal


def _amount(journal: Journal) -> int:
    lots = sum(portion.amount for portion in journal.receipt.lots)
    if journal.kind is JournalKind.VOUCHER_PURCHASE:
        return _of_purchase(journal, lots)
    if journal.kind is JournalKind.REFUND:  # what a debt took of it is not in the lots
        lots += sum(settlement.amount for settlement in journal.receipt.settled)
    return SIGNS.get(journal.kind, 0) * lots


def _of_purchase(journal: Journal, vouchers: int) -> int:
    """The coin that paid. Vouchers for money from outside only come in, and a gift of them not even that."""
    bought = journal.receipt.section(BoughtUnits)
    paid = sum(portion.amount for portion in bought.paid)
    return -paid if paid or bought.gift else vouchers
