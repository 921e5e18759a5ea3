"""Coupons as everybody may see them, as a person sees them now, and as payments and claims used them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import strawberry

from domain.conditions.eligibility import ANYBODY
from domain.coupons import reads
from domain.coupons.coupon import Coupon as DomainCoupon
from domain.coupons.receipts import ClaimedCoupon, CouponUses
from domain.identifiers import Prefix
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import Journal
from domain.locales.catalogue import message
from domain.programmes.reads import budgets_left
from schema.conditions.types import Acceptance, Eligibility
from schema.core.access import serves
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.node import Node
from schema.core.page import PageInfo
from schema.core.scalars import Amount, amount_or_none
from schema.coupons.enums import BorneBy, CouponKind, Obstacle, Stacking
from schema.ledger.receipts import Receipt, receipt_of_kind
from schema.municipalities.types import Municipality, municipality_of
from schema.stores.types import Store, store_of


@strawberry.type(
    description=(
        "What makes a purchase cheaper, is redeemed for an item, or multiplies points. It holds no value of its own."
        " クーポン"
    )
)
class Coupon(Node):
    """A coupon."""

    coupon: strawberry.Private[DomainCoupon]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in its municipality."""
        return Prefix.COUPON, self.coupon.municipality, self.coupon.id

    @strawberry.field(description="What it does.")
    def kind(self) -> CouponKind:
        return self.coupon.kind

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.coupon.name_ja, self.coupon.name_en)

    @strawberry.field(description="Its municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.coupon.municipality)

    @strawberry.field(description="The store that issued it for itself; null: the municipality did.")
    async def store(self, info: MeguruInfo) -> Store | None:
        if self.coupon.store_id is None:
            return None
        return await store_of(info, self.coupon.municipality, self.coupon.store_id)

    @strawberry.field(description="Who bears it.")
    def borne_by(self) -> BorneBy:
        return self.coupon.borne_by

    @strawberry.field(
        description="The most that its discounts may cost; null where the municipality does not bear one. Whole units."
    )
    def budget(self) -> Amount | None:
        return amount_or_none(self.coupon.budget)

    @strawberry.field(
        description=(
            "What is left of the budget. Whole units. Null where there is none, and for everybody but the staff of its"
            " municipality."
        )
    )
    async def budget_left(self, info: MeguruInfo) -> Amount | None:
        if self.coupon.budget is None or not await serves(info, self.coupon.municipality):
            return None
        return Amount(await info.context.load(budgets_left, (self.coupon.municipality, self.coupon.id)))

    @strawberry.field(
        description="For PERCENT: hundredths of a percent; the discount is rounded down to whole units. Null otherwise."
    )
    def rate_bp(self) -> int | None:
        return self.coupon.rate_bp

    @strawberry.field(
        description="For FIXED_AMOUNT: what is taken off, at most the price; null otherwise. Whole units."
    )
    def amount(self) -> Amount | None:
        return amount_or_none(self.coupon.amount)

    @strawberry.field(description="The most that PERCENT takes off; null: no limit. Whole units.")
    def discount_maximum(self) -> Amount | None:
        return amount_or_none(self.coupon.discount_maximum)

    @strawberry.field(description="For POINTS_MULTIPLIER: the factor in hundredths of a percent; null otherwise.")
    def multiplier_bp(self) -> int | None:
        return self.coupon.multiplier_bp

    @strawberry.field(description="The least list price for which it can be used; null: any. Whole units.")
    def minimum_spend(self) -> Amount | None:
        return amount_or_none(self.coupon.minimum_spend)

    @strawberry.field(description="Where it may be used.")
    def acceptance(self) -> Acceptance:
        return Acceptance(municipality=self.coupon.municipality, rule=self.coupon.acceptance)

    @strawberry.field(description="For whom it is.")
    def eligibility(self) -> Eligibility:
        return Eligibility(eligibility=self.coupon.eligibility)

    @strawberry.field(description="Time from which it may be used, in UTC.")
    def starts_at(self) -> datetime:
        return self.coupon.starts_at

    @strawberry.field(description="Time until which it may be used, exclusive, in UTC.")
    def ends_at(self) -> datetime:
        return self.coupon.ends_at

    @strawberry.field(
        description="How many there are: claims where it must be claimed, uses otherwise; null: no limit."
    )
    def stock(self) -> int | None:
        return self.coupon.stock

    @strawberry.field(description="How many are left of the stock; null: no limit.")
    async def stock_left(self, info: MeguruInfo) -> int | None:
        if self.coupon.stock is None:
            return None
        return self.coupon.stock - await info.context.load(reads.taken, (self.coupon.municipality, self.coupon.id))

    @strawberry.field(description="How many one person may have, over all wallets; null: no limit.")
    def per_person(self) -> int | None:
        return self.coupon.per_person

    @strawberry.field(description="How many one person may use in a day of Asia/Tokyo; null: no limit.")
    def per_day(self) -> int | None:
        return self.coupon.per_day

    @strawberry.field(description="Whether it must be claimed before use. One claim is good for one use.")
    def claim_required(self) -> bool:
        return self.coupon.claim_required

    @strawberry.field(description="Whether other coupons may be used in the same payment.")
    def stacking(self) -> Stacking:
        return self.coupon.stacking

    @strawberry.field(description="Whether the use is given back when the payment is refunded whole.")
    def returns_on_refund(self) -> bool:
        return self.coupon.returns_on_refund

    @strawberry.field(description="Time at which its issuer stopped it, in UTC; null: it is not stopped.")
    def stopped_at(self) -> datetime | None:
        return self.coupon.stopped_at


async def coupon_of(info: MeguruInfo, municipality: int, coupon: UUID) -> Coupon:
    """The coupon of a claim, redemption or payment; coupons are never erased."""
    row = await info.context.load(reads.by_keys, (municipality, coupon))
    if row is None:
        raise NotFoundError
    return Coupon(coupon=row)


@strawberry.type(description="Why a coupon cannot be used now.")
class WhyNot:
    """Why a coupon cannot be used now."""

    obstacle: Obstacle = strawberry.field(description="For logic.")

    @strawberry.field(description="For the person, in the language of the request.")
    def message(self, info: MeguruInfo) -> str:
        return message(f"PROBLEM_{self.obstacle.value}", info.context.locale)


@strawberry.type(description="A coupon as the person sees it now, and its cursor.")
class CouponEdge:
    """A coupon as the person sees it now."""

    node: Coupon = strawberry.field(description="The coupon.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it, in the same sort.")
    distance_metres: int | None = strawberry.field(
        description=(
            "Distance to the nearest store that accepts it; null where no place was named, or no such store has a"
            " location."
        )
    )
    claim_count: int = strawberry.field(description="How often the person has claimed it, used claims included.")
    why_not: WhyNot | None = strawberry.field(
        description="Why the person cannot use it now; null: they can. Without a store or price, those do not count."
    )


@strawberry.type(description="A page of coupons.")
class CouponConnection:
    """A page of coupons."""

    edges: list[CouponEdge] = strawberry.field(description="The coupons, in the order of the sort.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(description="A coupon in a payment or quote.")
class AppliedCoupon:
    """A coupon in a payment or quote."""

    municipality: strawberry.Private[int]
    coupon_id: strawberry.Private[UUID]
    discount: Amount = strawberry.field(description="What it takes off. Whole units.")
    borne_by: BorneBy = strawberry.field(description="Who bears it.")
    multiplier_bp: int | None = strawberry.field(
        description="For POINTS_MULTIPLIER: the factor in hundredths of a percent; null otherwise."
    )

    @strawberry.field(description="The coupon as it is now.")
    async def coupon(self, info: MeguruInfo) -> Coupon:
        return await coupon_of(info, self.municipality, self.coupon_id)


def applied_coupons_of(journal: Journal) -> list[AppliedCoupon]:
    """The coupons of a payment or redemption, as its receipt keeps them."""
    coupons = journal.receipt.find(CouponUses)
    return [
        AppliedCoupon(
            municipality=journal.municipality,
            coupon_id=use.coupon,
            discount=Amount(use.discount),
            borne_by=use.borne_by,
            multiplier_bp=use.multiplier_bp,
        )
        for use in (() if coupons is None else coupons.uses)
    ]


async def shown_to_store(info: MeguruInfo, applied: list[AppliedCoupon]) -> list[AppliedCoupon]:
    """Those coupons that say nothing of who used them: a store's own, and the municipality's for anybody."""
    rows = await info.context.load_many(reads.by_keys, [(use.municipality, use.coupon_id) for use in applied])
    return [
        use
        for use, coupon in zip(applied, rows, strict=True)
        if coupon is not None and (coupon.store_id is not None or coupon.eligibility == ANYBODY)
    ]


def quoted_coupons(discounts: Iterable[tuple[DomainCoupon, int]]) -> list[AppliedCoupon]:
    """The coupons of a quote, each with what it would take off. Whole units."""
    return [
        AppliedCoupon(
            municipality=coupon.municipality,
            coupon_id=coupon.id,
            discount=Amount(discount),
            borne_by=coupon.borne_by,
            multiplier_bp=coupon.multiplier_bp,
        )
        for coupon, discount in discounts
    ]


@receipt_of_kind(JournalKind.COUPON_CLAIM)
@strawberry.type(description="A person claimed a coupon. 取得")
class CouponClaim(Receipt):
    """A claim."""

    amount = strawberry.field(resolver=Receipt.amount, description="0: no value moves.")

    @strawberry.field(description="Time of the claim, in UTC.")
    def claimed_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="The coupon that was claimed, as it is now.")
    async def coupon(self, info: MeguruInfo) -> Coupon:
        return await coupon_of(info, self.journal.municipality, self.journal.receipt.section(ClaimedCoupon).id)
