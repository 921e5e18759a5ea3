"""Payments: input in, one domain call, the contract's type out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from strawberry import argument

from domain.ledger.kinds import Operation
from domain.ledger.reads import Journal, journal_by_id, journal_by_receipt_number
from domain.ledger.receipt_number import normalise
from domain.ledger.request import Posted
from domain.payments import pay as paying
from domain.payments import quote as quoting
from domain.payments import refund as refunding
from domain.payments import top_up as topping_up
from domain.payments.pay import Pay
from domain.payments.refusals import UnknownPaymentError
from domain.tries.count import counted
from domain.tries.kinds import Tried
from resolvers.events import After, store_events, visible_store, visible_wallet, wallet_events
from resolvers.journals import journal_of
from resolvers.ledger import visible_receipt
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID, Prefix, read
from schema.events.types import ResyncRequired
from schema.ledger.balances import balances_after
from schema.municipalities.types import MUNICIPALITY, find_number
from schema.payments.events import PaymentSettled
from schema.payments.inputs import PayInput, QuotePaymentInput, RefundPaymentInput
from schema.payments.results import PayPayload, QuotePaymentPayload, RefundPaymentPayload
from schema.payments.types import Payment, PaymentQuote, Refund
from schema.residents.inputs import wallet_key

PaymentId = Annotated[ID | None, argument(description="The id of the payment.")]
ReceiptNumber = Annotated[str | None, argument(description="Its receipt number.")]
Code = Annotated[str | None, argument(description=MUNICIPALITY)]
WalletOrNone = Annotated[ID | None, argument(description="The wallet; or name a store.")]
StoreOrNone = Annotated[ID | None, argument(description="The store; or name a wallet.")]


async def payment(
    info: MeguruInfo, id: PaymentId = None, receipt_number: ReceiptNumber = None, municipality: Code = None
) -> Payment | None:
    """A payment by its id, or by the receipt number that is said over a counter."""
    journal = None
    if id is not None:
        key = read(Prefix.PAYMENT, id)
        journal = None if key is None else await journal_by_id(*key)
    elif receipt_number is not None and municipality is not None:
        return await _payment_by_receipt_number(info, receipt_number, municipality)
    return await _visible_payment(info, journal)


async def _payment_by_receipt_number(info: MeguruInfo, unchecked: str, code: str) -> Payment | None:
    """Numbers that name nothing which the viewer may see are counted: they could be guesses."""
    municipality, receipt_number = await find_number(code), normalise(unchecked)
    if municipality is None or receipt_number is None:
        return None
    async with counted(info.context.services, info.context.signed_in, Tried.RECEIPT_NUMBER) as guess:
        payment = await _visible_payment(info, await journal_by_receipt_number(municipality, receipt_number))
        guess.is_wrong = payment is None
    return payment


async def _visible_payment(info: MeguruInfo, journal: Journal | None) -> Payment | None:
    receipt = None if journal is None else await visible_receipt(info, journal)
    return receipt if isinstance(receipt, Payment) else None


async def quote_payment(info: MeguruInfo, input: QuotePaymentInput) -> QuotePaymentPayload:
    """Quotes a payment."""
    wallet = wallet_key(input.wallet_id)
    store = await input.payee.store(info.context.services, wallet[0])
    quote = await quoting.quote(info.context.services, info.context.signed_in, input.payment(wallet, store))
    return QuotePaymentPayload(quote=PaymentQuote(quote=quote))


async def pay(info: MeguruInfo, input: PayInput) -> PayPayload:
    """Pays a store."""
    wallet = wallet_key(input.wallet_id)
    info.context.municipality = wallet[0]
    store = await input.payee.store(info.context.services, wallet[0])
    request = input.payment(wallet, store)
    posted = await _pay(info, input, request)
    journal = journal_of(
        posted, viewer=info.context.signed_in, operation=Operation.PAY, wallet_id=request.wallet_id, store_id=store.id
    )
    return PayPayload(
        payment=Payment(journal=journal, own=True),
        balances=balances_after(posted.receipt, sign=-1),
        replayed=posted.replayed,
    )


async def _pay(info: MeguruInfo, input: PayInput, request: Pay) -> Posted:
    services, viewer = info.context.services, info.context.signed_in
    if input.top_up is None:
        return await paying.pay(services, viewer, request)
    return await topping_up.pay_with_top_up(services, viewer, request, input.top_up.source(request.municipality))


async def refund_payment(info: MeguruInfo, input: RefundPaymentInput) -> RefundPaymentPayload:
    """Gives back a payment, in part or whole."""
    viewer, request = info.context.signed_in, input.refund()
    posted = await refunding.refund(info.context.services, viewer, request)
    paid = await journal_by_id(request.municipality, request.payment_id)
    if paid is None:
        raise UnknownPaymentError
    journal = journal_of(
        posted,
        viewer=viewer,
        operation=Operation.REFUND_PAYMENT,
        wallet_id=paid.wallet_id,
        store_id=paid.store_id,
        reason=request.reason,
        linked_journal=paid.id,
    )
    return RefundPaymentPayload(refund=Refund(journal=journal), payment=Payment(journal=paid), replayed=posted.replayed)


async def visible_payments(
    info: MeguruInfo, wallet_id: ID | None = None, store_id: ID | None = None, after: ID | None = None
) -> None:
    """Raise NotFoundError unless one of wallet and store is named and the viewer may follow it."""
    if wallet_id is not None and store_id is None:
        await visible_wallet(info, wallet_id, after)
    elif store_id is not None and wallet_id is None:
        await visible_store(info, store_id, after)
    else:
        raise NotFoundError


async def payment_settled(
    info: MeguruInfo, wallet_id: WalletOrNone = None, store_id: StoreOrNone = None, after: After = None
) -> AsyncGenerator[PaymentSettled | ResyncRequired, None]:
    """Payments of a wallet or of a store, live."""
    if wallet_id is not None:
        events = wallet_events(info, wallet_id, after)
    elif store_id is not None:
        events = store_events(info, store_id, after)
    else:
        raise NotFoundError
    async with aclosing(events):
        async for event in events:
            if isinstance(event, PaymentSettled | ResyncRequired):
                yield event
