"""A resident pays a shop: value moves from the wallet's lots, in spend order, to what the town owes the shop."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.assets.limits import check_amount, check_note, payment_maximum
from domain.coupons import uses as coupons
from domain.coupons.uses import Applied, Chosen
from domain.expiry.renew import Renewal, renewal_of
from domain.ledger import spend_order
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, Instrument, JournalKind, Operation
from domain.ledger.parties import require_payment
from domain.ledger.receipt import SpendOrder
from domain.ledger.refusals import InsufficientBalanceError, QuoteChangedError
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.payments.receipts import PaidInCash
from domain.payments.refusals import PossibleDuplicateError
from domain.points import earn
from domain.points.earn import Earner, earner_at, spent_of
from domain.points.receipts import Earnings
from domain.programmes.shop_rules import ShopRules, with_rules
from domain.services import Services
from domain.viewer import Viewer

DUPLICATE_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Pay:
    """What a payer asks. Amount in whole units; `channel` says how the shop was named.

    excluded: assets that are left alone. rest_in_cash: what the wallet cannot give is paid to the shop in cash.
    quote_token: what
    the payer was shown; the payment is made so or not at all. coupons: what lowers the price; `amount` is the list
    price.
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What happens beside the payment itself: coupons, points, and the renewal of what is left."""

    chosen: Chosen
    earner: Earner | None
    renewal: Renewal

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose accounts or counters may change."""
        return (*self.chosen.holders, *(self.earner.programmes if self.earner else ()))

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return (*self.renewal.lots, *(self.earner.lots if self.earner else ()))

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters to be read."""
        return (*self.chosen.guards, *(self.earner.guards if self.earner else ()))


def input_hash_of(what: Pay) -> bytes:
    """What the key of a payment stands for."""
    return fingerprint(
        wallet=what.wallet_id,
        store=what.store_id,
        amount=what.amount,
        excluded=sorted(what.excluded) or None,
        cash=what.rest_in_cash or None,
        coupons=sorted(str(coupon) for coupon in what.coupons) or None,
    )


async def pay(services: Services, viewer: Viewer, what: Pay) -> Posted:
    """Settles the payment or raises its refusal; nothing in between. The same key answers the same."""
    check_note(what.note)
    check_amount(what.amount, await payment_maximum(services, what.municipality))
    chosen = await coupons.choose(services, what.municipality, what.wallet_id, what.coupons)

    renewal = await renewal_of(services, what.municipality, what.wallet_id)

    async def run(rules: ShopRules) -> Posted:
        earner = await earner_at(services, rules.store, what.wallet_id, services.clock())
        return await services.ledger.post(_request(viewer, what, rules, Beside(chosen, earner, renewal)))

    return await with_rules(services, what.municipality, what.store_id, what.excluded, run)


def _request(viewer: Viewer, what: Pay, rules: ShopRules, beside: Beside) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        require_payment(book, what.municipality, what.wallet_id, what.store_id, viewer)
        applied = coupons.applied_in(book, beside.chosen, rules.store, what.amount, at)
        if not what.confirm_duplicate:
            _check_duplicate(book, what, at)
        draft = _plan(book, what, rules, applied, beside.earner, at)
        beside.renewal.add(book, draft, what.municipality, what.wallet_id, at)
        return draft

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.PAY,
        key=what.key,
        input_hash=input_hash_of(what),
        kind=JournalKind.PAYMENT,
        holders=(what.wallet_id, what.store_id, *beside.holders),
        plan=plan,
        lots=beside.lots,
        guards=beside.guards,
        access=(what.wallet_id,),
        recent=(what.wallet_id, what.store_id),
        valid_until=what.valid_until,
        note=what.note,
        facts=Facts(
            wallet_id=what.wallet_id,
            store_id=what.store_id,
            instrument=Instrument.APP,
            channel=what.channel,
            funding=Funding.NONE,
            client=viewer.client,
        ),
    )


def _check_duplicate(book: Book, what: Pay, at: datetime) -> None:
    for row in book.payments_since(what.municipality, what.wallet_id, at - DUPLICATE_WITHIN):
        if row.counterparty == what.store_id and row.asked == what.amount:
            raise PossibleDuplicateError(str(row.receipt_number))


def _plan(book: Book, what: Pay, rules: ShopRules, applied: Applied, earner: Earner | None, at: datetime) -> Draft:
    """The moves of a payment. Pure."""
    due = what.amount - applied.discount
    taken, missing = allocation(
        book.wallet_lots(what.municipality, what.wallet_id), due, rules, at, rest_in_cash=what.rest_in_cash
    )
    if what.quote_token is not None and what.quote_token != token_of(taken, missing, applied):
        raise QuoteChangedError
    moves = [
        (lot, book.plain(what.municipality, AccountKind.PAYABLE, what.store_id, lot.asset), part) for lot, part in taken
    ]
    why = spend_order.reasons([lot for lot, _ in taken], rules)
    draft = Draft(
        amount=due - missing,
        lots=[lot.portion(part) for lot, part in taken],
        balances=balances_after(book, what.municipality, what.wallet_id, taken),
        asked=None if due - missing == what.amount else what.amount,
        sections=[SpendOrder(spend_order.VERSION, tuple(why))],
        moves=moves,
        counterparties={what.wallet_id: what.store_id, what.store_id: what.wallet_id},
    )
    if missing:
        draft.sections.append(PaidInCash(missing))
    coupons.add(book, draft, applied, what.store_id, what.amount - missing, at)
    if earner is not None:
        earn.add(book, draft, earner, what.wallet_id, spent_of(taken), at, applied.multiplier_bp)
    earnings = draft.find(Earnings)
    applied.require_points(earnings is not None and bool(earnings.programmes))
    return draft


def allocation(
    accounts: Iterable[Account], amount: int, rules: spend_order.Rules, at: datetime, *, rest_in_cash: bool
) -> tuple[list[tuple[Account, int]], int]:
    """What a payment takes from which lot, in spend order, and what is left to be paid in cash. Whole units."""
    lots = spend_order.spendable(accounts, at, rules)
    taken, missing = spend_order.allocate(lots, amount, rules)
    if missing and not (rest_in_cash and taken):
        raise InsufficientBalanceError(available=sum(lot.available for lot in lots), asked=amount)
    return taken, missing


def token_of(taken: list[tuple[Account, int]], missing: int, applied: Applied) -> str:
    """Names an allocation: the same lots, coupons and amounts, the same token."""
    coupons = [use.to_json() for use in applied.uses]
    digest = fingerprint(lots=[[lot.lot, part] for lot, part in taken], cash=missing, coupons=coupons or None)
    return base64.urlsafe_b64encode(digest[:15]).decode()


def balances_after(book: Book, municipality: int, wallet_id: UUID, taken: list[tuple[Account, int]]) -> dict[int, int]:
    """What the wallet has of each asset once the parts are taken from its lots. Whole units."""
    balances = {lot.asset: book.total(municipality, wallet_id, lot.asset) for lot, _ in taken}
    for lot, part in taken:
        balances[lot.asset] -= part
    return balances
