"""Programmes as everybody may see them; what is left of the budget only as the municipality's staff may."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import lazy

from domain.assets.lots import end_of
from domain.assets.reads import last_day
from domain.grants.grant import issue_of
from domain.identifiers import Prefix
from domain.ledger.request import effective_on
from domain.points import reads as points
from domain.programmes import reads
from domain.programmes.reads import Programme as DomainProgramme
from schema.assets.types import Asset, asset_of
from schema.conditions.types import Acceptance, Eligibility
from schema.core.access import serves
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.node import Node
from schema.core.scalars import Amount, amount_or_none
from schema.ledger.enums import BudgetSource
from schema.municipalities.types import Municipality, municipality_of
from schema.programmes.enums import ClawbackRule, ProgrammeKind

if TYPE_CHECKING:  # points stand above programmes
    from schema.points.types import EarningRule

EarningRuleRef = Annotated["EarningRule", lazy("schema.points.types")]
RULES_SHOWN = 100


@strawberry.type(description="What a municipality gives value for, out of a budget of its own. 事業")
class Programme(Node):
    """A programme."""

    programme: strawberry.Private[DomainProgramme]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its id in its municipality."""
        return Prefix.PROGRAMME, self.programme.municipality, self.programme.id

    @strawberry.field(description="How it gives value.")
    def kind(self) -> ProgrammeKind:
        return self.programme.kind

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.programme.name_ja, self.programme.name_en)

    @strawberry.field(description="Its municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.programme.municipality)

    @strawberry.field(description="The kind of value that it gives.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.programme.asset)

    @strawberry.field(description="The most that it can ever give. Whole units.")
    def budget(self) -> Amount:
        return Amount(self.programme.budget)

    @strawberry.field(
        description="What is left of the budget. Whole units. Null for everybody but the staff of its municipality."
    )
    async def budget_left(self, info: MeguruInfo) -> Amount | None:
        if not await serves(info, self.programme.municipality):
            return None
        key = (self.programme.municipality, self.programme.id)
        return Amount(await info.context.load(reads.budgets_left, key))

    @strawberry.field(description="Time from which it gives value, in UTC.")
    def starts_at(self) -> datetime:
        return self.programme.starts_at

    @strawberry.field(description="Time until which it gives value, exclusive, in UTC.")
    def ends_at(self) -> datetime:
        return self.programme.ends_at

    @strawberry.field(description="The most for one person in total. Whole units; null: no limit.")
    def cap_per_person(self) -> Amount | None:
        return amount_or_none(self.programme.cap_per_person)

    @strawberry.field(description="The most for one household in total. Whole units; null: no limit.")
    def cap_per_household(self) -> Amount | None:
        return amount_or_none(self.programme.cap_per_household)

    @strawberry.field(description="Who may take part.")
    def eligibility(self) -> Eligibility:
        return Eligibility(eligibility=self.programme.eligibility)

    @strawberry.field(description="Where its value may be spent, in addition to the conditions of the asset.")
    def acceptance(self) -> Acceptance:
        return Acceptance(municipality=self.programme.municipality, rule=self.programme.acceptance)

    @strawberry.field(description="Time from which its value may be spent, in UTC; null: at once.")
    def usable_from(self) -> datetime | None:
        return self.programme.usable_from

    @strawberry.field(
        description=(
            "Last day on which its value may be spent, in Asia/Tokyo, if earlier than the asset's own; null: the"
            " asset's."
        )
    )
    def expires_on(self) -> date | None:
        return last_day(self.programme.expires_at)

    @strawberry.field(
        description=(
            "Last day of the value that it gives next, today or on its first day, in Asia/Tokyo: by its own last day,"
            " the asset's rule and the six months of exempt value. Null: no end, or it gives nothing any more."
        )
    )
    async def next_value_expires_on(self, info: MeguruInfo) -> date | None:
        now = info.context.services.clock()
        if self.programme.ends_at <= now:
            return None
        given_on = effective_on(max(now, self.programme.starts_at))
        asset = (await asset_of(info, self.programme.asset)).asset
        return last_day(end_of(asset, issue_of(self.programme), given_on))

    @strawberry.field(description="Who pays for it; null: not stated, as for programmes of before it was asked.")
    def funding_source(self) -> BudgetSource | None:
        return self.programme.funding_source

    @strawberry.field(description="For CHARGE_BONUS: the coin whose charges get the bonus; null otherwise.")
    async def charged_asset(self, info: MeguruInfo) -> Asset | None:
        charged = self.programme.charged_asset
        return None if charged is None else await asset_of(info, charged)

    @strawberry.field(description="For CHARGE_BONUS: hundredths of a percent of the charge; null otherwise.")
    def rate_bp(self) -> int | None:
        return self.programme.rate_bp

    @strawberry.field(
        description="For EARNING: midnights in Asia/Tokyo after which the points may be spent; null otherwise."
    )
    def activates_after_days(self) -> int | None:
        return self.programme.activates_after_days

    @strawberry.field(
        description=(
            "For EARNING: what becomes of points that a refund takes back and that were spent already; null otherwise."
        )
    )
    def clawback_rule(self) -> ClawbackRule | None:
        return self.programme.clawback

    @strawberry.field(
        description="For EARNING: its rules, oldest first, including stopped ones, at most 100; empty otherwise."
    )
    async def earning_rules(self, info: MeguruInfo) -> list[EarningRuleRef]:
        from schema.points.types import EarningRule

        rules = await info.context.load(points.of_programmes, (self.programme.municipality, self.programme.id))
        return [EarningRule(rule=rule) for rule in rules[:RULES_SHOWN]]


async def programme_of(info: MeguruInfo, municipality: int, programme: UUID) -> Programme:
    """The programme of an object, which names one that is there."""
    row = await info.context.load(reads.by_keys, (municipality, programme))
    if row is None:
        raise NotFoundError
    return Programme(programme=row)
