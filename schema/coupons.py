"""Coupons and hand-overs: what they are, what happened to them, and what mutations answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.coupons.coupon import Coupon as CouponRow
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from domain.locales.catalogue import message
from domain.redemptions.receipts import OfRedemption
from resolvers import coupon_views, views
from resolvers.nodes import serves, view_of
from schema import coupon_errors, errors
from schema.conditions import Eligibility, eligibility_of
from schema.context import Context, MeguruInfo
from schema.coupon_enums import BorneBy, CouponKind, CouponStacking, ItemKind, Obstacle, RollbackReason
from schema.events import Movements, event_id, is_kind, occurred_at
from schema.history import PageInfo
from schema.ids import ID, Prefix, encode
from schema.parties import Acceptance, Municipality, Node, Store, town
from schema.receipts import Allocation, BalanceAfter, Receipt, receipt_of, store_of
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount


@strawberry.type(
    description=(
        "What makes a purchase cheaper, is handed over for an item, or multiplies points. It holds no value of its own."
        " クーポン"
    )
)
class Coupon(Node):
    """A coupon."""

    kind: CouponKind = strawberry.field(description="What it does.")
    borne_by: BorneBy = strawberry.field(description="Who bears it.")
    budget: Amount | None = strawberry.field(
        description="What its discounts may cost in all; null where the town does not bear one. Whole units."
    )
    rate_bp: int | None = strawberry.field(
        description="For PERCENT: hundredths of a percent, rounded down to whole units; null otherwise."
    )
    amount: Amount | None = strawberry.field(
        description="For FIXED_AMOUNT: what is taken off, at most the price; null otherwise. Whole units."
    )
    discount_maximum: Amount | None = strawberry.field(
        description="The most that PERCENT takes off; null: no limit. Whole units."
    )
    multiplier_bp: int | None = strawberry.field(
        description="For POINTS_MULTIPLIER: the factor in hundredths of a percent; null otherwise."
    )
    minimum_spend: Amount | None = strawberry.field(
        description="The least list price that it serves for; null: any. Whole units."
    )
    starts_at: datetime = strawberry.field(description="From when it may be used. UTC.")
    ends_at: datetime = strawberry.field(description="Until when it may be used, exclusive. UTC.")
    stock: int | None = strawberry.field(
        description="How many there are: claims, where it must be claimed, and uses otherwise; null: no limit."
    )
    per_person: int | None = strawberry.field(
        description="How many one person may have, over all wallets; null: no limit."
    )
    per_day: int | None = strawberry.field(
        description="How many one person may use in a day of Asia/Tokyo; null: no limit."
    )
    claim_required: bool = strawberry.field(
        description="Whether it must be claimed before use. One claim is good for one use."
    )
    stacking: CouponStacking = strawberry.field(description="Whether other coupons may be used in the same payment.")
    returns_on_refund: bool = strawberry.field(
        description="Whether the use is given back when the payment is refunded whole."
    )
    stopped_at: datetime | None = strawberry.field(
        description="When its issuer stopped it; null: it is not stopped. UTC."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, CouponRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[CouponRow]) -> ID:
        return ID(encode(Prefix.COUPON, root.municipality, root.id))

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[CouponRow], info: Info[Context, None]) -> str:
        return root.name_ja if info.context.locale == "ja" else root.name_en

    @strawberry.field(description="Its town.")
    async def municipality(root: Parent[CouponRow], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The shop that issued it for itself; null: the town did.")
    async def store(root: Parent[CouponRow], info: Info[Context, None]) -> Store | None:
        if root.store_id is None:
            return None
        return await info.context.loaders.stores.load((root.municipality, root.store_id))  # type: ignore[return-value]

    @strawberry.field(description="Where it may be used.")
    def acceptance(root: Parent[CouponRow]) -> Acceptance:
        return views.AcceptanceOf(root.municipality, root.acceptance)  # type: ignore[return-value]

    @strawberry.field(description="For whom it is.")
    def eligibility(root: Parent[CouponRow]) -> Eligibility:
        return eligibility_of(root.eligibility)

    @strawberry.field(description="How many are left of the stock; null: no limit.")
    async def stock_left(root: Parent[CouponRow], info: Info[Context, None]) -> int | None:
        if root.stock is None:
            return None
        return root.stock - await info.context.loaders.coupons_taken.load((root.municipality, root.id))

    @strawberry.field(
        description=(
            "What is left of the budget. Whole units. Null where there is none, and for everybody but the staff of its"
            " town."
        )
    )
    async def budget_left(root: Parent[CouponRow], info: Info[Context, None]) -> Amount | None:
        if root.budget is None or not await serves(info, root.municipality):
            return None
        return Amount(await info.context.loaders.budgets.load((root.municipality, root.id)))


async def coupon_of(info: MeguruInfo, key: tuple[int, UUID]) -> CouponRow | None:
    """A coupon by its key."""
    return await info.context.loaders.coupons.load(key)


@strawberry.type(description="Why a coupon cannot be used now.")
class WhyNot:
    """Why a coupon cannot be used now."""

    @strawberry.field(description="For logic.")
    def obstacle(root: Parent[coupon_views.WhyNot]) -> Obstacle:
        return Obstacle(root.reason.value)

    @strawberry.field(description="For the person, in the language of the request.")
    def message(root: Parent[coupon_views.WhyNot], info: Info[Context, None]) -> str:
        return message(f"PROBLEM_{root.reason.value}", info.context.locale)


@strawberry.type(description="A coupon as the person sees it now, and its cursor.")
class CouponEdge:
    """A coupon as the person sees it now."""

    node: Coupon = strawberry.field(description="One coupon.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it, in the same sort.")
    distance_metres: int | None = strawberry.field(
        description=(
            "How far the nearest shop is that takes it; null where no place was named, or no such shop says where"
            " it is."
        )
    )
    claim_count: int = strawberry.field(description="How often the person has claimed it, used claims too.")
    why_not: WhyNot | None = strawberry.field(
        description="Why the person cannot use it now; null: they can. Without a shop or price, those are not asked."
    )


@strawberry.type(description="A page of coupons.")
class CouponConnection:
    """A page of coupons."""

    edges: list[CouponEdge] = strawberry.field(description="In the order that was asked for.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(description="A coupon in a payment or quote.")
class AppliedCoupon:
    """A coupon in a payment."""

    discount: Amount = strawberry.field(description="What it takes off. Whole units.")
    multiplier_bp: int | None = strawberry.field(
        description="For POINTS_MULTIPLIER: the factor in hundredths of a percent; null otherwise."
    )

    @strawberry.field(description="Who bears it.")
    def borne_by(root: Parent[coupon_views.AppliedCoupon]) -> BorneBy:
        return BorneBy[root.borne_by.name]

    @strawberry.field(description="Which coupon, as it is now.")
    async def coupon(root: Parent[coupon_views.AppliedCoupon], info: Info[Context, None]) -> Coupon:
        return await coupon_of(info, root.coupon_key)  # type: ignore[return-value]


@strawberry.type(description="A person claimed a coupon. 取得")
class CouponClaim(Receipt):
    """A claim."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="0: no value moves.")
    claimed_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, coupon_views.CouponClaim)

    @strawberry.field(description="What was claimed, as it is now.")
    async def coupon(root: Parent[coupon_views.CouponClaim], info: Info[Context, None]) -> Coupon:
        return await coupon_of(info, root.coupon_key)  # type: ignore[return-value]


