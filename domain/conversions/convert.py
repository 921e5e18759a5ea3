"""A resident converts value: lots of one asset leave the wallet for good.

And a programme's budget pays for a lot of another, in one journal.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.conversions.offer import Counted, Offer, offer_of, worked_out
from domain.conversions.receipts import Received
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.ledger import no_plan
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import QuoteChangedError, UnknownWalletError
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes.caps import UNLIMITED, of_book
from domain.programmes.reads import PROGRAMMES
from domain.programmes.receipts import OfProgramme
from domain.programmes.shop_rules import StaleRulesError
from domain.refusals import UnstoredRefusal
from domain.services import Services
from domain.viewer import Viewer

AMOUNT_MAXIMUM = 10_000_000
"""Whole units of one conversion."""


@dataclass(frozen=True, slots=True)
class Convert:
    """What a resident asks.

    Amount in whole units of what is converted; `expected`: what must come of it, as the quote said.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    from_asset: int
    to_asset: int
    amount: int
    expected: int | None = None
    valid_until: datetime | None = None


async def convert(services: Services, viewer: Viewer, what: Convert) -> Posted:
    """Converts or raises a refusal.

    The same key answers the same, also when the rate or the programme has ended since.
    """
    check_amount(what.amount, AMOUNT_MAXIMUM)
    try:
        return await _convert(services, viewer, what)
    except StaleRulesError:
        services.shared(PROGRAMMES).forget(what.municipality)
        return await _convert(services, viewer, what)


async def _convert(services: Services, viewer: Viewer, what: Convert) -> Posted:
    town = await municipalities.by_id(what.municipality)
    if town is None:
        raise UnknownWalletError
    try:
        offer = await offer_of(services, what.municipality, what.wallet_id, what.from_asset, what.to_asset)
    except UnstoredRefusal as refusal:
        return await services.ledger.answer(_request(viewer, what, None, town.issuer_id), otherwise=refusal)
    return await services.ledger.post(_request(viewer, what, offer, town.issuer_id))


def _request(viewer: Viewer, what: Convert, offer: Offer | None, issuer: UUID) -> Request:
    def admit(book: Book) -> None:
        usable_wallet(book, what.municipality, what.wallet_id, viewer)

    def plan(book: Book, at: datetime) -> Draft:
        return no_plan(book, at) if offer is None else _plan(book, what, offer, issuer, at)

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.CONVERT,
        key=what.key,
        input_hash=fingerprint(wallet=what.wallet_id, given=what.from_asset, taken=what.to_asset, amount=what.amount),
        kind=JournalKind.CONVERSION,
        admit=admit,
        plan=plan,
        access=(what.wallet_id,),
        valid_until=what.valid_until,
        holders=(what.wallet_id,) if offer is None else (what.wallet_id, issuer, offer.programme.id),
        lots=() if offer is None else (offer.lot.id,),
        guards=() if offer is None else (offer.of_today, *(key for key, _ in offer.caps)),
        facts=Facts(
            wallet_id=what.wallet_id, programme_id=None if offer is None else offer.programme.id, client=viewer.client
        ),
    )


def _plan(book: Book, what: Convert, offer: Offer, issuer: UUID, at: datetime) -> Draft:
    town, wallet, rate = what.municipality, what.wallet_id, offer.rate
    today = book.guard(offer.of_today, UNLIMITED)
    caps, cap_left = of_book(book, offer.caps)
    budget = book.plain(town, AccountKind.BUDGET, offer.programme.id, offer.taken.id)
    held = book.total(town, wallet, offer.taken.id)
    counted = Counted(today.value, cap_left, budget.available, held)
    done = worked_out(offer, what.amount, book.wallet_lots(town, wallet), counted, at)
    if what.expected is not None and what.expected != done.received:
        raise QuoteChangedError
    issuance = book.plain(town, AccountKind.ISSUANCE, issuer, offer.given.id)
    account = book.account(town, AccountKey(AccountKind.WALLET, wallet, offer.taken.id, offer.lot.id), offer.lot)
    draft = Draft(
        amount=done.spent,
        lots=[lot.portion(part) for lot, part in done.parts],
        balances={
            offer.given.id: book.total(town, wallet, offer.given.id) - done.spent,
            offer.taken.id: held + done.received,
        },
        sections=[
            Received(offer.lot.portion(done.received), rate.numerator, rate.denominator),
            OfProgramme(offer.programme.id),
        ],
        moves=[(lot, issuance, part) for lot, part in done.parts],
        guards=[(today, done.spent), *((cap, done.received) for cap in caps)],
        counterparties={wallet: offer.programme.id, offer.programme.id: wallet, issuer: wallet},
    )
    credit(book, draft, budget, account, done.received)
    return draft
