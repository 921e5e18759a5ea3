"""Receipts of redemptions and of their rollbacks."""

from datetime import datetime

import strawberry

from domain.ledger.kinds import JournalKind
from domain.ledger.reads import journals_by_keys
from domain.redemptions.receipts import HandedOver, OfRedemption
from domain.redemptions.roll_back import rolled_back
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.coupons.types import Coupon, applied_coupons_of, coupon_of
from schema.ledger.receipts import Allocation, Receipt, allocations_of, receipt_of_kind, store_of_journal
from schema.redemptions.enums import ItemKind, RollbackReason
from schema.stores.types import Store


@receipt_of_kind(JournalKind.REDEMPTION)
@strawberry.type(description="A coupon, voucher or ticket was redeemed at a store. 引換")
class Redemption(Receipt):
    """A redemption."""

    amount = strawberry.field(
        resolver=Receipt.amount, description="The value that went to the store; 0 for a coupon. Whole units."
    )

    @strawberry.field(description="The lot that was redeemed; none for a coupon.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="The store.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(description="Time of the redemption, in UTC.")
    def redeemed_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="What was redeemed.")
    def item(self) -> ItemKind:
        return self.journal.receipt.section(HandedOver).item

    @strawberry.field(description="The coupon; null for vouchers and tickets.")
    async def item_coupon(self, info: MeguruInfo) -> Coupon | None:
        coupons = applied_coupons_of(self.journal)
        return await coupon_of(info, self.journal.municipality, coupons[0].coupon_id) if coupons else None

    @strawberry.field(description="Whether staff have rolled it back.")
    async def rolled_back(self, info: MeguruInfo) -> bool:
        return await info.context.load(rolled_back, (self.journal.municipality, self.journal.id))


@receipt_of_kind(JournalKind.REDEMPTION_ROLLBACK)
@strawberry.type(description="Staff rolled back a redemption: value and counters went back. 引換の取消")
class RedemptionRollback(Receipt):
    """A redemption that was rolled back."""

    amount = strawberry.field(
        resolver=Receipt.amount, description="The value that went back; 0 for a coupon. Whole units."
    )

    @strawberry.field(description="The lot that it went back to; none for a coupon.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="Time of the rollback, in UTC.")
    def rolled_back_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="Reason given by the staff.")
    def rollback_reason(self) -> RollbackReason:
        return RollbackReason(self.journal.reason or 0)  # 0 is none of them: every rollback has one

    @strawberry.field(description="The redemption that was rolled back.")
    async def redemption(self, info: MeguruInfo) -> Redemption:
        key = (self.journal.municipality, self.journal.receipt.section(OfRedemption).id)
        journal = await info.context.load(journals_by_keys, key)
        if journal is None:
            raise NotFoundError
        return Redemption(journal=journal)
