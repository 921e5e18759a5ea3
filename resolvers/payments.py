"""Money mutations, quotes and outcomes: input in, one domain call, a view out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.approvals.kinds import ReversalReason
from domain.approvals.refusals import UnknownJournalError
from domain.assets.refusals import UnknownAssetError
from domain.charging import charge as charging
from domain.codes import merchant_code
from domain.codes.refusals import InvalidCodeError, NotOurShopError
from domain.corrections import reverse as reversing
from domain.corrections.receipts import OfJournal
from domain.coupons.refusals import UnknownCouponError
from domain.funding.refusals import UnknownFundingSourceError
from domain.identifiers import InvalidIdError, decode
from domain.keys import abandon as abandoning
from domain.keys import outcome as outcomes
from domain.ledger.kinds import Channel, Operation
from domain.ledger.kinds import Outcome as KeyOutcome
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.refusals import UnknownPayeeError, UnknownWalletError
from domain.ledger.request import Posted
from domain.payments import pay as paying
from domain.payments import quote as quoting
from domain.payments import refund as refunding
from domain.payments import top_up as topping_up
from domain.payments.kinds import RefundReason
from domain.payments.refusals import UnknownPaymentError
from domain.permissions import ROOT_FIELDS
from domain.services import Services
from domain.stores import reads as merchants
from domain.viewer import Viewer
from resolvers.money import balances_after
from resolvers.views import (
    AbandonSuccess,
    Charge,
    ChargeSuccess,
    Outcome,
    Payment,
    PaySuccess,
    ProposeReversalSuccess,
    QuotePaymentSuccess,
    Refund,
    RefundPaymentSuccess,
    Reversal,
    ReverseJournalSuccess,
)
from schema.context import MeguruInfo
from schema.enums import MoneyOperation
from schema.ids import ID, Prefix, read, read_number
from schema.inputs import (
    AbandonInput,
    ChargeInput,
    Payee,
    PayInput,
    ProposeReversalInput,
    QuotePaymentInput,
    RefundPaymentInput,
    ReverseJournalInput,
    WalletReference,
)

ASSETS_LIMIT = 100

Key = Annotated[UUID, argument(description="The key.")]

OfOperation = Annotated[MoneyOperation, argument(description="The mutation that the key was made for.")]


def actor(info: MeguruInfo, field: str) -> Viewer:
    """The viewer, who must have one of the roles that the permission table gives the field."""
    viewer = info.context.signed_in
    viewer.require(ROOT_FIELDS[field] or ())
    return viewer


async def charge(info: MeguruInfo, input: ChargeInput) -> ChargeSuccess:
    """Tops a wallet up with cash."""
    viewer = actor(info, "charge")
    municipality, wallet_id = wallet_of(input.wallet)
    info.context.municipality = municipality
    asset = read_number(Prefix.ASSET, input.asset_id)
    if asset is None or asset[0] != municipality:
        raise UnknownAssetError
    store_id = None if input.store_id is None else _store_key(input.store_id, municipality)
    what = charging.Charge(
        input.idempotency_key, municipality, wallet_id, asset[1], input.amount, store_id, input.valid_until
    )
    posted = await charging.charge(info.context.services, viewer, what)
    journal = journal_of(posted, viewer, Operation.CHARGE, wallet_id, store_id)
    return ChargeSuccess(Charge(journal), wallet_id, balances_after(posted.receipt, sign=1), posted.replayed)


async def pay(info: MeguruInfo, input: PayInput) -> PaySuccess:
    """Pays a shop."""
    viewer = actor(info, "pay")
    municipality, wallet_id = _wallet_key(input.wallet_id)
    info.context.municipality = municipality
    store_id, channel = await payee_of(info.context.services, input.payee, municipality)
    what = paying.Pay(
        input.idempotency_key,
        municipality,
        wallet_id,
        store_id,
        input.amount,
        channel,
        input.note or None,
        input.valid_until,
        bool(input.confirm_duplicate),
        assets_of(input.exclude_asset_ids, municipality),
        bool(input.rest_in_cash),
        input.quote_token,
        coupons_of(input.coupon_ids, municipality),
    )
    posted = await _paid(info, viewer, what, input)
    journal = journal_of(posted, viewer, Operation.PAY, wallet_id, store_id)
    return PaySuccess(
        Payment(journal, shows_wallet=True),
        (municipality, wallet_id),
        balances_after(posted.receipt, sign=-1),
        posted.replayed,
    )


async def _paid(info: MeguruInfo, viewer: Viewer, what: paying.Pay, input: PayInput) -> Posted:
    if input.top_up is None:
        return await paying.pay(info.context.services, viewer, what)
    source = read(Prefix.FUNDING_SOURCE, input.top_up.funding_source_id)
    if source is None or source[0] != what.municipality:
        raise UnknownFundingSourceError
    return await topping_up.pay_with_top_up(
        info.context.services, viewer, what, topping_up.TopUp(source[1], input.top_up.maximum)
    )


async def quote_payment(info: MeguruInfo, input: QuotePaymentInput) -> QuotePaymentSuccess:
    """What `pay` would do now."""
    viewer = actor(info, "quotePayment")
    municipality, wallet_id = _wallet_key(input.wallet_id)
    store_id, _ = await payee_of(info.context.services, input.payee, municipality)
    excluded = assets_of(input.exclude_asset_ids, municipality)
    coupons = coupons_of(input.coupon_ids, municipality)
    asked = quoting.Asked(municipality, wallet_id, store_id, input.amount, excluded, bool(input.rest_in_cash), coupons)
    return QuotePaymentSuccess(await quoting.quote(info.context.services, viewer, asked))


async def refund_payment(info: MeguruInfo, input: RefundPaymentInput) -> RefundPaymentSuccess:
    """Gives back a payment, in part or whole."""
    viewer = actor(info, "refundPayment")
    found = read(Prefix.PAYMENT, input.payment_id)
    if found is None:
        raise UnknownPaymentError
    reason = RefundReason[input.reason.name]
    what = refunding.Refund(input.idempotency_key, *found, input.amount, reason, input.valid_until)
    posted = await refunding.refund(info.context.services, viewer, what)
    payment = await journal_by_id(*found)
    if payment is None:
        raise UnknownPaymentError
    journal = journal_of(
        posted, viewer, Operation.REFUND_PAYMENT, payment.wallet_id, payment.store_id, reason, payment.id
    )
    return RefundPaymentSuccess(Refund(journal), Payment(payment, shows_wallet=False), posted.replayed)


async def propose_reversal(info: MeguruInfo, input: ProposeReversalInput) -> ProposeReversalSuccess:
    """The first officer's word."""
    viewer = actor(info, "proposeReversal")
    found = read(Prefix.PAYMENT, input.journal_id) or read(Prefix.JOURNAL, input.journal_id)
    if found is None:
        raise UnknownJournalError
    reason = ReversalReason[input.reason.name]
    return ProposeReversalSuccess(await reversing.propose_reversal(info.context.services, viewer, *found, reason))


