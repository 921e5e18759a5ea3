"""One coupon and its rules. Pure: what it takes off, whom and when it serves, which counters it has."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.conditions.acceptance import Acceptance, StoreFacts
from domain.conditions.eligibility import Claims, Eligibility
from domain.coupons.kinds import DISCOUNTS, BorneBy, CouponKind, Obstacle, Stacking
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey, effective_on
from domain.programmes.kinds import BASIS_POINTS

LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon; its id is its holder's. Whole units; rates in hundredths of a percent."""

    municipality: int
    id: UUID
    kind: CouponKind
    name_ja: str
    name_en: str
    store_id: UUID | None
    borne_by: BorneBy
    asset: int
    budget: int | None
    rate_bp: int | None
    amount: int | None
    discount_maximum: int | None
    multiplier_bp: int | None
    minimum_spend: int | None
    acceptance: Acceptance
    eligibility: Eligibility
    starts_at: datetime
    ends_at: datetime
    stock: int | None
    per_person: int | None
    per_day: int | None
    claim_required: bool
    stacking: Stacking
    returns_on_refund: bool
    stopped_at: datetime | None

    @property
    def from_budget(self) -> bool:
        """Whether its own budget pays what the wallet does not."""
        return self.borne_by is BorneBy.TOWN and self.kind in DISCOUNTS

    def discount(self, amount: int) -> int:
        """What it takes off an amount: rounded down, never more than the amount. Whole units."""
        match self.kind:
            case CouponKind.PERCENT:
                off = amount * (self.rate_bp or 0) // BASIS_POINTS
            case CouponKind.FIXED_AMOUNT:
                off = self.amount or 0
            case _:
                off = 0
        return min(off, amount, off if self.discount_maximum is None else self.discount_maximum)

    @property
    def stock_guard(self) -> GuardKey:
        """Counts what left the stock: claims where one must claim, uses otherwise."""
        return (self.municipality, GuardKind.COUPON_STOCK, self.id, "")

    def claims_guard(self, person: UUID) -> GuardKey:
        """Counts how often a person has claimed it."""
        return (self.municipality, GuardKind.COUPON_CLAIMS, self.id, str(person))

    @property
    def claims_ceiling(self) -> int:
        """How often one person may claim it; what need not be claimed is kept in mind once."""
        return (self.per_person or LARGEST) if self.claim_required else 1

    def use_guards(self, person: UUID, day: date) -> list[tuple[GuardKey, int]]:
        """The counters that one use moves, with their ceilings."""
        found: list[tuple[GuardKey, int]] = []
        if not self.claim_required:
            found.append((self.stock_guard, self.stock or LARGEST))
        if self.per_person is not None or self.claim_required:
            found.append(
                ((self.municipality, GuardKind.COUPON_PERSON, self.id, str(person)), self.per_person or LARGEST)
            )
        if self.per_day is not None:
            found.append(
                ((self.municipality, GuardKind.COUPON_DAY, self.id, f"{person} {day.isoformat()}"), self.per_day)
            )
        return found


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of a coupon and a person. `budget_left` in whole units."""

    taken: int = 0
    used: int = 0
    used_today: int = 0
    claimed: int = 0
    budget_left: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a coupon is looked at: when, by whom, and at which shop for how much, where that is known. Whole units."""

    at: datetime
    claims: Claims | None
    counts: Counts
    shop: StoreFacts | None = None
    amount: int | None = None


def obstacle(coupon: Coupon, seen: Seen) -> Obstacle | None:
    """The first thing that stands in the way of using it; None: nothing does."""
    steps = (out_of_period, out_of_hours, _out_of_place, audience, _used_up)
    return next((reason for step in steps if (reason := step(coupon, seen)) is not None), None)


def out_of_period(coupon: Coupon, seen: Seen) -> Obstacle | None:
    """Before its first instant, after its last, or stopped."""
    if coupon.stopped_at is not None or seen.counts.stopped:
        return Obstacle.STOPPED
    if seen.at < coupon.starts_at:
        return Obstacle.NOT_STARTED
    return Obstacle.ENDED if seen.at >= coupon.ends_at else None


def out_of_hours(coupon: Coupon, seen: Seen) -> Obstacle | None:
    """On another weekday or at another hour in Asia/Tokyo."""
    hours = coupon.acceptance.hours
    if not hours.day_open(seen.at):
        return Obstacle.OTHER_DAY
    return None if hours.hour_open(seen.at) else Obstacle.OTHER_HOUR


def audience(coupon: Coupon, seen: Seen) -> Obstacle | None:
    """Not for this person. Ranks and segments of people are asked here once there are any."""
    against = coupon.eligibility.reason_against(seen.claims, effective_on(seen.at).year)
    return None if against is None else Obstacle[against]


def _out_of_place(coupon: Coupon, seen: Seen) -> Obstacle | None:
    if seen.shop is not None and not coupon.acceptance.accepts(seen.shop):
        return Obstacle.OTHER_SHOP
    if seen.amount is not None and seen.amount < (coupon.minimum_spend or 0):
        return Obstacle.MINIMUM_SPEND
    return None


def _used_up(coupon: Coupon, seen: Seen) -> Obstacle | None:
    counts = seen.counts
    if coupon.per_person is not None and counts.used >= coupon.per_person:
        return Obstacle.PERSON_LIMIT
    has_one = coupon.claim_required and counts.claimed > counts.used  # the claim has taken it from the stock already
    if not has_one and coupon.stock is not None and counts.taken >= coupon.stock:
        return Obstacle.STOCK_GONE
    if coupon.claim_required and not has_one:
        return Obstacle.NOT_CLAIMED
    if coupon.per_day is not None and counts.used_today >= coupon.per_day:
        return Obstacle.DAY_LIMIT
    return Obstacle.BUDGET_SPENT if coupon.from_budget and counts.budget_left <= 0 else None
