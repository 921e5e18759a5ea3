"""Payments: value moves from the wallet's lots, in spend order, to what the municipality owes the store."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.assets.limits import check_amount, check_note, payment_maximum
from domain.codes.binding import require_allowed
from domain.codes.merchant_code import MerchantCode
from domain.coupons.receipts import CouponUses
from domain.coupons.uses import Chosen, CouponCosts, CouponDiscount, choose
from domain.expiry.renew import Renewal, renewal_of
from domain.ledger import spend_order
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, Instrument, JournalKind, Operation
from domain.ledger.part import Part, Parts
from domain.ledger.parties import require_payment
from domain.ledger.receipt import SpendOrder
from domain.ledger.refusals import InsufficientBalanceError, QuoteChangedError
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.payments.receipts import PaidInCash
from domain.payments.refusals import PossibleDuplicateError
from domain.points.earn import Earner, PointEarning, earner_at
from domain.points.receipts import Earnings
from domain.points.rules import MULTIPLIER_ONE
from domain.programmes.store_rules import StoreRules, with_rules
from domain.services import Services
from domain.viewer import Viewer

DUPLICATE_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment to make. `amount`: the list price, before coupons; whole units. `channel`: how the store was named.

    code: what was scanned, if anything was; an amount in it is that of the payment.
    excluded: assets that are not used. rest_in_cash: the payer gives the store in cash what the wallet lacks.
    quote_token: of the quote that the payer saw; the payment uses the same lots or is refused. coupons: to use.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    store_id: UUID
    amount: int
    channel: Channel = Channel.APP
    note: str | None = None
    valid_until: datetime | None = None
    confirm_duplicate: bool = False
    excluded: tuple[int, ...] = ()
    rest_in_cash: bool = False
    quote_token: str | None = None
    coupons: tuple[UUID, ...] = ()
    code: MerchantCode | None = None


def input_hash_of(payment: Pay) -> bytes:
    """Hash what the key of a payment stands for."""
    return fingerprint(
        wallet=payment.wallet_id,
        store=payment.store_id,
        amount=payment.amount,
        excluded=sorted(payment.excluded) or None,
        cash=payment.rest_in_cash or None,
        coupons=sorted(str(coupon) for coupon in payment.coupons) or None,
    )


async def pay(services: Services, viewer: Viewer, payment: Pay) -> Posted:
    """Settle the payment, or raise its refusal. The same key answers the same."""
    check_note(payment.note)
    key = RequestKey(payment.municipality, viewer.person_id, Operation.PAY, payment.key)
    await require_allowed(services, key, payment.code, payment.amount)
    check_amount(payment.amount, await payment_maximum(services, payment.municipality))
    chosen = await choose(services, payment.municipality, payment.wallet_id, payment.coupons)
    renewal = await renewal_of(services, payment.municipality, payment.wallet_id)

    async def run(rules: StoreRules) -> Posted:
        earner = await earner_at(services, rules.store, payment.wallet_id, services.clock())
        parts = parts_of(payment, rules, chosen, earner, renewal)
        return await services.ledger.post(_request(viewer, payment, parts))

    return await with_rules(services, payment.municipality, payment.store_id, payment.excluded, run)


def parts_of(payment: Pay, rules: StoreRules, chosen: Chosen, earner: Earner | None, renewal: Renewal) -> Parts:
    """Return the parts of a payment, in the order in which they are decided."""
    parts: list[Part] = []
    if chosen.coupons:
        parts.append(CouponDiscount(chosen, rules.store, payment.amount))
    if not payment.confirm_duplicate:
        parts.append(NoDuplicate(payment))
    parts.append(Spending(payment, rules))
    if chosen.coupons:
        parts.append(CouponCosts(chosen, payment.store_id))
    if earner is not None:
        parts.append(PointEarning(earner, payment.wallet_id, multiplier_of))
    if chosen.coupons:
        parts.append(PointsForCoupons(chosen))
    return Parts((*parts, renewal))


def _request(viewer: Viewer, payment: Pay, parts: Parts) -> Request:
    def admit(book: Book) -> None:
        require_payment(book, payment.municipality, payment.wallet_id, payment.store_id, viewer)

    return Request(
        municipality=payment.municipality,
        actor=viewer.person_id,
        operation=Operation.PAY,
        key=payment.key,
        input_hash=input_hash_of(payment),
        kind=JournalKind.PAYMENT,
        holders=(payment.wallet_id, payment.store_id, *parts.holders),
        admit=admit,
        plan=parts.plan,
        lots=parts.lots,
        guards=parts.guards,
        access=(payment.wallet_id,),
        recent=(payment.wallet_id, payment.store_id),
        valid_until=payment.valid_until,
        note=payment.note,
        facts=Facts(
            wallet_id=payment.wallet_id,
            store_id=payment.store_id,
            instrument=Instrument.APP,
            channel=payment.channel,
            funding=Funding.NONE,
            client=viewer.client,
        ),
    )


@dataclass(frozen=True, slots=True)
class NoDuplicate(Part):
    """Refusal of a payment that looks like a repetition, unless the payer has confirmed it."""

    payment: Pay

    def apply(self, book: Book, _draft: Draft, at: datetime) -> None:
        """Compare with the wallet's payments of the last minute. PossibleDuplicateError."""
        payment = self.payment
        for event in book.payments_since(payment.municipality, payment.wallet_id, at - DUPLICATE_WITHIN):
            if event.counterparty == payment.store_id and event.list_amount == payment.amount:
                raise PossibleDuplicateError(str(event.receipt_number))