async def reverse_journal(info: MeguruInfo, input: ReverseJournalInput) -> ReverseJournalSuccess:
    """The second officer's word, and the reversal."""
    viewer = actor(info, "reverseJournal")
    found = read(Prefix.APPROVAL, input.approval_id)
    if found is None:
        raise UnknownJournalError
    posted = await reversing.reverse_journal(info.context.services, viewer, found[0], input.idempotency_key, found[1])
    journal = journal_of(
        posted, viewer, Operation.REVERSE_JOURNAL, None, None, None, posted.receipt.section(OfJournal).id
    )
    return ReverseJournalSuccess(Reversal(journal), posted.replayed)


async def outcome(info: MeguruInfo, operation: OfOperation, idempotency_key: Key) -> Outcome:
    """What became of a key of the viewer."""
    found = await outcomes.outcome(actor(info, "outcome"), Operation[operation.name], idempotency_key)
    return Outcome("UNKNOWN" if found is None else found.outcome.name, found)


async def abandon(info: MeguruInfo, input: AbandonInput) -> AbandonSuccess:
    """Closes a key of the viewer, or says what it did."""
    found = await abandoning.abandon(
        info.context.services, actor(info, "abandon"), Operation[input.operation.name], input.idempotency_key
    )
    return AbandonSuccess(Outcome("ABANDONED" if found is None else found.outcome.name, found))


