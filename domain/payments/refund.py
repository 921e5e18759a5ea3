"""A shop gives back what was paid, in part or whole, as often as it likes.

To the same lots, last used first, expiry not extended.

Of a payment with coupons the amount is one of list prices: the coupons' share of it goes back to them
(`domain/coupons/returns.py`).
Points that the rest would not have earned are taken back (`domain/points/clawback.py`). What comes back of an asset
that the wallet owes
settles the debt first.
What becomes of a lot that has ended is the asset's policy: see `fresh`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.coupons.receipts import refundable
from domain.coupons.returns import Returns, returns_of
from domain.expiry.fresh import Fresh, fresh_of
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.payments.kinds import RefundReason
from domain.payments.receipts import OfPayment
from domain.payments.refusals import NotRefundableError, RefundExceedsError, UnknownPaymentError
from domain.points.clawback import Clawback, Given, Taking, clawback_of, rest_of
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer

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


@dataclass(frozen=True, slots=True)
class Beside:
    """What a refund does beside giving value back.

    Lots in place of ended ones, coupons, and points that are taken back.
    """

    fresh: Fresh
    returns: Returns
    clawback: Clawback


async def refund(services: Services, viewer: Viewer, what: Refund) -> Posted:
    """Refunds or raises a refusal. The sum of a payment's refunds never exceeds what was paid."""
    check_amount(what.amount, AMOUNT_MAXIMUM)
    payment = await journal_by_id(what.municipality, what.payment_id)
    if payment is None:
        raise UnknownPaymentError
    if payment.kind not in (JournalKind.PAYMENT, JournalKind.CAPTURE):
        raise NotRefundableError
    beside = Beside(await fresh_of(services, payment), await returns_of(payment), await clawback_of(payment))
    return await services.ledger.post(_request(viewer, what, payment, beside))


def parties_of(payment: Journal) -> tuple[UUID, UUID]:
    """The wallet and the shop of a payment; NotRefundableError for a journal that has not both."""
    if payment.wallet_id is None or payment.store_id is None:
        raise NotRefundableError
    return payment.wallet_id, payment.store_id


def _request(viewer: Viewer, what: Refund, payment: Journal, beside: Beside) -> Request:
    wallet_id, store_id = parties_of(payment)

    def plan(book: Book, at: datetime) -> Draft:
        if not book.may(what.municipality, store_id, viewer.person_id, viewer.relations(Relation.STAFF)):
            raise NotPermittedError
        return _plan(book, what, payment, beside, at)

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.REFUND_PAYMENT,
        key=what.key,
        input_hash=fingerprint(payment=what.payment_id, amount=what.amount, reason=what.reason),
        kind=JournalKind.REFUND,
        holders=(wallet_id, store_id, *beside.returns.holders, *beside.clawback.holders),
        plan=plan,
        access=(store_id,),
        lots=(*(portion.lot for portion in payment.receipt.lots), *beside.fresh.lots, *beside.clawback.lots),
        guards=(refunded_guard(what.municipality, what.payment_id), *beside.returns.guards, *beside.clawback.guards),
        valid_until=what.valid_until,
        facts=Facts(
            wallet_id=wallet_id, store_id=store_id, reason=what.reason, linked_journal=payment.id, client=viewer.client
        ),
    )


def _plan(book: Book, what: Refund, payment: Journal, beside: Beside, at: datetime) -> Draft:
    wallet_id, store_id = parties_of(payment)
    paid = refundable(payment.receipt)
    guard = book.guard(refunded_guard(what.municipality, what.payment_id), paid)
    if what.amount > paid - guard.value:
        raise RefundExceedsError(paid - guard.value)
    before, now = beside.returns.of_wallet(guard.value, what.amount)
    draft = Draft(
        amount=what.amount,
        sections=[OfPayment(payment.id)],
        guards=[(guard, what.amount)],
        counterparties={wallet_id: store_id, store_id: wallet_id},
    )
    _fill(book, draft, payment, beside, (before, now), at)
    beside.returns.add(book, draft, guard.value, what.amount, store_id)
    return draft


def _fill(book: Book, draft: Draft, payment: Journal, beside: Beside, sums: tuple[int, int], at: datetime) -> None:
    """Gives back one lot after the other, and after each takes the points that are due.

    `sums`: given back before, and now. Whole units.
    """
    wallet_id, store_id = parties_of(payment)
    town, paid, (before, now) = payment.municipality, payment.receipt.lots, sums
    taking = Taking(beside.clawback, book, draft, wallet_id, at)
    taking.gave([portion for portion, _ in beside.fresh.instead(give_back(paid, 0, before), at)])
    done, balances = before, draft.balances
    for portion, terms in beside.fresh.instead(give_back(paid, before, now), at):
        asset, part = portion.asset, portion.amount
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset, portion.lot), terms)
        given = Given(book.plain(town, AccountKind.PAYABLE, store_id, asset), account, part)
        balances[asset] = balances.get(asset, book.total(town, wallet_id, asset)) + part
        given.amount -= credit(book, draft, given.shop, account, part)
        done += part
        taking.gave([portion])
        taking.after(given, rest_of(paid, done))
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