@strawberry.type(description="A coupon, voucher or ticket was handed over at a shop. 引換")
class Redemption(Receipt):
    """A hand-over."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="The value that went to the shop; 0 for a coupon. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that was handed over; none for a coupon.")
    store: Store | None = strawberry.field(resolver=store_of, description="The shop.")
    redeemed_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, coupon_views.Redemption)

    @strawberry.field(description="What was handed over.")
    def item(root: Parent[coupon_views.Redemption]) -> ItemKind:
        return ItemKind[root.item.name]

    @strawberry.field(description="The coupon; null for vouchers and tickets.")
    async def item_coupon(root: Parent[coupon_views.Redemption], info: Info[Context, None]) -> Coupon | None:
        return None if root.coupon_key is None else await coupon_of(info, root.coupon_key)  # type: ignore[return-value]

    @strawberry.field(description="Whether staff have undone it.")
    async def rolled_back(root: Parent[coupon_views.Redemption], info: Info[Context, None]) -> bool:
        return await info.context.loaders.rolled_back.load((root.journal.municipality, root.journal.id))


@strawberry.type(description="Staff undid a hand-over: value and counters went back. 引換の取消")
class RedemptionRollback(Receipt):
    """A hand-over that was undone."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="The value that went back; 0 for a coupon. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that it went back to; none for a coupon.")
    rolled_back_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, coupon_views.RedemptionRollback)

    @strawberry.field(description="Why.")
    def rollback_reason(root: Parent[coupon_views.RedemptionRollback]) -> RollbackReason:
        return RollbackReason(root.journal.reason)

    @strawberry.field(description="What was undone.")
    async def redemption(root: Parent[coupon_views.RedemptionRollback], info: Info[Context, None]) -> Redemption:
        undone = await info.context.loaders.journals.load(
            (root.journal.municipality, root.journal.receipt.section(OfRedemption).id)
        )
        return None if undone is None else view_of(undone, shows_wallet=False)  # type: ignore[return-value]


