"""Receipts of value that expired."""

from datetime import datetime

import strawberry

from domain.ledger.kinds import JournalKind
from schema.ledger.receipts import Allocation, Receipt, allocations_of, receipt_of_kind


@receipt_of_kind(JournalKind.EXPIRY)
@strawberry.type(description="Value whose last day was over left the wallet. 失効")
class Expiry(Receipt):
    """Value that expired."""

    amount = strawberry.field(resolver=Receipt.amount, description="What expired. Whole units.")

    @strawberry.field(description="The lot that expired.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="Time at which it left the wallet, in UTC; it could not be spent since its last day.")
    def expired_at(self) -> datetime:
        return self.journal.recorded_at