@dataclass(frozen=True, slots=True)
class Spending(Part):
    """Payment from the wallet's lots, in spend order, of the list price less the coupons' discount.

    The rest may be paid in cash.
    """

    payment: Pay
    rules: StoreRules

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add the moves to what the municipality owes the store. InsufficientBalanceError, QuoteChangedError."""
        payment, rules, used = self.payment, self.rules, draft.find(CouponUses)
        town, wallet_id, store_id = payment.municipality, payment.wallet_id, payment.store_id
        due = payment.amount - (0 if used is None else used.discount)
        lots = book.wallet_lots(town, wallet_id)
        taken, missing = allocation(lots, due, rules, at, rest_in_cash=payment.rest_in_cash)
        if payment.quote_token is not None and payment.quote_token != token_of(taken, missing, used):
            raise QuoteChangedError
        draft.amount = due - missing
        if draft.amount != payment.amount:
            draft.list_amount = payment.amount
        draft.lots += [lot.portion(part) for lot, part in taken]
        draft.balances |= balances_after(book, town, wallet_id, taken)
        draft.moves += [(lot, book.plain(town, AccountKind.PAYABLE, store_id, lot.asset), part) for lot, part in taken]
        draft.counterparties |= {wallet_id: store_id, store_id: wallet_id}
        why = spend_order.reasons([lot for lot, _ in taken], rules)
        draft.sections.append(SpendOrder(spend_order.VERSION, tuple(why)))
        if missing:
            draft.sections.append(PaidInCash(missing))


@dataclass(frozen=True, slots=True)
class PointsForCoupons(Part):
    """Refusal of a coupon that multiplies points where the payment earns none."""

    chosen: Chosen

    def apply(self, _book: Book, draft: Draft, _at: datetime) -> None:
        """Check the points that the draft earns; apply it after `PointEarning`."""
        earnings = draft.find(Earnings)
        self.chosen.require_points(earned=earnings is not None and bool(earnings.programmes))


def multiplier_of(draft: Draft) -> int:
    """Return the factor by which a payment's coupons multiply its points, in hundredths of a percent."""
    used = draft.find(CouponUses)
    return MULTIPLIER_ONE if used is None else used.multiplier_bp


def allocation(
    accounts: Sequence[Account], amount: int, rules: spend_order.Rules, at: datetime, *, rest_in_cash: bool
) -> tuple[spend_order.Taken, int]:
    """Return how much a payment takes of each lot, in the order of use, and the rest to pay in cash. Whole units.

    InsufficientBalanceError where something is missing and may not be paid in cash.
    """
    lots = spend_order.spendable(accounts, at, rules)
    taken, missing = spend_order.allocate(lots, amount, rules)
    if missing and not (rest_in_cash and taken):
        kept = spend_order.kept_away(accounts, at, rules, taken, missing)
        raise InsufficientBalanceError(available=spend_order.payable(lots, rules), amount=amount, reasons=kept)
    return taken, missing


def token_of(taken: list[tuple[Account, int]], missing: int, used: CouponUses | None) -> str:
    """Return the token of an allocation. The same lots, coupons and amounts have the same token."""
    coupons = [] if used is None else [use.to_json() for use in used.uses]
    digest = fingerprint(lots=[[lot.lot, part] for lot, part in taken], cash=missing, coupons=coupons or None)
    return base64.urlsafe_b64encode(digest[:15]).decode()


def balances_after(book: Book, municipality: int, wallet_id: UUID, taken: list[tuple[Account, int]]) -> dict[int, int]:
    """Return what the wallet has of each asset after the parts are taken from its lots. Whole units."""
    balances: dict[int, int] = {}
    for lot, part in taken:
        if lot.asset not in balances:
            balances[lot.asset] = book.total(municipality, wallet_id, lot.asset)
        balances[lot.asset] -= part
    return balances
