"""Charges: their receipts, their cancellations, and what one would bring."""

from datetime import date, datetime

import strawberry

from domain.assets.reads import last_day
from domain.charging.quote import ChargeQuote as DomainChargeQuote
from domain.charging.quote import QuotedBonus as DomainQuotedBonus
from domain.charging.receipts import OfCharge, bonuses_of
from domain.ledger import reads
from domain.ledger.kinds import JournalKind
from schema.assets.types import Asset, asset_of
from schema.charging.enums import CancelReason
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.scalars import Amount
from schema.ledger.receipts import Allocation, Receipt, receipt_of_kind, store_of_journal
from schema.programmes.types import Programme
from schema.stores.types import Store

NOT_FOR_AGENTS = "Empty for a charge agent: only the wallet's people and the municipality's staff see it."


@receipt_of_kind(JournalKind.CHARGE)
@strawberry.type(description="A charge: cash at a counter became value in a wallet. チャージ")
class Charge(Receipt):
    """A charge."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was charged. Whole units.")

    @strawberry.field(description=f"The lot that it went into. {NOT_FOR_AGENTS}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(description=f"What campaigns added; `amount` is without it. {NOT_FOR_AGENTS}")
    async def bonuses(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, bonuses_of(self.journal.receipt))

    @strawberry.field(description="The agent's store; null: the municipal desk.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(description="Time of the charge, in UTC.")
    def charged_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(
        description="What was taken back of it: cancelled by its counter, or reversed by the municipality. Whole units."
    )
    async def taken_back_amount(self, info: MeguruInfo) -> Amount:
        return Amount(await info.context.load(reads.refunded, (self.journal.municipality, self.journal.id)))


@receipt_of_kind(JournalKind.CHARGE_CANCEL)
@strawberry.type(description="The counter that took the cash cancelled a charge, in part or whole. チャージ取消")
class ChargeCancellation(Receipt):
    """A charge that its counter cancelled."""

    amount = strawberry.field(
        resolver=Receipt.amount,
        description="What left the wallet, and is handed back in cash: the unspent part of the charge. Whole units.",
    )

    @strawberry.field(description=f"The lot that it left. {NOT_FOR_AGENTS}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(
        description=f"What campaigns got back, since the rest of the charge would not have earned it. {NOT_FOR_AGENTS}"
    )
    async def bonuses(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, bonuses_of(self.journal.receipt))

    @strawberry.field(description="The agent's store that hands back the cash; null: the municipal desk.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(description="Time of the cancellation, in UTC.")
    def cancelled_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="Reason given by the counter.")
    def cancel_reason(self) -> CancelReason:
        return CancelReason(self.journal.reason or 0)  # 0 is none of them: every cancellation has one

    @strawberry.field(description="The charge.")
    async def charge(self, info: MeguruInfo) -> Charge:
        key = (self.journal.municipality, self.journal.receipt.section(OfCharge).id)
        journal = await info.context.load(reads.journals_by_keys, key)
        if journal is None:
            raise NotFoundError
        return Charge(journal=journal)


@strawberry.type(description="What one campaign would add to a charge.")
class QuotedBonus:
    """What one campaign would add."""

    bonus: strawberry.Private[DomainQuotedBonus]

    @strawberry.field(description="The campaign.")
    def programme(self) -> Programme:
        return Programme(programme=self.bonus.programme)

    @strawberry.field(description="The kind of value that it would add.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.bonus.asset)

    @strawberry.field(description="How much it would add. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.bonus.amount)

    @strawberry.field(description="Last day on which the bonus could be spent, in Asia/Tokyo; null: no expiry.")
    def expires_on(self) -> date | None:
        return last_day(self.bonus.expires_at)


@strawberry.type(
    description="What a charge would bring now. Nothing is set aside; a campaign's budget may be used up by then."
)
class ChargeQuote:
    """What a charge would bring now."""

    quote: strawberry.Private[DomainChargeQuote]

    @strawberry.field(description="The kind of value that would be charged.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.quote.asset)

    @strawberry.field(description="What would be charged, and paid in cash. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.quote.amount)

    @strawberry.field(
        description=(
            "What campaigns would add. Empty for a charge agent: it depends on what was verified of the person, and on"
            " what they have."
        )
    )
    def bonuses(self) -> list[QuotedBonus]:
        return [QuotedBonus(bonus=bonus) for bonus in self.quote.bonuses]
