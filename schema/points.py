"""Shopping points: the rules by which payments earn, what they gave, and what a refund took back."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, lazy
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.points.rules import EarningRule as EarningRuleRow
from resolvers import point_views, viewers, views
from schema.conditions import Eligibility, eligibility_of
from schema.context import Context
from schema.enums import EarningReason, EarningRuleKind, EarningStacking
from schema.ids import ID, Prefix, encode
from schema.parties import Acceptance, Asset, Node, asset
from schema.scalars import Amount

if TYPE_CHECKING:  # value imports this page
    from schema.value import Programme

ProgrammeRef = Annotated["Programme", lazy("schema.value")]


@strawberry.type(
    description="A rule by which payments earn points of a programme. It never changes; it can be stopped. 付与ルール"
)
class EarningRule(Node):
    """An earning rule."""

    rate_bp: int | None = strawberry.field(
        description="For PERCENT: hundredths of a percent of what counts; null otherwise."
    )
    points: Amount | None = strawberry.field(
        description="For PER_VISIT: points for a payment. Whole units; null otherwise."
    )
    minimum_amount: Amount = strawberry.field(
        description="The least of what counts for the rule to apply. Whole units."
    )
    cap_per_day: Amount | None = strawberry.field(
        description="The most for one person on a civil day in Asia/Tokyo. Whole units; null: no limit."
    )
    cap_per_month: Amount | None = strawberry.field(
        description="The most for one person in a calendar month. Whole units; null: no limit."
    )
    priority: int = strawberry.field(description="Rules of a higher priority are asked first, -1,000 to 1,000.")
    stopped_at: datetime | None = strawberry.field(
        description="Since when it gives nothing; null: it is in force. UTC."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, EarningRuleRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[EarningRuleRow]) -> ID:
        return ID(encode(Prefix.EARNING_RULE, root.municipality, root.id))

    @strawberry.field(description="What it counts.")
    def kind(root: Parent[EarningRuleRow]) -> EarningRuleKind:
        return EarningRuleKind[root.kind.name]

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[EarningRuleRow], info: Info[Context, None]) -> str:
        return root.name_ja if info.context.locale == "ja" else root.name_en

    @strawberry.field(
        description="The parts of a payment that count, by asset; empty: everything that residents pay for."
    )
    async def base_assets(root: Parent[EarningRuleRow], info: Info[Context, None]) -> list[Asset]:
        return [await asset(info, one) for one in sorted(root.base_assets)]  # type: ignore[misc]

    @strawberry.field(description="At which shops and hours it applies.")
    def acceptance(root: Parent[EarningRuleRow]) -> Acceptance:
        return views.AcceptanceOf(root.municipality, root.acceptance)  # type: ignore[return-value]

    @strawberry.field(description="For whom it applies.")
    def eligibility(root: Parent[EarningRuleRow]) -> Eligibility:
        return eligibility_of(root.eligibility)

    @strawberry.field(description="Whether it gives beside others.")
    def stacking(root: Parent[EarningRuleRow]) -> EarningStacking:
        return EarningStacking[root.stacking.name]


@strawberry.type(description="What one rule gave, and why so many.")
class RuleTrace:
    """What one rule gave."""

    amount: Amount = strawberry.field(description="Points. Whole units.")

    @strawberry.field(description="Why so many.")
    def reason(root: Parent[point_views.RuleTrace]) -> EarningReason:
        return EarningReason[root.reason]

    @strawberry.field(description="Which rule; rules never change.")
    async def rule(root: Parent[point_views.RuleTrace], info: Info[Context, None]) -> EarningRule:
        return await viewers.earning_rule(info, root.municipality, root.rule)  # type: ignore[return-value]


@strawberry.type(description="The points of one programme on a payment. ポイント付与")
class PointGrant:
    """The points of one programme on a payment."""

    amount: Amount = strawberry.field(description="Points. Whole units.")
    usable_from: datetime | None = strawberry.field(
        description="From when they may be spent; null: at once. UTC. 付与予定"
    )
    rule_trace: list[RuleTrace] = strawberry.field(
        description="Which rule gave what, in the order in which the rules were asked."
    )

    @strawberry.field(description="The programme that pays for them.")
    async def programme(root: Parent[point_views.PointGrant], info: Info[Context, None]) -> ProgrammeRef:
        return await info.context.loaders.programmes.load((root.municipality, root.programme))  # type: ignore[return-value]

    @strawberry.field(description="What they are.")
    async def asset(root: Parent[point_views.PointGrant], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="The last day on which they may be spent. Civil date in Asia/Tokyo; null: no end.")
    def expires_on(root: Parent[point_views.PointGrant]) -> date | None:
        return last_day(root.expires_at)


@strawberry.type(
    description="The points that a refund took back, and how those were settled that had been spent. ポイント回収"
)
class PointClawback:
    """The points that a refund took back."""

    amount: Amount = strawberry.field(description="Points that left the wallet. Whole units.")
    deducted: Amount = strawberry.field(
        description="What was kept from the refund instead, as the programme says. Whole units."
    )
    debt: Amount = strawberry.field(
        description="Points that the next points will settle, as the programme says. Whole units."
    )
    waived: Amount = strawberry.field(description="Points that were let go, as the programme says. Whole units.")

    @strawberry.field(description="The programme that had given them.")
    async def programme(root: Parent[point_views.PointClawback], info: Info[Context, None]) -> ProgrammeRef:
        return await info.context.loaders.programmes.load((root.municipality, root.programme))  # type: ignore[return-value]

    @strawberry.field(description="What they are.")
    async def asset(root: Parent[point_views.PointClawback], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]
