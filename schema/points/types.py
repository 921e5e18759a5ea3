"""Earning rules as everybody may see them; the points that payments earned and that refunds clawed back."""

import asyncio
from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.assets.reads import last_day
from domain.identifiers import Prefix
from domain.ledger.reads import Journal
from domain.points import reads
from domain.points.earn import Granted
from domain.points.receipts import ClawedBack, EarnedPoints, Earnings
from domain.points.rules import EarningRule as DomainEarningRule
from domain.points.rules import Traced
from schema.assets.types import Asset, asset_of
from schema.conditions.types import Acceptance, Eligibility
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.node import Node
from schema.core.scalars import Amount, amount_or_none
from schema.points.enums import Reason, RuleKind, Stacking
from schema.programmes.types import Programme, programme_of

UNCONCERNED = frozenset(
    {Reason.NOT_THIS_SHOP, Reason.NOT_THIS_TIME, Reason.NOT_ELIGIBLE, Reason.BELOW_MINIMUM, Reason.NOT_STACKED}
)
"""Reasons of rules that did not concern the payment; only staff who write rules want to read them."""


@strawberry.type(
    description="A rule by which payments earn points of a programme. It never changes; it can be stopped. 付与ルール"
)
class EarningRule(Node):
    """An earning rule."""

    rule: strawberry.Private[DomainEarningRule]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in its municipality."""
        return Prefix.EARNING_RULE, self.rule.municipality, self.rule.id

    @strawberry.field(description="What it counts.")
    def kind(self) -> RuleKind:
        return self.rule.kind

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.rule.name_ja, self.rule.name_en)

    @strawberry.field(description="For PERCENT: hundredths of a percent of what counts; null otherwise.")
    def rate_bp(self) -> int | None:
        return self.rule.rate_bp

    @strawberry.field(description="For PER_VISIT: points for each payment. Whole units; null otherwise.")
    def points(self) -> Amount | None:
        return amount_or_none(self.rule.points)

    @strawberry.field(description="The least of what counts for the rule to apply. Whole units.")
    def minimum_amount(self) -> Amount:
        return Amount(self.rule.minimum_amount)

    @strawberry.field(
        description="The parts of a payment that count, by asset; empty: everything that residents pay for."
    )
    async def base_assets(self, info: MeguruInfo) -> list[Asset]:
        return list(await asyncio.gather(*[asset_of(info, number) for number in sorted(self.rule.base_assets)]))

    @strawberry.field(description="At which stores and hours it applies.")
    def acceptance(self) -> Acceptance:
        return Acceptance(municipality=self.rule.municipality, rule=self.rule.acceptance)

    @strawberry.field(description="For whom it applies.")
    def eligibility(self) -> Eligibility:
        return Eligibility(eligibility=self.rule.eligibility)

    @strawberry.field(description="The most for one person on a civil day in Asia/Tokyo. Whole units; null: no limit.")
    def cap_per_day(self) -> Amount | None:
        return amount_or_none(self.rule.cap_per_day)

    @strawberry.field(description="The most for one person in a calendar month. Whole units; null: no limit.")
    def cap_per_month(self) -> Amount | None:
        return amount_or_none(self.rule.cap_per_month)

    @strawberry.field(description="Rules of a higher priority are applied first, -1,000 to 1,000.")
    def priority(self) -> int:
        return self.rule.priority

    @strawberry.field(description="Whether it gives points together with other rules.")
    def stacking(self) -> Stacking:
        return self.rule.stacking

    @strawberry.field(description="Time at which it was stopped, in UTC; null: it is in force.")
    def stopped_at(self) -> datetime | None:
        return self.rule.stopped_at


async def earning_rule_of(info: MeguruInfo, municipality: int, rule: UUID) -> EarningRule:
    """A rule that a payment was evaluated by; rules are never erased."""
    row = await info.context.load(reads.by_keys, (municipality, rule))
    if row is None:
        raise NotFoundError
    return EarningRule(rule=row)


@strawberry.type(description="What one rule gave, and why so many points.")
class RuleTrace:
    """What one rule gave."""

    municipality: strawberry.Private[int]
    rule_id: strawberry.Private[UUID]
    amount: Amount = strawberry.field(description="Points. Whole units.")
    reason: Reason = strawberry.field(description="Reason for the number of points.")

    @strawberry.field(description="The rule; rules never change.")
    async def rule(self, info: MeguruInfo) -> EarningRule:
        return await earning_rule_of(info, self.municipality, self.rule_id)


@strawberry.type(description="The points of one programme on a payment. ポイント付与")
class PointGrant:
    """The points of one programme on a payment that was made, would be made, or is only imagined."""

    municipality: strawberry.Private[int]
    programme_id: strawberry.Private[UUID]
    asset_number: strawberry.Private[int]
    ends_at: strawberry.Private[datetime | None]
    amount: Amount = strawberry.field(description="Points. Whole units.")
    usable_from: datetime | None = strawberry.field(
        description="Time from which they may be spent, in UTC; null: at once. 付与予定"
    )
    rule_trace: list[RuleTrace] = strawberry.field(
        description="Which rule gave how many, in the order in which the rules were applied."
    )

    @strawberry.field(description="The programme whose budget pays for them.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.municipality, self.programme_id)

    @strawberry.field(description="The asset that they are of.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.asset_number)

    @strawberry.field(description="Last day on which they may be spent, in Asia/Tokyo; null: no expiry.")
    def expires_on(self) -> date | None:
        return last_day(self.ends_at)


def point_grant_of(granted: Granted, *, every_rule: bool = False) -> PointGrant:
    """Points that a payment would earn; with every rule, also those are traced that did not concern it."""
    source = granted.source
    return PointGrant(
        municipality=source.programme.municipality,
        programme_id=source.programme.id,
        asset_number=source.asset.id,
        ends_at=source.lot.expires_at,
        amount=Amount(granted.points),
        usable_from=source.lot.usable_from,
        rule_trace=[_rule_trace(traced) for traced in granted.traced if every_rule or traced.reason not in UNCONCERNED],
    )


def _rule_trace(traced: Traced) -> RuleTrace:
    rule = traced.rule
    return RuleTrace(
        municipality=rule.municipality, rule_id=rule.id, amount=Amount(traced.points), reason=traced.reason
    )


def point_grants_of(payment: Journal) -> list[PointGrant]:
    """Points that a payment earned, as its receipt keeps them."""
    earnings = payment.receipt.find(Earnings)
    return [] if earnings is None else [_earned(payment.municipality, points) for points in earnings.programmes]


def _earned(municipality: int, earned: EarnedPoints) -> PointGrant:
    return PointGrant(
        municipality=municipality,
        programme_id=earned.programme,
        asset_number=earned.asset,
        ends_at=earned.expires_at,
        amount=Amount(earned.points),
        usable_from=earned.usable_from,
        rule_trace=[
            RuleTrace(
                municipality=municipality, rule_id=rule.rule, amount=Amount(rule.points), reason=Reason(rule.reason)
            )
            for rule in earned.rules
        ],
    )


@strawberry.type(
    description="The points that a refund clawed back, and how those were settled that had been spent. ポイント回収"
)
class PointClawback:
    """The points of one programme that a refund clawed back."""

    municipality: strawberry.Private[int]
    programme_id: strawberry.Private[UUID]
    asset_number: strawberry.Private[int]
    amount: Amount = strawberry.field(description="Points that left the wallet. Whole units.")
    deducted: Amount = strawberry.field(
        description="What was kept from the refund instead, by the programme's clawback rule. Whole units."
    )
    debt: Amount = strawberry.field(
        description="Points that the next points will settle, by the programme's clawback rule. Whole units."
    )
    waived: Amount = strawberry.field(
        description=(
            "Points that were waived, by the programme's clawback rule or because they had expired. Whole units."
        )
    )

    @strawberry.field(description="The programme that had granted them.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.municipality, self.programme_id)

    @strawberry.field(description="The asset that they are of.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.asset_number)


def point_clawbacks_of(refund: Journal) -> list[PointClawback]:
    """Points that a refund clawed back, as its receipt keeps them."""
    clawed = refund.receipt.find(ClawedBack)
    return [
        PointClawback(
            municipality=refund.municipality,
            programme_id=points.programme,
            asset_number=points.asset,
            amount=Amount(points.points),
            deducted=Amount(points.deducted),
            debt=Amount(points.debt),
            waived=Amount(points.waived),
        )
        for points in (() if clawed is None else clawed.programmes)
    ]
