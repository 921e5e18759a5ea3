"""Holds: value set aside for a shop, then captured in part or whole, voided, or lapsed.

Domain verbs; terminals use them later.
"""

from dataclasses import dataclass
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
from domain.payments.refusals import HoldExceedsError, HoldNotOpenError
from domain.programmes.shop_rules import ShopRules, with_rules
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer

LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Authorize:
    """What is to be set aside. `id` names the hold, made by the caller; amount in whole units."""

    key: UUID
    id: UUID
    municipality: int
    wallet_id: UUID
    store_id: UUID
    amount: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OfHold:
    """A hold and its parties."""

    municipality: int
    id: UUID
    wallet_id: UUID
    store_id: UUID


async def authorize(services: Services, viewer: Viewer, authorization: Authorize) -> Posted:
    """Sets value aside in the wallet: still there, no longer available. Ends with the first of its lots to expire."""
    check_amount(authorization.amount, await payment_maximum(services, authorization.municipality))

    async def run(rules: ShopRules) -> Posted:
        return await services.ledger.post(_authorization(viewer, authorization, rules))

    return await with_rules(services, authorization.municipality, authorization.store_id, (), run)


def _authorization(viewer: Viewer, authorization: Authorize, rules: ShopRules) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        require_payment(book, authorization.municipality, authorization.wallet_id, authorization.store_id, viewer)
        taken, _ = allocation(
            book.wallet_lots(authorization.municipality, authorization.wallet_id),
            authorization.amount,
            rules,
            at,
            rest_in_cash=False,
        )
        ends = min(
            [
                authorization.expires_at,
                at + LONGEST,
                *(lot.expires_at for lot, _ in taken if lot.expires_at is not None),
            ]
        )
        hold = Hold(
            municipality=authorization.municipality,
            id=authorization.id,
            wallet=authorization.wallet_id,
            payee=authorization.store_id,
            state=HoldState.OPEN,
            accounts=[lot.id for lot, _ in taken],
            amounts=[part for _, part in taken],
            captured=0,
            expires_at=ends,
        )
        return Draft(
            amount=authorization.amount,
            sections=[HoldReference(authorization.id, expires_at=ends)],
            bare=True,
            held=list(taken),
            holds=[hold],
            counterparties={
                authorization.wallet_id: authorization.store_id,
                authorization.store_id: authorization.wallet_id,
            },
        )

    return Request(
        municipality=authorization.municipality,
        actor=viewer.person_id,
        operation=Operation.AUTHORIZE,
        key=authorization.key,
        input_hash=fingerprint(
            hold=authorization.id,
            wallet=authorization.wallet_id,
            store=authorization.store_id,
            amount=authorization.amount,
            until=authorization.expires_at.isoformat(),
        ),
        kind=JournalKind.HOLD,
        holders=(authorization.wallet_id, authorization.store_id),
        plan=plan,
        access=(authorization.wallet_id,),
        facts=Facts(wallet_id=authorization.wallet_id, store_id=authorization.store_id, client=viewer.client),
    )


async def capture(services: Services, viewer: Viewer, hold: OfHold, key: UUID, amount: int) -> Posted:
    """Takes the amount (whole units) from the hold's lots in their order; the rest is released in the same journal."""
    check_amount(amount, await payment_maximum(services, hold.municipality))
    renewal = await renewal_of(services, hold.municipality, hold.wallet_id)

    def plan(book: Book, at: datetime) -> Draft:
        found = _open(book, hold, viewer)
        if amount > sum(found.amounts):
            raise HoldExceedsError(sum(found.amounts))
        draft = release(book, found, HoldState.CAPTURED, amount)
        rest = amount
        taken = []
        for account, part in zip(
            (book.by_id[hold.municipality, number] for number in found.accounts), found.amounts, strict=True
        ):
            if take := min(part, rest):
                taken.append((account, take))
                rest -= take
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

    return await _post(services, viewer, hold, key, plan, Operation.CAPTURE, JournalKind.CAPTURE, amount, renewal.lots)


async def void(services: Services, viewer: Viewer, hold: OfHold, key: UUID) -> Posted:
    """Releases the whole hold."""

    def plan(book: Book, _: datetime) -> Draft:
        return release(book, _open(book, hold, viewer), HoldState.VOIDED)

    return await _post(services, viewer, hold, key, plan, Operation.VOID, JournalKind.VOID, None)


async def lapse(services: Services) -> int:
    """Releases holds whose time is over; how many. They count as released before this runs."""
    found = await lapsed_holds(services.clock())
    for hold in found:
        await services.ledger.post(lapse_request(hold))
    return len(found)


def _open(book: Book, hold: OfHold, viewer: Viewer) -> Hold:
    if not book.may(hold.municipality, hold.store_id, viewer.person_id, viewer.relations(Relation.STAFF)):
        raise NotPermittedError
    found = book.holds.get((hold.municipality, hold.id))
    if found is None or found.state != HoldState.OPEN or found.payee != hold.store_id:
        raise HoldNotOpenError
    return found


async def _post(
    services: Services,
    viewer: Viewer,
    hold: OfHold,
    key: UUID,
    plan: Plan,
    operation: Operation,
    kind: JournalKind,
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
            kind=kind,
            holders=(hold.wallet_id, hold.store_id),
            plan=plan,
            access=(hold.store_id,),
            lots=lots,
            facts=Facts(wallet_id=hold.wallet_id, store_id=hold.store_id, linked_journal=hold.id, client=viewer.client),
        )
    )
