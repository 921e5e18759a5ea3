"""A shop gives back what was paid, in part or whole, as often as it likes: to the same lots, last used first, expiry not extended.

What becomes of a lot that has ended is the asset's policy: see `fresh`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, GuardKind, JournalKind, Operation, Relation
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.refusals import RefundExceedsError
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.payments.fresh import Fresh, fresh_of
from domain.payments.limits import check_amount
from domain.payments.pay import settled
from domain.payments.refusals import NotRefundableError, UnknownPaymentError
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer

AMOUNT_MAXIMUM = 2**53 - 1


class RefundReason(IntEnum):
    """Why a shop gives money back."""

    RETURNED_GOODS = 1
    WRONG_AMOUNT = 2
    PAID_TWICE = 3
    CANCELLED = 4
    OTHER = 9


@dataclass(frozen=True, slots=True)
class Refund:
    """What a shop asks. Amount in whole units."""

    key: UUID
    municipality: int
    payment_id: UUID
    amount: int
    reason: RefundReason
    valid_until: datetime | None = None


async def refund(services: Services, viewer: Viewer, what: Refund) -> Posted:
    """Refunds or raises a refusal. The sum of a payment's refunds never exceeds what was paid."""
    check_amount(what.amount, AMOUNT_MAXIMUM)
    payment = await journal_by_id(what.municipality, what.payment_id)
    if payment is None:
        raise UnknownPaymentError
    if payment.kind not in (JournalKind.PAYMENT, JournalKind.CAPTURE) or payment.wallet_id is None or payment.store_id is None:
        raise NotRefundableError
    fresh = await fresh_of(services, payment)
    return settled(await services.poster.post(_request(viewer, what, payment, payment.wallet_id, payment.store_id, fresh)))


def refunded_guard(municipality: int, payment_id: UUID) -> GuardKey:
    """The guard that counts what was refunded of a payment."""
    return (municipality, GuardKind.REFUNDED, payment_id, "")


def _request(viewer: Viewer, what: Refund, payment: Journal, wallet_id: UUID, store_id: UUID, fresh: Fresh) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        if not book.may(what.municipality, store_id, viewer.person_id, viewer.relations(Relation.STAFF)):
            raise NotPermittedError
        return _plan(book, what, payment, wallet_id, store_id, fresh, at)

    return Request(
        municipality=what.municipality, actor=viewer.person_id, operation=Operation.REFUND_PAYMENT, key=what.key,
        input_hash=fingerprint(payment=what.payment_id, amount=what.amount, reason=what.reason),
        kind=JournalKind.REFUND, holders=(wallet_id, store_id), plan=plan, access=(store_id,),
        lots=(*(lot for _, lot, _, _ in payment.receipt["lots"]), *fresh.lots), guards=(refunded_guard(what.municipality, what.payment_id),),
        valid_until=what.valid_until,
        facts=Facts(wallet_id=wallet_id, store_id=store_id, reason=what.reason, linked_journal=payment.id, client=viewer.client),
    )  # fmt: skip


def _plan(book: Book, what: Refund, payment: Journal, wallet_id: UUID, store_id: UUID, fresh: Fresh, at: datetime) -> Draft:
    paid: int = payment.receipt["amount"]
    guard = book.guard(refunded_guard(what.municipality, what.payment_id), paid)
    if what.amount > paid - guard.value:
        raise RefundExceedsError(paid - guard.value)
    filled = fresh.instead(give_back(payment.receipt["lots"], guard.value, what.amount), at)
    lots = [line for line, _ in filled]
    moves = []
    balances: dict[str, int] = {}
    for (asset, lot, part, _), terms in filled:
        account = book.account(what.municipality, AccountKey(AccountKind.WALLET, wallet_id, asset, lot), terms)
        moves.append((book.plain(what.municipality, AccountKind.PAYABLE, store_id, asset), account, part))
        balances[str(asset)] = balances.get(str(asset), book.total(what.municipality, wallet_id, asset)) + part
    return Draft(
        receipt={"amount": what.amount, "payment": str(payment.id), "lots": lots, "balances": balances},
        moves=moves,
        guards=[(guard, what.amount)],
        counterparties={wallet_id: store_id, store_id: wallet_id},
    )


def give_back(paid: list[list[int]], already: int, amount: int) -> list[list[int]]:
    """The lots that a refund fills: the payment's, last used first, past what was refunded already. Whole units.

    Each lot is [asset, lot, amount, expiry]. Any order of partial refunds of the same sum fills the same lots.
    """
    filled = []
    for asset, lot, part, expires_at in reversed(paid):
        skipped = min(already, part)
        given = min(part - skipped, amount)
        already -= skipped
        amount -= given
        if given:
            filled.append([asset, lot, given, expires_at])
    return filled
