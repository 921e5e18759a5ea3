"""Receipts of redemptions and of their rollbacks."""

from datetime import date, datetime

import strawberry

from domain.assets.reads import last_day
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import journals_by_keys
from domain.redemptions import quote as quoting
from domain.redemptions.receipts import HandedOver, OfRedemption
from domain.redemptions.roll_back import rolled_back
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.scalars import Amount
from schema.coupons.types import Coupon, applied_coupons_of, coupon_of
from schema.ledger.receipts import NOT_FOR_STORES, Allocation, Receipt, receipt_of_kind, store_of_journal
from schema.ledger.tenders import TENDERS, Tender, tenders_shown
from schema.redemptions.enums import ItemKind, RollbackReason
from schema.stores.types import Store


@receipt_of_kind(JournalKind.REDEMPTION)
@strawberry.type(description="A coupon, voucher or ticket was redeemed at a store. 引換")
class Redemption(Receipt):
    """A redemption."""

    amount = strawberry.field(
        resolver=Receipt.amount, description="The value that went to the store; 0 for a coupon. Whole units."
    )

    @strawberry.field(description=f"The lot that was redeemed; none for a coupon. {NOT_FOR_STORES}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(description=f"{TENDERS} Empty for a coupon.")
    async def tenders(self, info: MeguruInfo) -> list[Tender]:
        return await tenders_shown(info, self.journal, value=self.journal.receipt.amount)

    @strawberry.field(description="The store.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(description="Time of the redemption, in UTC.")
    def redeemed_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="What was redeemed.")
    def item(self) -> ItemKind:
        return self.journal.receipt.section(HandedOver).item

    @strawberry.field(
        description="How many units of the lot; null for a coupon, and for redemptions of before units were counted."
    )
    def redeemed_units(self) -> int | None:
        return self.journal.receipt.section(HandedOver).units

    @strawberry.field(description="The coupon; null for vouchers and tickets.")
    async def item_coupon(self, info: MeguruInfo) -> Coupon | None:
        coupons = applied_coupons_of(self.journal)
        return await coupon_of(info, self.journal.municipality, coupons[0].coupon_id) if coupons else None

    @strawberry.field(description="Whether staff have rolled it back.")
    async def rolled_back(self, info: MeguruInfo) -> bool:
        return await info.context.load(rolled_back, (self.journal.municipality, self.journal.id))


@strawberry.type(description="What a redemption would hand over now, and what would remain.")
class RedemptionQuote:
    """What a redemption would do now."""

    quote: strawberry.Private[quoting.RedemptionQuote]

    @strawberry.field(description="The store.")
    def store(self) -> Store:
        return Store(store=self.quote.store)

    @strawberry.field(description="What would be redeemed.")
    def item(self) -> ItemKind:
        return self.quote.item

    @strawberry.field(description="The coupon; null for vouchers and tickets.")
    async def item_coupon(self, info: MeguruInfo) -> Coupon | None:
        coupon = self.quote.coupon
        return None if coupon is None else await coupon_of(info, coupon.municipality, coupon.id)

    @strawberry.field(description="The asset of the voucher or ticket; null for a coupon.")
    async def asset(self, info: MeguruInfo) -> Asset | None:
        handed = self.quote.handed
        return None if handed is None else await asset_of(info, handed.account.asset)

    @strawberry.field(description="How many units would be handed over; null for a coupon.")
    def units(self) -> int | None:
        return None if self.quote.handed is None else self.quote.handed.units

    @strawberry.field(description="The worth of one unit; null for a coupon. Whole units of value.")
    def unit_amount(self) -> Amount | None:
        return None if self.quote.handed is None else Amount(self.quote.handed.unit)

    @strawberry.field(description="The value that would go to the store; 0 for a coupon. Whole units of value.")
    def amount(self) -> Amount:
        return Amount(0 if self.quote.handed is None else self.quote.handed.amount)

    @strawberry.field(description="How many whole units of the lot would remain; null for a coupon.")
    def units_after(self) -> int | None:
        return None if self.quote.handed is None else self.quote.handed.units_left

    @strawberry.field(
        description=(
            "What would remain of the lot, with a rest of less than a unit that only payments can use; null for a"
            " coupon. Whole units of value."
        )
    )
    def amount_after(self) -> Amount | None:
        return None if self.quote.handed is None else Amount(self.quote.handed.amount_left)

    @strawberry.field(description="Last day of the lot, in Asia/Tokyo; null: no expiry, or a coupon.")
    def expires_on(self) -> date | None:
        return None if self.quote.handed is None else last_day(self.quote.handed.account.expires_at)


@receipt_of_kind(JournalKind.REDEMPTION_ROLLBACK)
@strawberry.type(description="Staff rolled back a redemption: value and counters went back. 引換の取消")
class RedemptionRollback(Receipt):
    """A redemption that was rolled back."""

    amount = strawberry.field(
        resolver=Receipt.amount, description="The value that went back; 0 for a coupon. Whole units."
    )

    @strawberry.field(description=f"The lot that it went back to; none for a coupon. {NOT_FOR_STORES}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(description=f"{TENDERS} Empty for a coupon.")
    async def tenders(self, info: MeguruInfo) -> list[Tender]:
        return await tenders_shown(info, self.journal, value=self.journal.receipt.amount)

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
