"""Points, as the contract shows them: of a payment that was made, would be made, or is only imagined.

And of its refund.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ledger.reads import Journal
from domain.points.earn import Granted
from domain.points.kinds import Reason
from domain.points.receipts import ClawedBack, EarnedPoints, Earnings
from domain.points.rules import EarningRule

UNSAID = frozenset(
    {Reason.NOT_THIS_SHOP, Reason.NOT_THIS_TIME, Reason.NOT_ELIGIBLE, Reason.BELOW_MINIMUM, Reason.NOT_STACKED}
)
"""Words of rules that did not concern the payment; only who writes rules wants them."""


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What one rule gave, and why so many. Whole units."""

    municipality: int
    rule: UUID
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class PointGrant:
    """What one programme gives on a payment. Whole units."""

    municipality: int
    programme: UUID
    asset: int
    amount: int
    expires_at: datetime | None
    usable_from: datetime | None
    rule_trace: tuple[RuleTrace, ...]


@dataclass(frozen=True, slots=True)
class PointClawback:
    """What a refund took back of one programme's points, and how. Whole units."""

    municipality: int
    programme: UUID
    asset: int
    amount: int
    deducted: int
    debt: int
    waived: int


def of_granted(granted: Granted, *, says_all: bool = False) -> PointGrant:
    """Points that would be given."""
    source = granted.source
    trace = tuple(
        RuleTrace(one.rule.municipality, one.rule.id, one.points, one.reason.value)
        for one in granted.traced
        if says_all or one.reason not in UNSAID
    )
    town, asset, lot = source.programme.municipality, source.asset.id, source.lot
    return PointGrant(town, source.programme.id, asset, granted.points, lot.expires_at, lot.usable_from, trace)


def of_payment(journal: Journal) -> list[PointGrant]:
    """Points that a payment gave, as its receipt keeps them."""
    earnings = journal.receipt.find(Earnings)
    return [] if earnings is None else [_of_earned(journal.municipality, one) for one in earnings.programmes]


def _of_earned(municipality: int, earned: EarnedPoints) -> PointGrant:
    return PointGrant(
        municipality=municipality,
        programme=earned.programme,
        asset=earned.asset,
        amount=earned.points,
        expires_at=earned.expires_at,
        usable_from=earned.usable_from,
        rule_trace=tuple(RuleTrace(municipality, one.rule, one.points, one.reason) for one in earned.rules),
    )


def of_refund(journal: Journal) -> list[PointClawback]:
    """Points that a refund took back."""
    clawed = journal.receipt.find(ClawedBack)
    return [
        PointClawback(
            municipality=journal.municipality,
            programme=one.programme,
            asset=one.asset,
            amount=one.points,
            deducted=one.deducted,
            debt=one.debt,
            waived=one.waived,
        )
        for one in (() if clawed is None else clawed.programmes)
    ]


@dataclass(frozen=True, slots=True)
class AddEarningRuleSuccess:
    """A rule in force."""

    earning_rule: EarningRule
    replayed: bool


@dataclass(frozen=True, slots=True)
class StopEarningRuleSuccess:
    """A rule that gives nothing any more."""

    earning_rule: EarningRule


@dataclass(frozen=True, slots=True)
class SimulateEarningSuccess:
    """What the rules would give. Whole units."""

    point_grants: list[PointGrant]

    @property
    def amount(self) -> int:
        """All points."""
        return sum(one.amount for one in self.point_grants)
