"""Inputs of payments. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.coupons.refusals import UnknownCouponError
from domain.funding.refusals import UnknownFundingSourceError
from domain.payments.pay import Pay
from domain.payments.quote import PaymentQuestion
from domain.payments.refund import Refund
from domain.payments.refusals import UnknownPaymentError
from domain.payments.top_up import TopUp
from domain.refusals import InvalidInputError
from schema.core.ids import ID, Prefix, key_in, key_of, read_number
from schema.core.scalars import Amount
from schema.core.secret import secret_field
from schema.keys.inputs import KEY, UNTIL
from schema.payments.enums import RefundReason
from schema.stores.payee import NamedStore, Payee

AMOUNT = "Whole units, from 1 to the municipality's payment limit."
EXCLUDE = "Assets that this payment leaves alone, at the payer's wish; all that are named."
IN_CASH = "True: what the wallet cannot give is paid to the store in cash; at least one unit comes from the wallet."
COUPONS = "At most 5 coupons that lower the price or multiply points; `amount` is the list price."


@strawberry.input(description="The source from which a payment may take exactly what the wallet lacks. 不足額チャージ")
class TopUpInput:
    """From where a payment may take what the wallet lacks."""

    funding_source_id: ID = strawberry.field(description="A card or account that the viewer has linked to the wallet.")
    maximum: Amount = strawberry.field(
        description="The most that may be taken for this payment. Whole units; the coin's charge limit counts too."
    )

    def source(self, municipality: int) -> TopUp:
        """The source of a municipality's wallet; UnknownFundingSourceError for an id of another one."""
        source_id = key_in(Prefix.FUNDING_SOURCE, self.funding_source_id, municipality, UnknownFundingSourceError)
        return TopUp(source_id, self.maximum)


@strawberry.input(description="A payment by a resident to a store.")
class PayInput:
    """A payment."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that pays; the viewer must be allowed to use it.")
    payee: Payee = strawberry.field(description="The store that is paid, of the wallet's municipality.")
    amount: Amount = strawberry.field(description=AMOUNT)
    note: str | None = strawberry.field(
        default=None, description="The payer's own note, at most 200 characters. Erasable."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)
    confirm_duplicate: bool | None = strawberry.field(
        default=None,
        description="True: the payer knows of the same payment within the last 60 seconds and means to pay again.",
    )
    exclude_asset_ids: list[ID] | None = strawberry.field(default=None, description=EXCLUDE)
    rest_in_cash: bool | None = strawberry.field(default=None, description=IN_CASH)
    quote_token: str | None = secret_field(
        default=None,
        description="The token of the quote that the payer saw: the payment is made so, or refused with QUOTE_CHANGED.",
    )
    coupon_ids: list[ID] | None = strawberry.field(default=None, description=COUPONS)
    top_up: TopUpInput | None = strawberry.field(
        default=None,
        description=(
            "What the wallet lacks is taken from here first; nothing when absent. Not together with `restInCash`."
        ),
    )

    def payment(self, wallet: tuple[int, UUID], store: NamedStore) -> Pay:
        """The payment from a wallet to a store; UnknownCouponError for a coupon that is none of the municipality."""
        municipality, wallet_id = wallet
        return Pay(
            key=self.idempotency_key,
            municipality=municipality,
            wallet_id=wallet_id,
            store_id=store.id,
            amount=self.amount,
            channel=store.channel,
            code=store.code,
            note=self.note or None,
            valid_until=self.valid_until,
            confirm_duplicate=bool(self.confirm_duplicate),
            excluded=_assets(self.exclude_asset_ids, municipality),
            rest_in_cash=bool(self.rest_in_cash),
            quote_token=self.quote_token,
            coupons=_coupons(self.coupon_ids, municipality),
        )


@strawberry.input(description="Asks what a payment would do now.")
class QuotePaymentInput:
    """Asks what a payment would do."""

    wallet_id: ID = strawberry.field(description="The wallet that would pay.")
    payee: Payee = strawberry.field(description="The store that would be paid.")
    amount: Amount = strawberry.field(description=AMOUNT)
    exclude_asset_ids: list[ID] | None = strawberry.field(default=None, description=EXCLUDE)
    rest_in_cash: bool | None = strawberry.field(default=None, description=IN_CASH)
    coupon_ids: list[ID] | None = strawberry.field(default=None, description=COUPONS)

    def payment(self, wallet: tuple[int, UUID], store: NamedStore) -> PaymentQuestion:
        """The payment to be quoted; UnknownCouponError for a coupon that is none of the municipality."""
        municipality, wallet_id = wallet
        return PaymentQuestion(
            municipality=municipality,
            wallet_id=wallet_id,
            store_id=store.id,
            amount=self.amount,
            code=store.code,
            excluded=_assets(self.exclude_asset_ids, municipality),
            rest_in_cash=bool(self.rest_in_cash),
            coupons=_coupons(self.coupon_ids, municipality),
        )


@strawberry.input(description="A store gives back a payment, in part or whole.")
class RefundPaymentInput:
    """A refund."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    payment_id: ID = strawberry.field(description="The payment.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to what is left of the payment.")
    reason: RefundReason = strawberry.field(description="Reason given by the store.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def refund(self) -> Refund:
        """The refund; UnknownPaymentError for an id that is none of a payment."""
        municipality, payment_id = key_of(Prefix.PAYMENT, self.payment_id, UnknownPaymentError)
        return Refund(
            key=self.idempotency_key,
            municipality=municipality,
            payment_id=payment_id,
            amount=self.amount,
            reason=self.reason,
            valid_until=self.valid_until,
        )


def _assets(unchecked: list[ID] | None, municipality: int) -> tuple[int, ...]:
    """The numbers of the assets; those of other municipalities are in no wallet of this one.

    InvalidInputError for a text that names no asset.
    """
    assets = [read_number(Prefix.ASSET, asset) for asset in unchecked or ()]
    if None in assets:  # what it meant to keep would be spent
        raise InvalidInputError("exclude_asset_ids", "ASSET")
    return tuple(sorted({asset[1] for asset in assets if asset is not None and asset[0] == municipality}))


def _coupons(unchecked: list[ID] | None, municipality: int) -> tuple[UUID, ...]:
    """The coupons of the municipality, in order; UnknownCouponError for any other text."""
    return tuple(key_in(Prefix.COUPON, coupon, municipality, UnknownCouponError) for coupon in unchecked or ())
