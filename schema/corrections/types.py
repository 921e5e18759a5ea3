"""Receipts of reversals."""

from datetime import datetime

import strawberry

from domain.corrections.receipts import OfJournal
from domain.ledger import reads
from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.ledger.receipts import Receipt, receipt_for, receipt_of_kind


@receipt_of_kind(JournalKind.REVERSAL)
@strawberry.type(description="A correction: a journal was reversed by its opposite. 取消")
class Reversal(Receipt):
    """A reversing journal."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was reversed. Whole units.")

    @strawberry.field(description="Time of the reversal, in UTC.")
    def reversed_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="The receipt of what was reversed.")
    async def receipt(self, info: MeguruInfo) -> Receipt | None:
        key = (self.journal.municipality, self.journal.receipt.section(OfJournal).id)
        reversed_journal = await info.context.load(reads.journals_by_keys, key)
        return receipt_for(reversed_journal)
