"""Conversions: rates, quotes, receipts and events, and what mutations about them answer."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.conversions.quote import ConversionQuote as QuoteRow
from domain.conversions.reads import Rate
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from domain.programmes.receipts import OfProgramme
from resolvers import conversion_views as views
from schema import errors
from schema.context import Context
from schema.events import Movements, event_id, is_kind, occurred_at
from schema.ids import ID
from schema.parties import Asset, asset
from schema.receipts import Allocation, BalanceAfter, Receipt, receipt_of
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount
from schema.value import Programme


@strawberry.type(
    description="A rate at which residents convert value, from an instant on until a later rate of the two assets."
)
class ConversionRate:
    """A rate."""

    numerator: int = strawberry.field(
        description="So many units are received for `denominator` units, rounded down; 0: no conversion any more."
    )
    denominator: int = strawberry.field(description="See `numerator`.")
    minimum_unit: Amount = strawberry.field(
        description="What is converted is a multiple of it. Whole units of what is converted."
    )
    cap_per_day: Amount | None = strawberry.field(
        description=(
            "The most that a person converts in a day of Asia/Tokyo. Whole units of what is converted; null: no limit."
        )
    )
    starts_at: datetime = strawberry.field(description="From when it counts. UTC.")

    @strawberry.field(description="What is converted.")
    async def from_asset(root: Parent[Rate], info: Info[Context, None]) -> Asset:
        return await asset(info, root.from_asset)  # type: ignore[return-value]

    @strawberry.field(description="What it is converted into.")
    async def to_asset(root: Parent[Rate], info: Info[Context, None]) -> Asset:
        return await asset(info, root.to_asset)  # type: ignore[return-value]

    @strawberry.field(description="The programme whose budget pays for what is received.")
    async def programme(root: Parent[Rate], info: Info[Context, None]) -> Programme:
        return await info.context.loaders.programmes.load((root.municipality, root.programme_id))  # type: ignore[return-value]


@strawberry.type(description="A resident converted value into other value. ポイント交換")
class Conversion(Receipt):
    """A conversion."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was converted. Whole units of what was converted.")
    allocations: list[Allocation] = strawberry.field(description="The lots that it left, in spend order.")
    received_amount: Amount = strawberry.field(description="What was received. Whole units of what was received.")
    received: list[Allocation] = strawberry.field(
        description="The lots that it came into, and until when they may be spent."
    )
    converted_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Conversion)

    @strawberry.field(description="The programme whose budget paid for what was received.")
    async def programme(root: Parent[views.Conversion], info: Info[Context, None]) -> Programme:
        key = (root.journal.municipality, root.journal.receipt.section(OfProgramme).id)
        return await info.context.loaders.programmes.load(key)  # type: ignore[return-value]


async def event_conversion(root: Parent[EventRow], info: Info[Context, None]) -> Conversion:
    """The conversion of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.type(description="Value was converted into other value.")
class ValueConverted(Movements):
    """Value was converted."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    conversion: Conversion = strawberry.field(resolver=event_conversion, description="The receipt of both sides.")
    is_type_of = is_kind(JournalKind.CONVERSION)


@strawberry.type(
    description=(
        "What a conversion would do now. Nothing is set aside; the rate or the programme's budget may end before."
    )
)
class ConversionQuote:
    """What a conversion would do now."""

    amount: Amount = strawberry.field(
        description=(
            "What would leave the wallet: the least that brings `receivedAmount`. Whole units of what is converted."
        )
    )
    received_amount: Amount = strawberry.field(
        description="What would be received. Whole units of what is received. Give it to `convert` as `expectedAmount`."
    )
    left_today: Amount | None = strawberry.field(
        description=(
            "What the person could still convert today afterwards. Whole units of what is converted; null: no limit."
        )
    )

    @strawberry.field(description="What would be converted.")
    async def from_asset(root: Parent[QuoteRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.from_asset)  # type: ignore[return-value]

    @strawberry.field(description="What would be received.")
    async def to_asset(root: Parent[QuoteRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.to_asset)  # type: ignore[return-value]

    @strawberry.field(description="The last day of what would be received. Civil date in Asia/Tokyo; null: no expiry.")
    def expires_on(root: Parent[QuoteRow]) -> date | None:
        return last_day(root.expires_at)


@strawberry.type(description="A settled conversion.")
class ConvertSuccess:
    """A settled conversion."""

    conversion: Conversion = strawberry.field(description="The receipt of both sides.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's two balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ConvertSuccess)


@strawberry.type(description="What `convert` would do now.")
class QuoteConversionSuccess:
    """What `convert` would do now."""

    quote: ConversionQuote = strawberry.field(description="The conversion that would be made.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.QuoteConversionSuccess)


@strawberry.type(description="A new rate.")
class SetConversionRateSuccess:
    """A new rate."""

    rate: ConversionRate = strawberry.field(description="The rate, in force from its `startsAt`.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.SetConversionRateSuccess)


OFFER = (
    errors.NoConversionRateError
    | errors.ConversionAmountError
    | errors.ConversionCapError
    | errors.InsufficientBalanceError
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.UnknownProgrammeError
    | errors.ProgrammeClosedError
    | errors.NotEligibleError
    | errors.CapExceededError
    | errors.BudgetExceededError
    | errors.BalanceCapError
    | errors.WalletFrozenError
    | errors.AmountOutOfRangeError
    | errors.NotPermittedError
)
QuoteConversionResult = Annotated[
    QuoteConversionSuccess | OFFER,
    strawberry.union("QuoteConversionResult", description="What `quoteConversion` answers: as `convert` would."),
]
ConvertResult = Annotated[
    ConvertSuccess | OFFER | errors.QuoteChangedError | LEDGER,
    strawberry.union("ConvertResult", description="What `convert` answers."),
]
SetConversionRateResult = Annotated[
    SetConversionRateSuccess
    | errors.InvalidInputError
    | errors.UnknownAssetError
    | errors.UnknownProgrammeError
    | errors.NotPermittedError,
    strawberry.union("SetConversionRateResult", description="What `setConversionRate` answers."),
]

TYPES = (Conversion, ValueConverted)
"""For `Schema(types=...)`: reached through interfaces only."""
