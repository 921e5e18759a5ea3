"""Points, as the contract shows them: of a payment that was made, would be made, or is only imagined.

And of its refund.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.ledger.reads import Journal
from domain.points.earn import Granted
from domain.points.kinds import Reason
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
    return [_of_row(journal.municipality, row) for row in journal.receipt.get("earned", [])]


def _of_row(municipality: int, row: dict[str, Any]) -> PointGrant:
    trace = tuple(RuleTrace(municipality, UUID(rule), points, reason) for rule, points, reason in row["rules"])
    return PointGrant(
        municipality,
        UUID(row["programme"]),
        row["asset"],
        row["points"],
        _instant(row["expires"]),
        _instant(row["usable"]),
        trace,
    )


def of_refund(journal: Journal) -> list[PointClawback]:
    """Points that a refund took back."""
    return [
        PointClawback(
            journal.municipality,
            UUID(row["programme"]),
            row["asset"],
            row["points"],
            row["deducted"],
            row["debt"],
            row["waived"],
        )
        for row in journal.receipt.get("clawed", [])
    ]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


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
