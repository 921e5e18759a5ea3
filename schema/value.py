"""Programmes: what a town gives value for, and what mutations about value answer."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.charging.quote import ChargeQuote as ChargeQuoteRow
from domain.charging.quote import QuotedBonus as QuotedBonusRow
from domain.programmes.reads import Programme as ProgrammeRow
from resolvers import views
from resolvers.nodes import serves
from schema import errors
from schema.bulk_errors import ApprovalRequiredError
from schema.conditions import Eligibility, eligibility_of
from schema.context import Context
from schema.enums import ClawbackRule, ProgrammeKind
from schema.ids import ID, Prefix, encode
from schema.parties import Acceptance, Asset, Municipality, Node, Store, asset, town
from schema.points import EarningRule
from schema.receipts import BalanceAfter, Grant
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount

RULES_SHOWN = 100


@strawberry.type(description="What a town gives value for, out of a budget of its own. 事業")
class Programme(Node):
    """A programme."""

    kind: ProgrammeKind = strawberry.field(description="How it gives value.")
    budget: Amount = strawberry.field(description="All that it can ever give. Whole units.")
    starts_at: datetime = strawberry.field(description="From when it gives. UTC.")
    ends_at: datetime = strawberry.field(description="Until when it gives, exclusive. UTC.")
    cap_per_person: Amount | None = strawberry.field(
        description="The most for one person over all. Whole units; null: no limit."
    )
    cap_per_household: Amount | None = strawberry.field(
        description="The most for one household over all. Whole units; null: no limit."
    )
    usable_from: datetime | None = strawberry.field(description="From when its value may be spent; null: at once. UTC.")
    rate_bp: int | None = strawberry.field(
        description="For CHARGE_BONUS: hundredths of a percent of the top-up; null otherwise."
    )
    activates_after_days: int | None = strawberry.field(
        description="For EARNING: after how many midnights in Asia/Tokyo the points may be spent; null otherwise."
    )

    @strawberry.field(
        description=(
            "For EARNING: what becomes of points that a refund takes back and that were spent already; null otherwise."
        )
    )
    def clawback_rule(root: Parent[ProgrammeRow]) -> ClawbackRule | None:
        return None if root.clawback is None else ClawbackRule[root.clawback.name]

    @strawberry.field(
        description="For EARNING: its rules, oldest first, stopped ones too, at most 100; empty otherwise."
    )
    async def earning_rules(root: Parent[ProgrammeRow], info: Info[Context, None]) -> list[EarningRule]:
        found = await info.context.loaders.earning_rules.load((root.municipality, root.id))
        return found[:RULES_SHOWN]  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, ProgrammeRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[ProgrammeRow]) -> ID:
        return ID(encode(Prefix.PROGRAMME, root.municipality, root.id))

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[ProgrammeRow], info: Info[Context, None]) -> str:
        return root.name_ja if info.context.locale == "ja" else root.name_en

    @strawberry.field(description="Its town.")
    async def municipality(root: Parent[ProgrammeRow], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="What it gives.")
    async def asset(root: Parent[ProgrammeRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="For CHARGE_BONUS: the coin whose top-ups get the bonus; null otherwise.")
    async def charged_asset(root: Parent[ProgrammeRow], info: Info[Context, None]) -> Asset | None:
        return None if root.charged_asset is None else await asset(info, root.charged_asset)  # type: ignore[return-value]

    @strawberry.field(description="Where its value may be spent, beside what the asset says.")
    def acceptance(root: Parent[ProgrammeRow]) -> Acceptance:
        return views.AcceptanceOf(root.municipality, root.acceptance)  # type: ignore[return-value]

    @strawberry.field(description="Who may take part.")
    def eligibility(root: Parent[ProgrammeRow]) -> Eligibility:
        return eligibility_of(root.eligibility)

    @strawberry.field(
        description=(
            "The last day on which its value may be spent, if earlier than the asset's own; null: the asset's."
            " Asia/Tokyo."
        )
    )
    def expires_on(root: Parent[ProgrammeRow]) -> date | None:
        return last_day(root.expires_at)

    @strawberry.field(
        description="What is left of the budget. Whole units. Null for everybody but the staff of its town."
    )
    async def budget_left(root: Parent[ProgrammeRow], info: Info[Context, None]) -> Amount | None:
        if not await serves(info, root.municipality):
            return None
        return Amount(await info.context.loaders.budgets.load((root.municipality, root.id)))


@strawberry.type(description="What one campaign would add to a top-up.")
class QuotedBonus:
    """What one campaign would add."""

    programme: Programme = strawberry.field(description="The campaign.")
    amount: Amount = strawberry.field(description="Whole units.")

    @strawberry.field(description="What would be added.")
    async def asset(root: Parent[QuotedBonusRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="The last day of it. Civil date in Asia/Tokyo; null: no expiry.")
    def expires_on(root: Parent[QuotedBonusRow]) -> date | None:
        return last_day(root.expires_at)


@strawberry.type(description="What a top-up would bring now. Nothing is set aside; a campaign's budget may end before.")
class ChargeQuote:
    """What a top-up would bring now."""

    amount: Amount = strawberry.field(description="What would be charged, and taken in money. Whole units.")
    bonuses: list[QuotedBonus] = strawberry.field(description="What campaigns would add.")

    @strawberry.field(description="What would be charged.")
    async def asset(root: Parent[ChargeQuoteRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.type(description="What `charge` would do now.")
class QuoteChargeSuccess:
    """What `charge` would do now."""

    quote: ChargeQuote = strawberry.field(description="The top-up that would be made.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.QuoteChargeSuccess)


@strawberry.type(description="A new kind of value.")
class CreateAssetSuccess:
    """A new kind of value."""

    asset: Asset = strawberry.field(description="The asset.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CreateAssetSuccess)


@strawberry.type(description="A new programme with its budget.")
class CreateProgrammeSuccess:
    """A new programme."""

    programme: Programme = strawberry.field(description="The programme.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CreateProgrammeSuccess)


@strawberry.type(description="A settled grant.")
class GrantValueSuccess:
    """A settled grant."""

    grant: Grant = strawberry.field(description="The grant.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.GrantValueSuccess)


@strawberry.type(description="What was verified is recorded; it is told to nobody but the rules of programmes.")
class RecordClaimSuccess:
    """What was verified is recorded."""

    verified_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.RecordClaimSuccess)


@strawberry.type(description="A shop in its groups.")
class ClassifyStoreSuccess:
    """A shop in its groups."""

    store: Store = strawberry.field(description="The shop.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ClassifyStoreSuccess)


RecordClaimResult = Annotated[
    RecordClaimSuccess | errors.UnknownWalletError | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("RecordClaimResult", description="What `recordClaim` answers."),
]
ClassifyStoreResult = Annotated[
    ClassifyStoreSuccess | errors.UnknownPayeeError | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("ClassifyStoreResult", description="What `classifyStore` answers."),
]
QuoteChargeResult = Annotated[
    QuoteChargeSuccess
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.InvalidCodeError
    | errors.AmountOutOfRangeError
    | errors.NotPermittedError,
    strawberry.union("QuoteChargeResult", description="What `quoteCharge` answers."),
]
CreateAssetResult = Annotated[
    CreateAssetSuccess | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("CreateAssetResult", description="What `createAsset` answers."),
]
CreateProgrammeResult = Annotated[
    CreateProgrammeSuccess | errors.InvalidInputError | errors.UnknownAssetError | errors.NotPermittedError | LEDGER,
    strawberry.union("CreateProgrammeResult", description="What `createProgramme` answers."),
]
GrantValueResult = Annotated[
    GrantValueSuccess
    | errors.BudgetExceededError
    | errors.CapExceededError
    | errors.UnknownProgrammeError
    | errors.ProgrammeClosedError
    | errors.NotEligibleError
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.WalletFrozenError
    | errors.BalanceCapError
    | errors.AmountOutOfRangeError
    | ApprovalRequiredError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("GrantValueResult", description="What `grantValue` answers."),
]
