"""Earning rules: what a payment earns.

Pure; `quotePayment`, `pay`, `simulateEarning` and the clawback of a refund share it.

Rules are asked in order of priority (highest first, then the older). A rule ALONE gives only where nothing was given
before it, and
then no other follows. Each rule rounds down; caps, the budget and the wallet's room cut what it gives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain.conditions.acceptance import Acceptance, StoreFacts
from domain.conditions.eligibility import Claims, Eligibility
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey
from domain.points.kinds import Reason, RuleKind, Stacking
from domain.programmes.kinds import BASIS_POINTS

NO_LIMIT = 2**53 - 1
MULTIPLIER_ONE = BASIS_POINTS


@dataclass(frozen=True, slots=True)
class EarningRule:
    """A rule. Amounts in whole units, rates in hundredths of a percent; empty sets ask for nothing.

    base_assets: parts of the payment in these assets count; empty: in all assets that residents pay for.
    acceptance: at which shops and hours it gives.
    """

    municipality: int
    id: UUID
    programme: UUID
    kind: RuleKind
    name_ja: str
    name_en: str
    rate_bp: int | None
    points: int | None
    minimum_amount: int
    base_assets: frozenset[int]
    acceptance: Acceptance
    eligibility: Eligibility
    cap_per_day: int | None
    cap_per_month: int | None
    priority: int
    stacking: Stacking
    created_at: datetime
    stopped_at: datetime | None = None

    def base(self, spent: Mapping[int, int], paid: frozenset[int]) -> int:
        """The part of a payment that counts. `spent`: by asset; `paid`: assets that residents pay for. Whole units."""
        counted = self.base_assets or paid
        return sum(amount for asset, amount in spent.items() if asset in counted)

    def of_base(self, base: int, multiplier_bp: int = MULTIPLIER_ONE) -> int:
        """What it gives before any cap, rounded down once. Whole units."""
        if base < self.minimum_amount:
            return 0
        if self.kind is RuleKind.PER_VISIT:
            return (self.points or 0) * multiplier_bp // MULTIPLIER_ONE
        return base * (self.rate_bp or 0) * multiplier_bp // (BASIS_POINTS * MULTIPLIER_ONE)

    def caps(self, person: UUID, day: date) -> list[tuple[GuardKey, int, Reason]]:
        """The counters of a person for a civil day and its month, with their ceilings."""
        found: list[tuple[GuardKey, int, Reason]] = []
        if self.cap_per_day is not None:
            found.append(
                (
                    (self.municipality, GuardKind.EARNED_PER_DAY, self.id, f"{person}|{day}"),
                    self.cap_per_day,
                    Reason.CUT_PER_DAY,
                )
            )
        if self.cap_per_month is not None:
            key = (self.municipality, GuardKind.EARNED_PER_MONTH, self.id, f"{person}|{day:%Y-%m}")
            found.append((key, self.cap_per_month, Reason.CUT_PER_MONTH))
        return found


@dataclass(frozen=True, slots=True)
class Payer:
    """Who earns, where and when."""

    person: UUID
    claims: Claims | None
    shop: StoreFacts
    day: date


@dataclass(slots=True)
class Limits:
    """What is left, counted down while rules give. Whole units."""

    counted: dict[GuardKey, int] = field(default_factory=dict)
    budgets: dict[UUID, int] = field(default_factory=dict)
    rooms: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule with what it needs of its programme.

    `caps`: the counters of person and household over the programme, with their ceilings.
    """

    rule: EarningRule
    asset: int
    caps: tuple[tuple[GuardKey, int], ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """What one rule said: points given, and why so many. Whole units."""

    rule: EarningRule
    points: int
    reason: Reason


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Highest priority first, then the older rule."""
    return sorted(candidates, key=lambda one: (-one.rule.priority, one.rule.created_at, one.rule.id))


def earned(
    candidates: Iterable[Candidate],
    payer: Payer,
    spent: Mapping[int, int],
    paid: frozenset[int],
    at: datetime,
    limits: Limits,
    multiplier_bp: int = MULTIPLIER_ONE,
) -> list[Traced]:
    """What each rule gives on a payment, in the order of the rules; `limits` are counted down."""
    traced: list[Traced] = []
    given = 0
    alone = False
    for candidate in in_order(candidates):
        rule = candidate.rule
        wanted = rule.of_base(rule.base(spent, paid), multiplier_bp)
        reason = _against(rule, payer, at) or (Reason.BELOW_MINIMUM if not wanted else None)
        if reason is None and (alone or (given and rule.stacking is Stacking.ALONE)):
            reason = Reason.NOT_STACKED
        if reason is not None:
            traced.append(Traced(rule, 0, reason))
            continue
        points, reason = _within(candidate, payer, wanted, limits)
        given += points
        alone = alone or (bool(points) and rule.stacking is Stacking.ALONE)
        traced.append(Traced(rule, points, reason))
    return traced


def _against(rule: EarningRule, payer: Payer, at: datetime) -> Reason | None:
    if not rule.acceptance.accepts(payer.shop):
        return Reason.NOT_THIS_SHOP
    if not rule.acceptance.hours.open_at(at):
        return Reason.NOT_THIS_TIME
    if rule.eligibility.reason_against(payer.claims, payer.day.year) is not None:
        return Reason.NOT_ELIGIBLE
    return None


def _within(candidate: Candidate, payer: Payer, wanted: int, limits: Limits) -> tuple[int, Reason]:
    """As much of it as every limit leaves, and the tightest limit."""
    rule = candidate.rule
    counters = [*rule.caps(payer.person, payer.day), *((*cap, Reason.CUT_PER_PERSON) for cap in candidate.caps)]
    left = [(max(0, ceiling - limits.counted.get(key, 0)), reason) for key, ceiling, reason in counters]
    left.append((limits.budgets.get(rule.programme, 0), Reason.CUT_BY_BUDGET))
    left.append((limits.rooms.get(candidate.asset, NO_LIMIT), Reason.CUT_BY_BALANCE))
    tightest, why = min(left, key=lambda one: one[0])
    points, reason = (wanted, Reason.APPLIED) if wanted <= tightest else (max(0, tightest), why)
    for key, _, _ in counters:
        limits.counted[key] = limits.counted.get(key, 0) + points
    limits.budgets[rule.programme] = limits.budgets.get(rule.programme, 0) - points
    if candidate.asset in limits.rooms:
        limits.rooms[candidate.asset] -= points
    return points, reason
