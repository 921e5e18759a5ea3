"""Inputs of redemptions. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.redemptions.quote import RedemptionQuestion
from domain.redemptions.redeem import Redeem
from domain.redemptions.refusals import UnknownItemError, UnknownRedemptionError
from schema.core.ids import ID, Prefix, key_of, read_lot
from schema.coupons.inputs import coupon_id_in
from schema.keys.inputs import KEY, UNTIL
from schema.redemptions.enums import ItemKind, RollbackReason
from schema.stores.payee import NamedStore, Payee

UNITS = (
    "How many units of the lot are handed over: of a voucher product, as it was sold; of other vouchers and tickets,"
    " the asset's `minimumUnit`. Absent only for a coupon, or a lot that is exactly one unit; otherwise UNITS_REQUIRED"
    " says how many there are."
)


@strawberry.input(one_of=True, description="What is redeemed, in one of three ways.")
class ItemInput:
    """What is redeemed."""

    coupon_id: ID | None = strawberry.field(default=strawberry.UNSET, description="A coupon of kind FREE_ITEM.")
    voucher_id: ID | None = strawberry.field(
        default=strawberry.UNSET, description="A lot of vouchers in the wallet; `units` says how many of it."
    )
    ticket_id: ID | None = strawberry.field(
        default=strawberry.UNSET, description="A lot of gift tickets in the wallet; `units` says how many of it."
    )

    @property
    def kind(self) -> ItemKind:
        """Which of the three."""
        if self.coupon_id:
            return ItemKind.COUPON
        return ItemKind.VOUCHER if self.voucher_id else ItemKind.TICKET

    def coupon(self, municipality: int) -> UUID | None:
        """The coupon of a municipality, where it is one; UnknownCouponError for a text that names none."""
        return coupon_id_in(self.coupon_id, municipality) if self.coupon_id else None

    def lot(self, municipality: int, wallet_id: UUID) -> int | None:
        """The lot of a voucher or ticket in a wallet; UnknownItemError for a text that names none there."""
        if self.coupon_id:
            return None
        lot = read_lot(self.voucher_id or self.ticket_id or "")
        if lot is None or lot[0] != municipality or lot[1] not in (None, wallet_id):
            raise UnknownItemError
        return lot[2]


@strawberry.input(description="A redemption at the till.")
class RedeemInput:
    """A redemption."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(
        description="The wallet. Store staff may name one for a coupon only: value moves only for its own people."
    )
    item: ItemInput = strawberry.field(description="What is redeemed.")
    payee: Payee = strawberry.field(description="The store, of the wallet's municipality.")
    units: int | None = strawberry.field(default=None, description=UNITS)
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def redeem(self, municipality: int, wallet_id: UUID, store: NamedStore) -> Redeem:
        """The redemption; UnknownCouponError or UnknownItemError for what is not of the municipality."""
        return Redeem(
            key=self.idempotency_key,
            municipality=municipality,
            wallet_id=wallet_id,
            store_id=store.id,
            item=self.item.kind,
            coupon_id=self.item.coupon(municipality),
            lot=self.item.lot(municipality, wallet_id),
            units=self.units,
            channel=store.channel,
            code=store.code,
            valid_until=self.valid_until,
        )


@strawberry.input(description="Asks what a redemption would hand over now.")
class QuoteRedemptionInput:
    """Asks what a redemption would do."""

    wallet_id: ID = strawberry.field(description="The wallet, of the viewer.")
    item: ItemInput = strawberry.field(description="What would be redeemed.")
    payee: Payee = strawberry.field(description="The store, of the wallet's municipality.")
    units: int | None = strawberry.field(default=None, description=UNITS)

    def question(self, municipality: int, wallet_id: UUID, store: NamedStore) -> RedemptionQuestion:
        """The redemption to quote; UnknownCouponError or UnknownItemError for what is not of the municipality."""
        return RedemptionQuestion(
            municipality=municipality,
            wallet_id=wallet_id,
            store_id=store.id,
            item=self.item.kind,
            coupon_id=self.item.coupon(municipality),
            lot=self.item.lot(municipality, wallet_id),
            units=self.units,
            code=store.code,
        )


@strawberry.input(description="Staff roll back a redemption, once.")
class RollbackRedemptionInput:
    """A redemption to be rolled back."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    redemption_id: ID = strawberry.field(description="The redemption, by its own id.")
    reason: RollbackReason = strawberry.field(description="The reason.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def redemption(self) -> tuple[int, UUID]:
        """Municipality and key of the redemption; UnknownRedemptionError for a text that names none."""
        return key_of(Prefix.JOURNAL, self.redemption_id, UnknownRedemptionError)
