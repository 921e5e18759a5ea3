"""Holds: value that is held for a store, then captured in part or whole, or voided, or lapses.

The contract has no holds yet; they are for terminals.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.assets.limits import check_amount, payment_maximum
from domain.expiry.renew import renewal_of
from domain.ledger import spend_order
from domain.ledger.book import Book, Hold
from domain.ledger.decide import lapse_request, release
from domain.ledger.kinds import AccountKind, HoldState, JournalKind, Operation
from domain.ledger.parties import require_payment
from domain.ledger.reads import lapsed_holds
from domain.ledger.receipt import HoldReference, SpendOrder
from domain.ledger.request import Draft, Facts, Plan, Posted, Request, fingerprint
from domain.payments.pay import allocation, balances_after
from domain.payments.refusals import HoldExceedsError, HoldNotOpenError, HoldUnitError
from domain.programmes.store_rules import StoreRules, rules_of, with_rules
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer

LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Authorize:
    """A hold to place. `id`: of the hold, made by the caller. Amount in whole units."""

    key: UUID
    id: UUID
    municipality: int
    wallet_id: UUID
    store_id: UUID
    amount: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HoldParties:
    """A hold with its wallet and store."""

    municipality: int
    id: UUID
    wallet_id: UUID
    store_id: UUID


async def authorize(services: Services, viewer: Viewer, authorization: Authorize) -> Posted:
    """Hold value in the wallet: it stays posted and is no longer available.

    The hold ends at its `expires_at`, after 7 days, or with the first of its lots to expire, whichever is first.
    """
    check_amount(authorization.amount, await payment_maximum(services, authorization.municipality))

    async def run(rules: StoreRules) -> Posted:
        return await services.ledger.post(_authorization(viewer, authorization, rules))

    return await with_rules(services, authorization.municipality, authorization.store_id, (), run)


def _authorization(viewer: Viewer, authorization: Authorize, rules: StoreRules) -> Request:
    town, wallet_id, store_id = authorization.municipality, authorization.wallet_id, authorization.store_id

    def plan(book: Book, at: datetime) -> Draft:
        require_payment(book, town, wallet_id, store_id, viewer)
        taken, _ = allocation(book.wallet_lots(town, wallet_id), authorization.amount, rules, at, rest_in_cash=False)
        lot_ends = [lot.expires_at for lot, _ in taken if lot.expires_at is not None]
        expires_at = min([authorization.expires_at, at + LONGEST, *lot_ends])
        hold = Hold(
            municipality=town,
            id=authorization.id,
            wallet=wallet_id,
            payee=store_id,
            state=HoldState.OPEN,
            accounts=[lot.id for lot, _ in taken],
            amounts=[part for _, part in taken],
            captured=0,
            expires_at=expires_at,
        )
        return Draft(
            amount=authorization.amount,
            sections=[HoldReference(authorization.id, expires_at=expires_at)],
            bare=True,
            held=list(taken),
            holds=[hold],
            counterparties={wallet_id: store_id, store_id: wallet_id},
        )

    return Request(
        municipality=town,
        actor=viewer.person_id,
        operation=Operation.AUTHORIZE,
        key=authorization.key,
        input_hash=fingerprint(
            hold=authorization.id,
            wallet=wallet_id,
            store=store_id,
            amount=authorization.amount,
            until=authorization.expires_at.isoformat(),
        ),
        kind=JournalKind.HOLD,
        holders=(wallet_id, store_id),
        plan=plan,
        access=(wallet_id,),
        facts=Facts(wallet_id=wallet_id, store_id=store_id, client=viewer.client),
    )


async def capture(services: Services, viewer: Viewer, hold: HoldParties, key: UUID, amount: int) -> Posted:
    """Capture an amount from the lots of the hold, in their order, and release the rest in the same journal.

    Whole units. HoldNotOpenError, HoldExceedsError, HoldUnitError.
    """
    check_amount(amount, await payment_maximum(services, hold.municipality))
    renewal = await renewal_of(services, hold.municipality, hold.wallet_id)
    rules = await rules_of(services, hold.municipality, hold.store_id)

    def plan(book: Book, at: datetime) -> Draft:
        open_hold = _open(book, hold, viewer)
        if amount > sum(open_hold.amounts):
            raise HoldExceedsError(sum(open_hold.amounts))
        draft = release(book, open_hold, HoldState.CAPTURED, amount)
        taken = _captured(book, open_hold, amount, rules)
        draft.moves = [
            (lot, book.plain(hold.municipality, AccountKind.PAYABLE, hold.store_id, lot.asset), part)
            for lot, part in taken
        ]
        draft.amount, draft.bare = amount, False
        draft.lots = [lot.portion(part) for lot, part in taken]
        draft.balances = balances_after(book, hold.municipality, hold.wallet_id, taken)
        draft.sections = [SpendOrder(spend_order.VERSION), HoldReference(hold.id)]
        renewal.apply(book, draft, at)
        return draft

    return await _post(services, viewer, hold, key, plan, Operation.CAPTURE, amount, renewal.lots)


async def void(services: Services, viewer: Viewer, hold: HoldParties, key: UUID) -> Posted:
    """Release the whole hold. HoldNotOpenError."""

    def plan(book: Book, _: datetime) -> Draft:
        return release(book, _open(book, hold, viewer), HoldState.VOIDED)

    return await _post(services, viewer, hold, key, plan, Operation.VOID, None)


async def lapse(services: Services) -> int:
    """Release the holds whose time is over, and return how many. They count as released before this runs."""
    holds = await lapsed_holds(services.clock())
    for hold in holds:
        await services.ledger.post(lapse_request(hold))
    return len(holds)


def _open(book: Book, hold: HoldParties, viewer: Viewer) -> Hold:
    if not book.may(hold.municipality, hold.store_id, viewer.person_id, viewer.relations(Relation.STAFF)):
        raise NotPermittedError
    locked = book.holds.get((hold.municipality, hold.id))
    if locked is None or locked.state != HoldState.OPEN or locked.payee != hold.store_id:
        raise HoldNotOpenError
    return locked


def _captured(book: Book, hold: Hold, amount: int, rules: StoreRules) -> spend_order.Taken:
    """Return how much of each lot a capture takes, in whole units of each asset. HoldUnitError."""
    lots = [book.by_id[hold.municipality, number] for number in hold.accounts]
    # Only what was set aside may be captured: each part of the hold stands for its lot.
    parts = [replace(lot, posted=part, held=0) for lot, part in zip(lots, hold.amounts, strict=True)]
    taken, missing = spend_order.allocate(parts, amount, rules)
    if missing:
        raise HoldUnitError(amount - missing)
    return [(book.by_id[hold.municipality, lot.id], part) for lot, part in taken]


async def _post(
    services: Services,
    viewer: Viewer,
    hold: HoldParties,
    key: UUID,
    plan: Plan,
    operation: Operation,
    amount: int | None,
    lots: tuple[int, ...] = (),
) -> Posted:
    return await services.ledger.post(
        Request(
            municipality=hold.municipality,
            actor=viewer.person_id,
            operation=operation,
            key=key,
            input_hash=fingerprint(hold=hold.id, amount=amount),
            kind=operation.kind,
            holders=(hold.wallet_id, hold.store_id),
            plan=plan,
            access=(hold.store_id,),
            lots=lots,
            facts=Facts(wallet_id=hold.wallet_id, store_id=hold.store_id, linked_journal=hold.id, client=viewer.client),
        )
    )
