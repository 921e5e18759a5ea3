"""What mutations and quotes of payments answer."""

import strawberry

from schema.core.context import MeguruInfo
from schema.core.refusals import Payload, ReplayablePayload
from schema.ledger.balances import BalanceAfter
from schema.payments.types import Payment, PaymentQuote, Refund
from schema.residents.types import Wallet, wallet_of


@strawberry.type(description="What `pay` answers.")
class PayPayload(ReplayablePayload):
    """A settled payment."""

    payment: Payment | None = strawberry.field(default=None, description="The payment.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that moved, right after this payment."
    )

    @strawberry.field(description="The wallet as it is now.")
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        if self.payment is None:
            return None
        journal = self.payment.journal
        return await wallet_of(info, journal.municipality, journal.wallet_id)


@strawberry.type(description="What `quotePayment` answers: as `pay` would.")
class QuotePaymentPayload(Payload):
    """What `pay` would do now."""

    quote: PaymentQuote | None = strawberry.field(default=None, description="The payment that would be made.")


@strawberry.type(description="What `refundPayment` answers.")
class RefundPaymentPayload(ReplayablePayload):
    """A settled refund."""

    refund: Refund | None = strawberry.field(default=None, description="The refund.")
    payment: Payment | None = strawberry.field(
        default=None, description="The payment, with what may still be given back."
    )
