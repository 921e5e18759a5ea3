"""Inputs of coupons. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.coupons import listing
from domain.coupons.change import Change
from domain.coupons.claim import Claim
from domain.coupons.create import NewCoupon
from domain.coupons.refusals import UnknownCouponError
from domain.refusals import NotPermittedError
from domain.residents.receive_codes import Receiver
from schema.conditions.inputs import AcceptanceInput, EligibilityInput, acceptance_of, eligibility_of
from schema.core.errors import BadCursorError
from schema.core.ids import ID, Prefix, key_in, key_of
from schema.core.scalars import Amount
from schema.coupons.enums import BorneBy, CouponKind, Stacking
from schema.keys.inputs import KEY, UNTIL
from schema.municipalities.types import MUNICIPALITY
from schema.residents.inputs import WalletReference
from schema.stores.payee import store_key

LATITUDE_LIMIT, LONGITUDE_LIMIT = 90_000_000, 180_000_000


class BadPlaceError(BadCursorError):
    """Coordinates out of range, or a sort by distance without `near`."""

    def __init__(self) -> None:
        ValueError.__init__(
            self,
            "Sorting by DISTANCE needs `near`, with a latitude within 90 and a longitude within 180 degrees, in"
            " millionths.",
        )


def coupon_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a coupon's id; UnknownCouponError for every other text."""
    return key_of(Prefix.COUPON, unchecked, UnknownCouponError)


def coupon_id_in(unchecked: str, municipality: int) -> UUID:
    """The key of a coupon of a municipality by its id; UnknownCouponError for every other text."""
    return key_in(Prefix.COUPON, unchecked, municipality, UnknownCouponError)


@strawberry.input(description="A place, WGS 84.")
class Near:
    """A place."""

    latitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -90,000,000 to 90,000,000.")
    longitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -180,000,000 to 180,000,000.")
    within_metres: int | None = strawberry.field(
        default=None, description="Only what a store within this distance accepts; any distance when absent."
    )

    def place(self) -> listing.Near:
        """The place; BadPlaceError for coordinates out of range."""
        latitude, longitude = self.latitude_microdegrees, self.longitude_microdegrees
        if abs(latitude) > LATITUDE_LIMIT or abs(longitude) > LONGITUDE_LIMIT:
            raise BadPlaceError
        return listing.Near(latitude=latitude, longitude=longitude, within=self.within_metres)


@strawberry.input(description="A new coupon, of the municipality or of a store for itself.")
class CreateCouponInput:
    """A new coupon."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    municipality: str = strawberry.field(description=MUNICIPALITY)
    store_id: ID | None = strawberry.field(
        default=None, description="The store that issues it for itself and bears it; the municipality when absent."
    )
    kind: CouponKind = strawberry.field(description="What it does.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    borne_by: BorneBy = strawberry.field(
        description="Who bears it. A store's own is borne by the store, and so is a FREE_ITEM."
    )
    budget: Amount | None = strawberry.field(
        default=None,
        description=(
            "The most that its discounts may cost: required for a coupon that the municipality bears, and for no other."
            " Whole units, from 1."
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
            "The least list price for which it can be used; any when absent. Not with FREE_ITEM. Whole units, from 1."
        ),
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description=(
            "Where it may be used; every store of the municipality when absent. Required where stores bear a coupon of"
            " the municipality."
        ),
    )
    eligibility: EligibilityInput | None = strawberry.field(
        default=None, description="For whom it is; for anybody when absent."
    )
    starts_at: datetime = strawberry.field(description="Time from which it may be used, in UTC.")
    ends_at: datetime = strawberry.field(description="Time until which it may be used, exclusive, in UTC.")
    stock: int | None = strawberry.field(
        default=None,
        description=(
            "How many there are: claims where it must be claimed, uses otherwise, 1 to 10,000,000; no limit when"
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
    stacking: Stacking = strawberry.field(description="Whether other coupons may be used in the same payment.")
    returns_on_refund: bool = strawberry.field(
        description="Whether the use is given back when the payment is refunded whole."
    )

    def coupon(self, municipality: int) -> NewCoupon:
        """The new coupon of a municipality; UnknownPayeeError for its store, InvalidInputError for its conditions."""
        return NewCoupon(
            store_id=None if self.store_id is None else store_key(self.store_id, municipality),
            kind=self.kind,
            name_ja=self.name_ja,
            name_en=self.name_en,
            borne_by=self.borne_by,
            budget=self.budget,
            rate_bp=self.rate_bp,
            amount=self.amount,
            discount_maximum=self.discount_maximum,
            multiplier_bp=self.multiplier_bp,
            minimum_spend=self.minimum_spend,
            acceptance=acceptance_of(self.acceptance, municipality),
            eligibility=eligibility_of(self.eligibility),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            stock=self.stock,
            per_person=self.per_person,
            per_day=self.per_day,
            claim_required=self.claim_required,
            stacking=self.stacking,
            returns_on_refund=self.returns_on_refund,
        )


@strawberry.input(
    description="What may still be changed of a coupon: its names, an earlier end, and that it stops. Nothing else."
)
class ChangeCouponInput:
    """A change of a coupon."""

    coupon_id: ID = strawberry.field(description="A coupon of the officer's municipality, or of the store.")
    name_ja: str | None = strawberry.field(default=None, description="Its new name in Japanese; as it is when absent.")
    name_en: str | None = strawberry.field(default=None, description="Its new name in English; as it is when absent.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="Its new end, in UTC: earlier than the old one, not in the past."
    )
    stop_now: bool | None = strawberry.field(
        default=None, description="True: nobody can use or claim it from now on, for good."
    )

    def change(self) -> Change:
        """The change."""
        return Change(name_ja=self.name_ja, name_en=self.name_en, ends_at=self.ends_at, stop=bool(self.stop_now))


@strawberry.input(description="A person claims a coupon.")
class ClaimCouponInput:
    """A claim."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    coupon_id: ID = strawberry.field(description="The coupon, of the wallet's municipality.")
    wallet: WalletReference = strawberry.field(description="A wallet of the person who claims it.")
    store_id: ID | None = strawberry.field(
        default=None,
        description="The store at whose till it is claimed; absent: by the wallet's people or at the municipal desk.",
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def claim(self, receiver: Receiver) -> Claim:
        """The claim for that wallet; UnknownCouponError or NotPermittedError for what is of another municipality."""
        coupon_id = coupon_id_in(self.coupon_id, receiver.municipality)
        store_id = None
        if self.store_id is not None:
            store_id = key_in(Prefix.STORE, self.store_id, receiver.municipality, NotPermittedError)
        return Claim(
            key=self.idempotency_key,
            municipality=receiver.municipality,
            coupon_id=coupon_id,
            wallet_id=receiver.wallet_id,
            store_id=store_id,
            valid_until=self.valid_until,
            code_ended=receiver.ended,
        )
