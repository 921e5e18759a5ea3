"""Inputs of coupons. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.coupon_enums import BorneBy, CouponKind, CouponStacking, RollbackReason
from schema.ids import ID
from schema.inputs import KEY, UNTIL, Payee, WalletReference
from schema.scalars import Amount
from schema.value_inputs import TOWN, AcceptanceInput, EligibilityInput


@strawberry.input(description="A place, WGS 84.")
class Near:
    """A place."""

    latitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -90,000,000 to 90,000,000.")
    longitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -180,000,000 to 180,000,000.")
    within_metres: int | None = strawberry.field(
        default=None, description="Only what a shop takes that is no further away; any distance when absent."
    )


@strawberry.input(description="A new coupon, of the town or of a shop for itself.")
class CreateCouponInput:
    """A new coupon."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    municipality: str = strawberry.field(description=TOWN)
    store_id: ID | None = strawberry.field(
        default=None, description="The shop that issues it for itself and bears it; the town when absent."
    )
    kind: CouponKind = strawberry.field(description="What it does.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    borne_by: BorneBy = strawberry.field(
        description="Who bears it. A shop's own is borne by it, and so is a FREE_ITEM."
    )
    budget: Amount | None = strawberry.field(
        default=None,
        description=(
            "What the discounts of a coupon that the town bears may cost in all; for those only, and needed. Whole"
            " units, from 1."
        ),
    )
    rate_bp: int | None = strawberry.field(
        default=None, description="For PERCENT: hundredths of a percent, 1 to 10,000."
    )
    amount: Amount | None = strawberry.field(
        default=None, description="For FIXED_AMOUNT: what is taken off. Whole units, from 1."
    )
    discount_maximum: Amount | None = strawberry.field(
        default=None, description="For PERCENT: the most that is taken off; no limit when absent."
    )
    multiplier_bp: int | None = strawberry.field(
        default=None,
        description=(
            "For POINTS_MULTIPLIER: the factor in hundredths of a percent, above 10,000 to 100,000; 20,000 doubles."
        ),
    )
    minimum_spend: Amount | None = strawberry.field(
        default=None,
        description=(
            "The least list price that it serves for; any when absent. Not with FREE_ITEM. Whole units, from 1."
        ),
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description=(
            "Where it may be used; every shop of the town when absent. Needed where shops bear a coupon of the town."
        ),
    )
    eligibility: EligibilityInput | None = strawberry.field(
        default=None, description="For whom it is; for anybody when absent."
    )
    starts_at: datetime = strawberry.field(description="From when it may be used. UTC.")
    ends_at: datetime = strawberry.field(description="Until when it may be used, exclusive. UTC.")
    stock: int | None = strawberry.field(
        default=None,
        description=(
            "How many there are: claims, where it must be claimed, and uses otherwise, 1 to 10,000,000; no limit when"
            " absent."
        ),
    )
    per_person: int | None = strawberry.field(
        default=None,
        description="How many one person may have, over all wallets, 1 to 10,000,000; no limit when absent.",
    )
    per_day: int | None = strawberry.field(
        default=None,
        description="How many one person may use in a day of Asia/Tokyo, 1 to 10,000,000; no limit when absent.",
    )
    claim_required: bool = strawberry.field(
        description="Whether it must be claimed before use. One claim is good for one use."
    )
    stacking: CouponStacking = strawberry.field(description="Whether other coupons may be used in the same payment.")
    returns_on_refund: bool = strawberry.field(
        description="Whether the use is given back when the payment is refunded whole."
    )


@strawberry.input(
    description="What may still be changed of a coupon: its names, an earlier end, and that it stops. Nothing else."
)
class ChangeCouponInput:
    """What is to be different."""

    coupon_id: ID = strawberry.field(description="A coupon of the officer's town, or of the shop.")
    name_ja: str | None = strawberry.field(default=None, description="Its new name in Japanese; as it is when absent.")
    name_en: str | None = strawberry.field(default=None, description="Its new name in English; as it is when absent.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="Its new end: earlier than the old one, not in the past. UTC."
    )
    stop_now: bool | None = strawberry.field(
        default=None, description="True: nobody can use or claim it from now on, for good."
    )


@strawberry.input(description="A person takes a coupon.")
class ClaimCouponInput:
    """A claim."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    coupon_id: ID = strawberry.field(description="The coupon, of the wallet's town.")
    wallet: WalletReference = strawberry.field(description="The wallet of the person whom it is for.")
    store_id: ID | None = strawberry.field(
        default=None,
        description="The shop at whose till it is claimed; absent: by the wallet's people or at the municipal desk.",
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(one_of=True, description="What is handed over, in one of three ways.")
class ItemInput:
    """What is handed over."""

    coupon_id: ID | None = strawberry.field(default=strawberry.UNSET, description="A coupon of kind FREE_ITEM.")
    voucher_id: ID | None = strawberry.field(
        default=strawberry.UNSET, description="A lot of vouchers in the wallet: all that is left of it."
    )
    ticket_id: ID | None = strawberry.field(
        default=strawberry.UNSET, description="A lot of gift tickets in the wallet: all that is left of it."
    )


@strawberry.input(description="A hand-over at the till.")
class RedeemInput:
    """A hand-over."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(
        description="The wallet. Shop staff may name one for a coupon only: value moves on its own people's word."
    )
    item: ItemInput = strawberry.field(description="What is handed over.")
    payee: Payee = strawberry.field(description="The shop, of the wallet's town.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="Staff undo a hand-over, once.")
class RollbackRedemptionInput:
    """A hand-over to be undone."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    redemption_id: ID = strawberry.field(description="The hand-over, by its own id.")
    reason: RollbackReason = strawberry.field(description="Why.")