def assets_of(unchecked: list[ID] | None, municipality: int) -> tuple[int, ...]:
    """The numbers of assets that a payer named; those of other towns are in no wallet of this one."""
    found = [read_number(Prefix.ASSET, one) for one in (unchecked or ())[:ASSETS_LIMIT]]
    return tuple(sorted({one[1] for one in found if one is not None and one[0] == municipality}))


def coupons_of(unchecked: list[ID] | None, municipality: int) -> tuple[UUID, ...]:
    """The coupons of the wallet's town that a payer named; UnknownCouponError for any other text."""
    found = [read(Prefix.COUPON, one) for one in (unchecked or ())[:ASSETS_LIMIT]]
    if any(one is None or one[0] != municipality for one in found):
        raise UnknownCouponError
    return tuple(one[1] for one in found if one is not None)


async def payee_of(services: Services, payee: Payee, municipality: int) -> tuple[UUID, Channel]:
    """The shop that a payer named, of the wallet's town."""
    if payee.store_id:
        return _store_key(payee.store_id, municipality), Channel.APP
    return await _store_of_code(services, payee.code or "", municipality), Channel.MPM


async def _store_of_code(services: Services, unchecked: str, municipality: int) -> UUID:
    try:
        code = merchant_code.parse(unchecked)
        reference = merchant_code.store_of(code, services.shop_code_guid)
    except merchant_code.InvalidCodeError as error:
        raise InvalidCodeError(error.reason) from error
    if reference is None:
        raise NotOurShopError
    store = await merchants.by_code(municipality, reference.municipality_and_merchant, reference.store)
    if store is None:
        raise UnknownPayeeError
    return store.id


def wallet_of(reference: WalletReference) -> tuple[int, UUID]:
    """The wallet that a counter named: by its id, or by its receive code, which only credits."""
    if reference.wallet_id:
        return _wallet_key(reference.wallet_id)
    try:
        prefix, municipality, key = decode(reference.code or "")
    except InvalidIdError as error:
        raise InvalidCodeError("NOT_A_CODE") from error
    if prefix is not Prefix.RECEIVE or not isinstance(key, UUID):
        raise InvalidCodeError("NOT_A_RECEIVE_CODE")
    return municipality, key


def _wallet_key(unchecked: str) -> tuple[int, UUID]:
    found = read(Prefix.WALLET, unchecked)
    if found is None:
        raise UnknownWalletError
    return found


def _store_key(unchecked: str, municipality: int) -> UUID:
    found = read(Prefix.STORE, unchecked)
    if found is None or found[0] != municipality:
        raise UnknownPayeeError
    return found[1]


def journal_of(
    posted: Posted,
    viewer: Viewer,
    operation: Operation,
    wallet_id: UUID | None,
    store_id: UUID | None,
    reason: int | None = None,
    linked_journal: UUID | None = None,
) -> Journal:
    """The journal of a decision, without reading it back."""
    return Journal(
        municipality=posted.municipality,
        id=posted.journal_id,
        kind=posted.kind,
        actor=viewer.person_id,
        operation=operation,
        outcome=KeyOutcome.SETTLED,
        recorded_at=posted.recorded_at,
        receipt=posted.receipt,
        receipt_number=posted.receipt_number,
        wallet_id=wallet_id,
        store_id=store_id,
        reason=reason,
        linked_journal=linked_journal,
    )
