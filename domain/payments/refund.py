"""A store gives back what was paid, in part or whole, as often as it likes.

To the same lots, last used first, expiry not extended.

Of a payment with coupons the amount is one of list prices: the coupons' share of it goes back to them
(`domain/coupons/returns.py`). Points that the rest would not have earned are taken back (`domain/points/clawback.py`).
What comes back of an asset that the wallet owes settles the debt first. What becomes of a lot that has ended is the
asset's policy: see `domain/expiry/fresh.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.coupons.receipts import refundable
from domain.coupons.returns import CouponRefund, Returns, returns_of
from domain.expiry.fresh import Fresh, fresh_of
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.part import Part, Parts
from domain.ledger.parties import serves
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.payments.kinds import RefundReason
from domain.payments.receipts import OfPayment
from domain.payments.refusals import NotRefundableError, RefundExceedsError, UnknownPaymentError
from domain.points.clawback import Clawback, RefundClawback, RefundedLot, clawback_of, rest_of
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer

AMOUNT_MAXIMUM = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Refund:
    """What a shop asks. Amount in whole units."""

    key: UUID
    municipality: int
    payment_id: UUID
    amount: int
    reason: RefundReason
    valid_until: datetime | None = None


async def refund(services: Services, viewer: Viewer, refund: Refund) -> Posted:
    """Refunds or raises a refusal. The sum of a payment's refunds never exceeds what was paid."""
    check_amount(refund.amount, AMOUNT_MAXIMUM)
    payment = await journal_by_id(refund.municipality, refund.payment_id)
    if payment is None:
        raise UnknownPaymentError
    if payment.kind not in (JournalKind.PAYMENT, JournalKind.CAPTURE):
        raise NotRefundableError
    wallet_id, store_id = parties_of(payment)
    returns = await returns_of(payment)
    giving_back = GivingBack(
        refund=refund,
        payment=payment,
        wallet_id=wallet_id,
        store_id=store_id,
        fresh=await fresh_of(services, payment),
        returns=returns,
        clawback=await clawback_of(payment),
    )
    parts = Parts((giving_back, CouponRefund(returns, giving_back.refunded, store_id)))
    return await services.ledger.post(_request(viewer, giving_back, parts))


def parties_of(payment: Journal) -> tuple[UUID, UUID]:
    """The wallet and the store of a payment; NotRefundableError for a journal that has not both."""
    if payment.wallet_id is None or payment.store_id is None:
        raise NotRefundableError
    return payment.wallet_id, payment.store_id


def _request(viewer: Viewer, giving_back: "GivingBack", parts: Parts) -> Request:
    refund, wallet_id, store_id = giving_back.refund, giving_back.wallet_id, giving_back.store_id

    def admit(book: Book) -> None:
        if not serves(book, refund.municipality, store_id, viewer):
            raise NotPermittedError

    return Request(
        municipality=refund.municipality,
        actor=viewer.person_id,
        operation=Operation.REFUND_PAYMENT,
        key=refund.key,
        input_hash=fingerprint(payment=refund.payment_id, amount=refund.amount, reason=refund.reason),
        kind=JournalKind.REFUND,
        holders=(wallet_id, store_id, *parts.holders),
        admit=admit,
        plan=parts.plan,
        access=(store_id,),
        lots=parts.lots,
        guards=parts.guards,
        valid_until=refund.valid_until,
        facts=Facts(
            wallet_id=wallet_id,
            store_id=store_id,
            reason=refund.reason,
            linked_journal=refund.payment_id,
            client=viewer.client,
        ),
    )


@dataclass(frozen=True, slots=True)
class GivingBack(Part):
    """Value goes back to the wallet: to the payment's lots or fresh ones, less the points that are taken back."""

    refund: Refund
    payment: Journal
    wallet_id: UUID
    store_id: UUID
    fresh: Fresh
    returns: Returns
    clawback: Clawback

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Those whose points are taken back, beside the payment's own."""
        return self.clawback.holders

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of the payment, those in place of ended ones, and those of its points."""
        paid = (portion.lot for portion in self.payment.receipt.lots)
        return (*paid, *self.fresh.lots, *self.clawback.lots)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """What was refunded before, and what was taken back of points."""
        return (self.refunded, *self.clawback.guards)

    @property
    def refunded(self) -> GuardKey:
        """The guard that counts what was given back of the payment."""
        return refunded_guard(self.payment.municipality, self.payment.id)

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Adds what the wallet gets back. RefundExceedsError."""
        amount, paid = self.refund.amount, refundable(self.payment.receipt)
        guard = book.guard(self.refunded, paid)
        if amount > paid - guard.value:
            raise RefundExceedsError(paid - guard.value)
        draft.amount = amount
        draft.sections.append(OfPayment(self.payment.id))
        draft.guards.append((guard, amount))
        draft.counterparties |= {self.wallet_id: self.store_id, self.store_id: self.wallet_id}
        self._fill(book, draft, *self.returns.of_wallet(guard.value, amount), at)

    def _fill(self, book: Book, draft: Draft, before: int, now: int, at: datetime) -> None:
        """Gives back one lot after the other, and after each takes the points that are due.

        before, now: what the wallet got back before, and what it gets back now. Whole units.
        """
        town, paid, balances = self.payment.municipality, self.payment.receipt.lots, draft.balances
        taking = RefundClawback(self.clawback, book, draft, self.wallet_id, at)
        taking.add_returned([portion for portion, _ in self.fresh.instead(give_back(paid, 0, before), at)])
        done = before
        for portion, terms in self.fresh.instead(give_back(paid, before, now), at):
            asset, part = portion.asset, portion.amount
            account = book.account(town, AccountKey(AccountKind.WALLET, self.wallet_id, asset, portion.lot), terms)
            given = RefundedLot(book.plain(town, AccountKind.PAYABLE, self.store_id, asset), account, part)
            balances[asset] = balances.get(asset, book.total(town, self.wallet_id, asset)) + part
            given.amount -= credit(book, draft, given.payable, account, part)
            done += part
            taking.add_returned([portion])
            taking.take_due(given, rest_of(paid, done))
            if given.amount:
                draft.lots.append(replace(portion, amount=given.amount))
        taking.close(whole=done == sum(portion.amount for portion in paid))


def give_back(paid: Sequence[Portion], already: int, amount: int) -> list[Portion]:
    """The lots that a refund fills: the payment's, last used first, past what was refunded already. Whole units.

    Any order of partial refunds of the same sum fills the same lots.
    """
    filled = []
    for portion in reversed(paid):
        skipped = min(already, portion.amount)
        given = min(portion.amount - skipped, amount)
        already -= skipped
        amount -= given
        if given:
            filled.append(replace(portion, amount=given))
    return filled
