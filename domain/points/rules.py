"""Earning rules: the points that a payment earns.

Pure; shared by `quotePayment`, `pay`, `simulateEarning` and the clawback of a refund.

Rules are evaluated in order of priority: highest first, then the older. A rule ALONE gives points only where no rule
before it did, and then no rule after it does. Each rule rounds down; caps, the budget and the room in the wallet cut
its points.
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
    """An earning rule. Amounts in whole units, rates in hundredths of a percent; empty sets do not restrict.

    base_assets: the assets whose part of the payment counts; empty: all assets that residents pay for.
    acceptance: the stores and hours at which it gives points.
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
        """Compute the part of a payment that counts. Whole units.

        `spent`: the payment by asset; `paid`: the assets that residents pay for.
        """
        counted = self.base_assets or paid
        return sum(amount for asset, amount in spent.items() if asset in counted)

    def of_base(self, base: int, multiplier_bp: int = MULTIPLIER_ONE) -> int:
        """Compute the points for a base before any cap, rounded down once. Whole units."""
        if base < self.minimum_amount:
            return 0
        if self.kind is RuleKind.PER_VISIT:
            return (self.points or 0) * multiplier_bp // MULTIPLIER_ONE
        return base * (self.rate_bp or 0) * multiplier_bp // (BASIS_POINTS * MULTIPLIER_ONE)

    def caps(self, person: UUID, day: date) -> list[tuple[GuardKey, int, Reason]]:
        """The guards of a person for a civil day and its month, with their ceilings and the reason they cut for."""
        caps: list[tuple[GuardKey, int, Reason]] = []
        if self.cap_per_day is not None:
            key = (self.municipality, GuardKind.EARNED_PER_DAY, self.id, f"{person}|{day}")
            caps.append((key, self.cap_per_day, Reason.CUT_PER_DAY))
        if self.cap_per_month is not None:
            key = (self.municipality, GuardKind.EARNED_PER_MONTH, self.id, f"{person}|{day:%Y-%m}")
            caps.append((key, self.cap_per_month, Reason.CUT_PER_MONTH))
        return caps


@dataclass(frozen=True, slots=True)
class Payer:
    """The person who earns, the store, and the civil day."""

    person: UUID
    claims: Claims | None
    store: StoreFacts
    day: date


@dataclass(slots=True)
class Limits:
    """What rules may still give, counted down as they do. Whole units.

    counted: values of guards. budgets: what is left, by programme. rooms: what the wallet may still hold, by asset.
    """

    counted: dict[GuardKey, int] = field(default_factory=dict)
    budgets: dict[UUID, int] = field(default_factory=dict)
    rooms: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that may apply, with the asset of its programme.

    `caps`: the guards of person and household for the programme, with their ceilings.
    """

    rule: EarningRule
    asset: int
    caps: tuple[tuple[GuardKey, int], ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """The points of one rule, and the reason for their number. Whole units."""

    rule: EarningRule
    points: int
    reason: Reason


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort by priority, highest first, then by age, oldest first."""

    def rank(candidate: Candidate) -> tuple[int, datetime, UUID]:
        rule = candidate.rule
        return (-rule.priority, rule.created_at, rule.id)

    return sorted(candidates, key=rank)


def earned(
    candidates: Iterable[Candidate],
    payer: Payer,
    spent: Mapping[int, int],
    paid: frozenset[int],
    at: datetime,
    limits: Limits,
    multiplier_bp: int = MULTIPLIER_ONE,
) -> list[Traced]:
    """Compute the points of each rule on a payment, in the order of the rules. `limits` are counted down.

    `spent`: the payment by asset; `paid`: the assets that residents pay for. Whole units.
    """
    traced: list[Traced] = []
    total = 0
    alone = False
    for candidate in in_order(candidates):
        rule = candidate.rule
        uncut = rule.of_base(rule.base(spent, paid), multiplier_bp)
        reason = _reason_against(rule, payer, at) or (Reason.BELOW_MINIMUM if not uncut else None)
        if reason is None and (alone or (total and rule.stacking is Stacking.ALONE)):
            reason = Reason.NOT_STACKED
        if reason is not None:
            traced.append(Traced(rule, 0, reason))
            continue
        points, reason = _within(candidate, payer, uncut, limits)
        total += points
        alone = alone or (bool(points) and rule.stacking is Stacking.ALONE)
        traced.append(Traced(rule, points, reason))
    return traced


def _reason_against(rule: EarningRule, payer: Payer, at: datetime) -> Reason | None:
    if not rule.acceptance.accepts(payer.store):
        return Reason.NOT_THIS_SHOP
    if not rule.acceptance.hours.open_at(at):
        return Reason.NOT_THIS_TIME
    if rule.eligibility.reason_against(payer.claims, payer.day.year) is not None:
        return Reason.NOT_ELIGIBLE
    return None


def _within(candidate: Candidate, payer: Payer, uncut: int, limits: Limits) -> tuple[int, Reason]:
    """Cut points to what every limit leaves, and say which limit is the tightest."""
    rule = candidate.rule
    counters = [*rule.caps(payer.person, payer.day), *((*cap, Reason.CUT_PER_PERSON) for cap in candidate.caps)]
    left = [(max(0, ceiling - limits.counted.get(key, 0)), reason) for key, ceiling, reason in counters]
    left.append((limits.budgets.get(rule.programme, 0), Reason.CUT_BY_BUDGET))
    left.append((limits.rooms.get(candidate.asset, NO_LIMIT), Reason.CUT_BY_BALANCE))
    tightest, cut = min(left, key=lambda limit: limit[0])
    points, reason = (uncut, Reason.APPLIED) if uncut <= tightest else (max(0, tightest), cut)
    for key, _, _ in counters:
        limits.counted[key] = limits.counted.get(key, 0) + points
    limits.budgets[rule.programme] = limits.budgets.get(rule.programme, 0) - points
    if candidate.asset in limits.rooms:
        limits.rooms[candidate.asset] -= points
    return points, reason
