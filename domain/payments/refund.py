"""Refunds: a store gives back what was paid, in part or whole, in any number of refunds.

Value goes back to the lots of the payment, last used first; their expiry is not extended. Of an asset with a minimum
unit only whole units go back: a refund that would break one is refused, with the nearest amounts that would not.

The amount of a refund is in list prices: the share of the payment's coupons goes back to them
(`domain/coupons/returns.py`). Points that the rest would not have earned are clawed back (`domain/points/clawback.py`).
Value of an asset that the wallet owes settles the debt first. The asset's policy decides about lots that have ended:
see `domain/expiry/fresh.py`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.assets.reads import ASSETS
from domain.coupons.receipts import refundable
from domain.coupons.returns import CouponRefund, Returns, returns_of
from domain.expiry.fresh import Fresh, fresh_of
from domain.ledger.act import Act
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import AccountKind, JournalKind, Operation, Outcome
from domain.ledger.part import Part, Parts
from domain.ledger.parties import serves
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.ledger.units import broken_unit, nearest_whole
from domain.payments.kinds import RefundReason
from domain.payments.receipts import OfPayment
from domain.payments.refusals import NotRefundableError, RefundExceedsError, RefundUnitError, UnknownPaymentError
from domain.points.clawback import Clawback, RefundClawback, RefundedLot, clawback_of, rest_of
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer

AMOUNT_MAXIMUM = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund to make. Amount in whole units."""

    key: UUID
    municipality: int
    payment_id: UUID
    amount: int
    reason: RefundReason
    valid_until: datetime | None = None


async def refund(services: Services, viewer: Viewer, refund: Refund) -> Posted:
    """Refund a payment in part or whole, or raise a refusal. Its refunds together never exceed what was paid."""
    check_amount(refund.amount, AMOUNT_MAXIMUM)
    payment = await journal_by_id(refund.municipality, refund.payment_id)
    if payment is None or payment.outcome is not Outcome.SETTLED:
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
        units={asset.id: asset.minimum_unit for asset in await services.shared(ASSETS).of(refund.municipality)},
    )
    parts = Parts((giving_back, CouponRefund(returns, giving_back.refunded, store_id)))
    return await services.ledger.post(_request(viewer, giving_back, parts))


def parties_of(payment: Journal) -> tuple[UUID, UUID]:
    """Return the wallet and the store of a payment. NotRefundableError for a journal without both."""
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
        act=Act(refund.payment_id, refund.reason.name, viewer.reason),
    )


@dataclass(frozen=True, slots=True)
class GivingBack(Part):
    """Value that goes back to the wallet: to the payment's lots or fresh ones, less the points that are clawed back."""

    refund: Refund
    payment: Journal
    wallet_id: UUID
    store_id: UUID
    fresh: Fresh
    returns: Returns
    clawback: Clawback
    units: Mapping[int, int]
    """The minimum units, by asset."""

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The programmes whose points are clawed back. The wallet and the store are the request's own."""
        return self.clawback.holders

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of the payment, the fresh lots in place of ended ones, and the lots of its points."""
        paid = (portion.lot for portion in self.payment.receipt.lots)
        return (*paid, *self.fresh.lots, *self.clawback.lots)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards that count what was refunded, and what was clawed back of points."""
        return (self.refunded, *self.clawback.guards)

    @property
    def refunded(self) -> GuardKey:
        """The guard that counts what was refunded of the payment."""
        return refunded_guard(self.payment.municipality, self.payment.id)

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add what the wallet gets back. RefundExceedsError, RefundUnitError."""
        amount, paid = self.refund.amount, refundable(self.payment.receipt)
        guard = book.guard(self.refunded, paid)
        if amount > paid - guard.value:
            raise RefundExceedsError(paid - guard.value)
        self._require_whole_units(guard.value, amount)
        draft.amount = amount
        draft.sections.append(OfPayment(self.payment.id))
        draft.guards.append((guard, amount))
        draft.counterparties |= {self.wallet_id: self.store_id, self.store_id: self.wallet_id}
        self._fill(book, draft, *self.returns.of_wallet(guard.value, amount), at)

    def _require_whole_units(self, already: int, amount: int) -> None:
        """Raise RefundUnitError where what is given back in all would break a unit. Both are of list prices."""
        paid, returns = self.payment.receipt.lots, self.returns
        before, now = returns.of_wallet(already, amount)
        unit = broken_unit(paid, self.units, before + now)
        if unit is None:
            return
        below, above = nearest_whole(paid, self.units, before + now)
        left = range(refundable(self.payment.receipt) - already + 1)

        def in_all(part: int) -> int:
            return sum(returns.of_wallet(already, part))

        raise RefundUnitError(
            unit=unit,
            possible_below=bisect_right(left, below, key=in_all) - 1 if below > before else 0,
            possible_above=bisect_left(left, above, key=in_all),
        )

    def _fill(self, book: Book, draft: Draft, before: int, now: int, at: datetime) -> None:
        """Refund one lot after the other, and claw back the points that are due after each.

        before, now: what the wallet got back before, and what it gets back now. Whole units.
        """
        town, paid, balances = self.payment.municipality, self.payment.receipt.lots, draft.balances
        clawback = RefundClawback(clawback=self.clawback, book=book, draft=draft, wallet_id=self.wallet_id, at=at)
        clawback.add_returned([portion for portion, _ in self.fresh.instead(give_back(paid, 0, before), at)])
        done = before
        for portion, terms in self.fresh.instead(give_back(paid, before, now), at):
            asset, part = portion.asset, portion.amount
            account = book.account(town, AccountKey(AccountKind.WALLET, self.wallet_id, asset, portion.lot), terms)
            refunded_lot = RefundedLot(book.plain(town, AccountKind.PAYABLE, self.store_id, asset), account, part)
            balances[asset] = balances.get(asset, book.total(town, self.wallet_id, asset)) + part
            refunded_lot.amount -= credit(book, draft, refunded_lot.payable, account, part)
            done += part
            clawback.add_returned([portion])
            clawback.take_due(refunded_lot, rest_of(paid, done))
            if refunded_lot.amount:
                draft.lots.append(replace(portion, amount=refunded_lot.amount))
        clawback.close(whole=done == sum(portion.amount for portion in paid))


def give_back(paid: Sequence[Portion], already: int, amount: int) -> list[Portion]:
    """Return the portions that a refund fills: the payment's lots, last used first, after `already` was refunded.

    Whole units. Partial refunds of the same sum fill the same lots, in any order.
    """
    filled = []
    for portion in reversed(paid):
        skipped = min(already, portion.amount)
        part = min(portion.amount - skipped, amount)
        already -= skipped
        amount -= part
        if part:
            filled.append(replace(portion, amount=part))
    return filled