async def event_claim(root: Parent[EventRow], info: Info[Context, None]) -> CouponClaim:
    """The claim of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_redemption(root: Parent[EventRow], info: Info[Context, None]) -> Redemption:
    """The hand-over of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_rollback(root: Parent[EventRow], info: Info[Context, None]) -> RedemptionRollback:
    """The undoing of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.type(description="A coupon was claimed for the wallet's person.")
class CouponClaimed(Movements):
    """A coupon was claimed."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    claim: CouponClaim = strawberry.field(resolver=event_claim, description="The receipt of the claim.")
    is_type_of = is_kind(JournalKind.COUPON_CLAIM)


@strawberry.type(description="A coupon, voucher or ticket was handed over: both the wallet and the shop hear it.")
class ItemRedeemed(Movements):
    """Something was handed over."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    redemption: Redemption = strawberry.field(resolver=event_redemption, description="The hand-over.")
    is_type_of = is_kind(JournalKind.REDEMPTION)


@strawberry.type(description="Staff undid a hand-over: both the wallet and the shop hear it.")
class RedemptionRolledBack(Movements):
    """A hand-over was undone."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    rollback: RedemptionRollback = strawberry.field(resolver=event_rollback, description="The undoing.")
    is_type_of = is_kind(JournalKind.REDEMPTION_ROLLBACK)


@strawberry.type(description="A new coupon.")
class CreateCouponSuccess:
    """A new coupon."""

    coupon: Coupon = strawberry.field(description="The coupon; it is offered from its beginning on.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, coupon_views.CreateCouponSuccess)


@strawberry.type(description="A changed coupon.")
class ChangeCouponSuccess:
    """A changed coupon."""

    coupon: Coupon = strawberry.field(description="The coupon as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, coupon_views.ChangeCouponSuccess)


@strawberry.type(description="A settled claim.")
class ClaimCouponSuccess:
    """A settled claim."""

    claim: CouponClaim = strawberry.field(description="The receipt; its coupon shows what is left.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, coupon_views.ClaimCouponSuccess)


@strawberry.type(description="A settled hand-over.")
class RedeemSuccess:
    """A settled hand-over."""

    redemption: Redemption = strawberry.field(description="The hand-over.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved; none for a coupon.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, coupon_views.RedeemSuccess)


@strawberry.type(description="A hand-over that was undone.")
class RollbackRedemptionSuccess:
    """A hand-over that was undone."""

    rollback: RedemptionRollback = strawberry.field(description="The undoing.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved; none for a coupon.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, coupon_views.RollbackRedemptionSuccess)


CreateCouponResult = Annotated[
    CreateCouponSuccess
    | errors.InvalidInputError
    | errors.UnknownPayeeError
    | errors.UnknownAssetError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("CreateCouponResult", description="What `createCoupon` answers."),
]
ChangeCouponResult = Annotated[
    ChangeCouponSuccess | coupon_errors.UnknownCouponError | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("ChangeCouponResult", description="What `changeCoupon` answers."),
]
ClaimCouponResult = Annotated[
    ClaimCouponSuccess
    | coupon_errors.UnknownCouponError
    | coupon_errors.CouponNotUsableError
    | coupon_errors.CouponUsedUpError
    | errors.UnknownWalletError
    | errors.WalletFrozenError
    | errors.InvalidCodeError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("ClaimCouponResult", description="What `claimCoupon` answers."),
]
RedeemResult = Annotated[
    RedeemSuccess
    | coupon_errors.UnknownCouponError
    | coupon_errors.CouponNotUsableError
    | coupon_errors.CouponUsedUpError
    | coupon_errors.UnknownItemError
    | coupon_errors.ItemNotUsableError
    | errors.UnknownWalletError
    | errors.UnknownPayeeError
    | errors.StoreNotAcceptingError
    | errors.InvalidCodeError
    | errors.NotOurShopError
    | errors.WalletFrozenError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("RedeemResult", description="What `redeem` answers."),
]
RollbackRedemptionResult = Annotated[
    RollbackRedemptionSuccess
    | coupon_errors.UnknownRedemptionError
    | coupon_errors.AlreadyRolledBackError
    | coupon_errors.UnknownCouponError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("RollbackRedemptionResult", description="What `rollbackRedemption` answers."),
]

TYPES = (Coupon, CouponClaim, Redemption, RedemptionRollback, CouponClaimed, ItemRedeemed, RedemptionRolledBack)
"""For `Schema(types=...)`: reached through interfaces only."""
