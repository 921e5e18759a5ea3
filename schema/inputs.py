"""Inputs of the contract. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.enums import MoneyOperation, RefundReason, ReversalReason
from schema.ids import ID
from schema.scalars import Amount

KEY = "Made and stored by the client before sending; the same key answers the same for ever. UUID."
EXCLUDE = "Assets that this payment leaves alone, at the payer's wish."
IN_CASH = "True: what the wallet cannot give is paid to the shop in cash; at least one unit comes from the wallet."
COUPONS = "At most 5 coupons that lower the price or multiply points; `amount` is the list price."
UNTIL = "Refused after this instant; no limit when absent. UTC."


@strawberry.input(one_of=True, description="Names a wallet, in one of two ways.")
class WalletReference:
    """Names a wallet."""

    wallet_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The wallet's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The text of the wallet's receive code, which only credits."
    )


@strawberry.input(one_of=True, description="Names a shop, in one of two ways.")
class Payee:
    """Names a shop."""

    store_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The shop's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The text of the shop's static QR code (EMVCo merchant-presented). JPQR codes are read too. At most 512"
            " characters."
        ),
    )


@strawberry.input(description="Topping up a wallet with cash taken at a counter.")
class ChargeInput:
    """Topping up."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet: WalletReference = strawberry.field(description="The wallet that is topped up.")
    asset_id: ID = strawberry.field(description="What is charged: a coin of the wallet's town.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")
    store_id: ID | None = strawberry.field(
        default=None, description="The agent's shop that takes the cash; the municipal desk when absent."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="From where a payment may take exactly what the wallet lacks. 不足額チャージ")
class TopUpInput:
    """From where a payment may take what the wallet lacks."""

    funding_source_id: ID = strawberry.field(description="A card or account that the viewer has linked to the wallet.")
    maximum: Amount = strawberry.field(
        description="The most that may be taken for this payment. Whole units; the coin's charge limit counts too."
    )


@strawberry.input(description="A payment by a resident to a shop.")
class PayInput:
    """A payment."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that pays; the viewer must be allowed to use it.")
    payee: Payee = strawberry.field(description="The shop that is paid, of the wallet's town.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the town's payment limit.")
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
    quote_token: str | None = strawberry.field(
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


@strawberry.input(description="Asks what a payment would do now.")
class QuotePaymentInput:
    """Asks what a payment would do."""

    wallet_id: ID = strawberry.field(description="The wallet that would pay.")
    payee: Payee = strawberry.field(description="The shop that would be paid.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the town's payment limit.")
    exclude_asset_ids: list[ID] | None = strawberry.field(default=None, description=EXCLUDE)
    rest_in_cash: bool | None = strawberry.field(default=None, description=IN_CASH)
    coupon_ids: list[ID] | None = strawberry.field(default=None, description=COUPONS)


@strawberry.input(description="Asks what a top-up would bring now.")
class QuoteChargeInput:
    """Asks what a top-up would bring."""

    wallet: WalletReference = strawberry.field(description="The wallet that would be topped up.")
    asset_id: ID = strawberry.field(description="What would be charged: a coin of the wallet's town.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")


@strawberry.input(description="A shop gives back a payment, in part or whole.")
class RefundPaymentInput:
    """A refund."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    payment_id: ID = strawberry.field(description="The payment.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to what is left of the payment.")
    reason: RefundReason = strawberry.field(description="Why.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(
    description="Closes a key that the viewer sent, or means to send, and does not want to happen any more."
)
class AbandonInput:
    """Closes a key."""

    operation: MoneyOperation = strawberry.field(description="The mutation that the key was made for.")
    idempotency_key: UUID = strawberry.field(description="The key to be closed.")


@strawberry.input(description="A finance officer proposes to undo a journal.")
class ProposeReversalInput:
    """A proposal to undo a journal."""

    journal_id: ID = strawberry.field(
        description=(
            "A charge, a payment, a grant, a conversion or a purchase of vouchers of the officer's town, by its own id."
        )
    )
    reason: ReversalReason = strawberry.field(description="Why.")


@strawberry.input(description="Another finance officer approves, and the journal is undone.")
class ReverseJournalInput:
    """An approval, and the reversal."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    approval_id: ID = strawberry.field(description="The proposal; of somebody else.")
