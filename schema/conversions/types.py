"""Conversions: rates, receipts, and what a conversion would do."""

from datetime import date, datetime

import strawberry

from domain.assets.reads import last_day
from domain.conversions.quote import ConversionQuote as DomainConversionQuote
from domain.conversions.reads import Rate
from domain.conversions.receipts import Received
from domain.ledger.kinds import JournalKind
from domain.programmes.receipts import OfProgramme
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.scalars import Amount, amount_or_none
from schema.ledger.receipts import Allocation, Receipt, allocations_of, receipt_of_kind
from schema.programmes.types import Programme, programme_of


@strawberry.type(
    description=(
        "A rate at which residents convert value, from an instant on until a later rate of the same two assets."
        " 交換レート"
    )
)
class ConversionRate:
    """A rate."""

    rate: strawberry.Private[Rate]

    @strawberry.field(description="What is converted.")
    async def from_asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.rate.from_asset)

    @strawberry.field(description="What it is converted into.")
    async def to_asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.rate.to_asset)

    @strawberry.field(description="The programme whose budget pays for what is received.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.rate.municipality, self.rate.programme_id)

    @strawberry.field(
        description="Units received for each `denominator` units, rounded down; 0: no conversion any more."
    )
    def numerator(self) -> int:
        return self.rate.numerator

    @strawberry.field(description="Units of what is converted, for which `numerator` units are received.")
    def denominator(self) -> int:
        return self.rate.denominator

    @strawberry.field(description="What is converted is a multiple of it. Whole units of what is converted.")
    def minimum_unit(self) -> Amount:
        return Amount(self.rate.minimum_unit)

    @strawberry.field(
        description=(
            "The most that a person converts in a day of Asia/Tokyo. Whole units of what is converted; null: no limit."
        )
    )
    def cap_per_day(self) -> Amount | None:
        return amount_or_none(self.rate.cap_per_day)

    @strawberry.field(
        description=(
            "Why what is received may end later than what is converted; null: value that ends sooner is not converted."
        )
    )
    def later_end_reason(self) -> str | None:
        return self.rate.later_end_reason or None

    @strawberry.field(description="Time from which it is in force, in UTC.")
    def starts_at(self) -> datetime:
        return self.rate.starts_at


@receipt_of_kind(JournalKind.CONVERSION)
@strawberry.type(description="A resident converted value into other value. ポイント交換")
class Conversion(Receipt):
    """A conversion."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was converted, in whole units of it.")

    @strawberry.field(description="The lots that it left, in spend order.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="What was received, in whole units of it.")
    def received_amount(self) -> Amount:
        return Amount(self.journal.receipt.section(Received).portion.amount)

    @strawberry.field(description="The lots that were received, and until when they may be spent.")
    def received(self) -> list[Allocation]:
        return allocations_of([self.journal.receipt.section(Received).portion])

    @strawberry.field(description="The programme whose budget paid for what was received.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.journal.municipality, self.journal.receipt.section(OfProgramme).id)

    @strawberry.field(description="Time of the conversion, in UTC.")
    def converted_at(self) -> datetime:
        return self.journal.recorded_at


@strawberry.type(
    description=(
        "What a conversion would do now. Nothing is set aside; the rate may change, and the"
        " programme's budget may be used up, before it is made."
    )
)
class ConversionQuote:
    """What a conversion would do now."""

    quote: strawberry.Private[DomainConversionQuote]

    @strawberry.field(description="What would be converted.")
    async def from_asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.quote.from_asset)

    @strawberry.field(description="What would be received.")
    async def to_asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.quote.to_asset)

    @strawberry.field(
        description=(
            "What would leave the wallet: the least that brings `receivedAmount`. Whole units of what is converted."
        )
    )
    def amount(self) -> Amount:
        return Amount(self.quote.amount)

    @strawberry.field(
        description="What would be received. Whole units of what is received. Give it to `convert` as `expectedAmount`."
    )
    def received_amount(self) -> Amount:
        return Amount(self.quote.received_amount)

    @strawberry.field(description="Last day on which it could be spent, in Asia/Tokyo; null: no expiry.")
    def expires_on(self) -> date | None:
        return last_day(self.quote.expires_at)

    @strawberry.field(
        description=(
            "What the person could still convert today afterwards. Whole units of what is converted; null: no limit."
        )
    )
    def left_today(self) -> Amount | None:
        return amount_or_none(self.quote.left_today)
