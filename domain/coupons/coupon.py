"""A coupon and its rules: its discount, when and for whom it may be used, and its guards. Pure."""

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
    """A coupon. Its id is that of its holder. Amounts in whole units, rates in hundredths of a percent."""

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
        """Whether a budget of the coupon pays its discount."""
        return self.borne_by is BorneBy.TOWN and self.kind in DISCOUNTS

    def discount(self, amount: int) -> int:
        """Compute the discount on an amount: rounded down, never more than the amount. Whole units."""
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
        """The guard that counts what left the stock: claims where a claim is required, uses otherwise."""
        return (self.municipality, GuardKind.COUPON_STOCK, self.id, "")

    def claims_guard(self, person: UUID) -> GuardKey:
        """The guard that counts how often a person has claimed the coupon."""
        return (self.municipality, GuardKind.COUPON_CLAIMS, self.id, str(person))

    @property
    def claims_ceiling(self) -> int:
        """How often one person may claim the coupon. A claim that is not required only bookmarks it, once."""
        return (self.per_person or LARGEST) if self.claim_required else 1

    def use_guards(self, person: UUID, day: date) -> list[tuple[GuardKey, int]]:
        """The guards that one use by a person moves, with their ceilings."""
        guards: list[tuple[GuardKey, int]] = []
        if not self.claim_required:
            guards.append((self.stock_guard, self.stock or LARGEST))
        if self.per_person is not None or self.claim_required:
            guards.append(
                ((self.municipality, GuardKind.COUPON_PERSON, self.id, str(person)), self.per_person or LARGEST)
            )
        if self.per_day is not None:
            guards.append(
                ((self.municipality, GuardKind.COUPON_DAY, self.id, f"{person} {day.isoformat()}"), self.per_day)
            )
        return guards


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of a coupon and of one person's uses and claims. `budget_left` in whole units.

    taken: what left the stock. stopped: whether the coupon's holder is no longer active.
    """

    taken: int = 0
    used: int = 0
    used_today: int = 0
    claimed: int = 0
    budget_left: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class CouponContext:
    """The circumstances in which a coupon is evaluated: time, person, counts, and store and amount where known.

    `amount`: the list price, in whole units.
    """

    at: datetime
    claims: Claims | None
    counts: Counts
    store: StoreFacts | None = None
    amount: int | None = None


def obstacle(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    """Find the first obstacle to using a coupon; None where it may be used."""
    steps = (out_of_period, out_of_hours, _out_of_place, audience, _used_up)
    return next((reason for step in steps if (reason := step(coupon, context)) is not None), None)


def out_of_period(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    """Find out whether the coupon has not started, has ended or was stopped."""
    if coupon.stopped_at is not None or context.counts.stopped:
        return Obstacle.STOPPED
    if context.at < coupon.starts_at:
        return Obstacle.NOT_STARTED
    return Obstacle.ENDED if context.at >= coupon.ends_at else None


def out_of_hours(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    """Find out whether the coupon is valid on other weekdays or at other hours only, in Asia/Tokyo."""
    hours = coupon.acceptance.hours
    if not hours.day_open(context.at):
        return Obstacle.OTHER_DAY
    return None if hours.hour_open(context.at) else Obstacle.OTHER_HOUR


def audience(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    """Find out whether the person is not eligible for the coupon."""
    reason = coupon.eligibility.reason_against(context.claims, effective_on(context.at).year)
    return None if reason is None else Obstacle[reason]


def _out_of_place(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    if context.store is not None and not coupon.acceptance.accepts(context.store):
        return Obstacle.OTHER_SHOP
    if context.amount is not None and context.amount < (coupon.minimum_spend or 0):
        return Obstacle.MINIMUM_SPEND
    return None


def _used_up(coupon: Coupon, context: CouponContext) -> Obstacle | None:
    counts = context.counts
    if coupon.per_person is not None and counts.used >= coupon.per_person:
        return Obstacle.PERSON_LIMIT
    claimed = coupon.claim_required and counts.claimed > counts.used  # the claim has taken it from the stock already
    if not claimed and coupon.stock is not None and counts.taken >= coupon.stock:
        return Obstacle.STOCK_GONE
    if coupon.claim_required and not claimed:
        return Obstacle.NOT_CLAIMED
    if coupon.per_day is not None and counts.used_today >= coupon.per_day:
        return Obstacle.DAY_LIMIT
    return Obstacle.BUDGET_SPENT if coupon.from_budget and counts.budget_left <= 0 else None
