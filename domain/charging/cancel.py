"""The counter that took the cash cancels a charge soon after.

Value out of the wallet, cash out of the cash box, bonus back to its budget.

Only what is unspent can be cancelled. What is spent of a bonus must have been earned by the part of the charge that
stays, so a spent
bonus makes the cancelled amount smaller. What a debt took of a bonus is not spent: it is owed again. A charge is
cancelled once, and
never beside a reversal: both count in the same guard.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.approvals.refusals import UnknownJournalError
from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS
from domain.assets.receipts import Collected
from domain.charging.kinds import CancelReason
from domain.charging.receipts import Bonuses, OfCharge
from domain.charging.refusals import CancelTooLateError
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, Operation, Outcome
from domain.ledger.parties import usable_wallet
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.receipt import Portion
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Posted, Request, effective_on, fingerprint
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.programmes import caps
from domain.programmes import reads as programmes
from domain.programmes.kinds import BASIS_POINTS
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class CancelCharge:
    """What a counter asks."""

    key: UUID
    municipality: int
    charge_id: UUID
    reason: CancelReason
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """A bonus that came with the charge: whole units, and the rate in hundredths of a percent."""

    programme: UUID
    portion: Portion
    rate_bp: int
    settled: int = 0
    """What a debt took of it."""

    def kept(self, remaining: int) -> int:
        """What the remaining charge would have earned of it."""
        return min(self.portion.amount, remaining * self.rate_bp // BASIS_POINTS)

    def must_remain(self, available: int) -> int:
        """The least charge that has to stay, so that what is spent of the bonus was earned by it."""
        spent = self.portion.amount - min(self.portion.amount, available + self.settled)
        return -(-spent * BASIS_POINTS // self.rate_bp)


@dataclass(frozen=True, slots=True)
class _Charge:
    """The charge to be cancelled, with what it did. Whole units."""

    journal: Journal
    wallet: UUID
    counter: UUID
    town: Municipality
    yen: int
    portion: Portion
    bonuses: tuple[Earned, ...]

    @property
    def ends_at(self) -> datetime:
        """Until when the counter may cancel it, beside the end of the day."""
        return self.journal.recorded_at + timedelta(minutes=self.town.charge_cancel_minutes)


async def cancel_charge(services: Services, viewer: Viewer, cancellation: CancelCharge) -> Posted:
    """Cancels what is unspent of the charge, or raises a refusal; the cash of the same amount is handed back."""
    journal = await journal_by_id(cancellation.municipality, cancellation.charge_id)
    if journal is None or journal.kind is not JournalKind.CHARGE or journal.outcome is not Outcome.SETTLED:
        raise UnknownJournalError
    return await services.ledger.post(_request(viewer, cancellation, await _charge(services, journal)))


async def _charge(services: Services, journal: Journal) -> _Charge:
    town = await municipalities.by_id(journal.municipality)
    if town is None or journal.wallet_id is None:
        raise UnknownJournalError
    yen = next(asset.id for asset in await services.shared(ASSETS).of(town.id) if asset.kind is AssetKind.CASH)
    [portion] = journal.receipt.lots
    return _Charge(
        journal=journal,
        wallet=journal.wallet_id,
        counter=journal.receipt.section(Collected).id,
        town=town,
        yen=yen,
        portion=portion,
        bonuses=await _bonuses(journal),
    )


async def _bonuses(journal: Journal) -> tuple[Earned, ...]:
    given = journal.receipt.find(Bonuses)
    if given is None or not given.portions:
        return ()
    sources = await assets.sources_of(journal.municipality, [portion.lot for portion in given.portions])
    keys = [(journal.municipality, sources[portion.lot].programme_id) for portion in given.portions]
    found = await programmes.by_keys([(town, programme) for town, programme in keys if programme is not None])
    return tuple(
        Earned(programme.id, portion, programme.rate_bp or 1, journal.receipt.settled_of(portion.lot))
        for portion, programme in zip(given.portions, found, strict=True)
        if programme is not None
    )


def _request(viewer: Viewer, cancellation: CancelCharge, charge: _Charge) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        _check(book, viewer, charge, at)
        return _plan(book, charge)

    journal = charge.journal
    return Request(
        municipality=cancellation.municipality,
        actor=viewer.person_id,
        operation=Operation.CANCEL_CHARGE,
        key=cancellation.key,
        input_hash=fingerprint(charge=cancellation.charge_id, reason=cancellation.reason),
        kind=JournalKind.CHARGE_CANCEL,
        plan=plan,
        holders=(charge.wallet, charge.counter, charge.town.issuer_id, *(bonus.programme for bonus in charge.bonuses)),
        lots=(charge.portion.lot, *(bonus.portion.lot for bonus in charge.bonuses)),
        access=(charge.counter,),
        valid_until=cancellation.valid_until,
        guards=(
            refunded_guard(cancellation.municipality, journal.id),
            *caps.keys_of(cancellation.municipality, journal.receipt.caps),
        ),
        facts=Facts(
            wallet_id=charge.wallet,
            store_id=journal.store_id,
            channel=Channel.DESK,
            funding=Funding.CASH,
            reason=cancellation.reason,
            linked_journal=journal.id,
            client=viewer.client,
        ),
    )


def _check(book: Book, viewer: Viewer, charge: _Charge, at: datetime) -> None:
    town, journal = charge.town.id, charge.journal
    relation = Relation.DESK if journal.store_id is None else Relation.STAFF
    if not book.may(town, charge.counter, viewer.person_id, viewer.relations(relation)):
        raise NotPermittedError
    usable_wallet(book, town, charge.wallet)
    if book.guard(refunded_guard(town, journal.id), charge.portion.amount).value:
        raise AlreadyReversedError
    if at >= charge.ends_at or effective_on(at) != effective_on(journal.recorded_at):
        raise CancelTooLateError(charge.town.charge_cancel_minutes)


def _plan(book: Book, charge: _Charge) -> Draft:
    town, issuer = charge.town.id, charge.town.issuer_id
    portion = charge.portion
    account = _account(book, charge, portion)
    bonuses = [(bonus, _account(book, charge, bonus.portion)) for bonus in charge.bonuses]
    stays = max((bonus.must_remain(held.available) for bonus, held in bonuses), default=0)
    amount = min(account.available, portion.amount - stays)
    if amount <= 0:
        raise ReversalImpossibleError(max(0, amount))
    withdrawn = [(bonus, held, bonus.portion.amount - bonus.kept(portion.amount - amount)) for bonus, held in bonuses]
    withdrawn = [(bonus, held, part) for bonus, held, part in withdrawn if part]
    balances = {portion.asset: book.total(town, charge.wallet, portion.asset) - amount}
    for bonus, _, part in withdrawn:
        asset = bonus.portion.asset
        balances[asset] = balances.get(asset, book.total(town, charge.wallet, asset)) - part
    return Draft(
        amount=amount,
        lots=[replace(portion, amount=amount)],
        balances=balances,
        sections=[
            OfCharge(charge.journal.id),
            Bonuses(tuple(replace(bonus.portion, amount=part) for bonus, _, part in withdrawn)),
            Collected(charge.counter),
        ],
        moves=[
            (account, book.plain(town, AccountKind.ISSUANCE, issuer, portion.asset), amount),
            (
                book.plain(town, AccountKind.CASH, charge.counter, charge.yen),
                book.plain(town, AccountKind.ISSUANCE, issuer, charge.yen),
                amount,
            ),
            *(move for bonus, held, part in withdrawn for move in _withdrawal(book, charge, bonus, held, part)),
        ],
        guards=[
            (book.guard(refunded_guard(town, charge.journal.id), charge.portion.amount), amount),
            *caps.given_back(
                book, town, charge.journal.receipt.caps, {bonus.programme: part for bonus, _, part in withdrawn}
            ),
        ],
        counterparties={
            charge.wallet: charge.counter,
            charge.counter: charge.wallet,
            **{bonus.programme: charge.wallet for bonus, _, _ in withdrawn},
        },
    )


def _withdrawal(
    book: Book, charge: _Charge, bonus: Earned, held: Account, part: int
) -> list[tuple[Account, Account, int]]:
    """A part of a bonus goes back to its budget: out of its lot first, the rest is owed again."""
    town = charge.town.id
    asset = bonus.portion.asset
    budget = book.plain(town, AccountKind.BUDGET, bonus.programme, asset)
    of_lot = min(part, held.available)
    moves = [(held, budget, of_lot)] if of_lot else []
    return (
        [*moves, (book.plain(town, AccountKind.DEBT, charge.wallet, asset), budget, part - of_lot)]
        if part > of_lot
        else moves
    )


def _account(book: Book, charge: _Charge, portion: Portion) -> Account:
    return book.account(charge.town.id, AccountKey(AccountKind.WALLET, charge.wallet, portion.asset, portion.lot))
