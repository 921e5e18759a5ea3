"""Cancellation of charges: the counter that took the cash takes its own charge back soon after.

Value leaves the wallet, cash leaves the cash box, and the bonus goes back to its budget.

Only what is unspent can be cancelled. What is spent of a bonus must have been earned by the part of the charge that
stays, so a spent bonus makes the cancelled amount smaller. What a debt took of a bonus is not spent: it is owed again.
A charge is either cancelled or reversed, and once: both count in the same guard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.approvals.refusals import UnknownJournalError
from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS
from domain.assets.receipts import Collected
from domain.assets.tries import post_telling
from domain.charging.kinds import CancelReason
from domain.charging.receipts import Bonuses, OfCharge
from domain.charging.refusals import CancelTooLateError
from domain.ledger.act import Act
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.guards import refunded_guard
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, Operation, Outcome
from domain.ledger.parties import usable_wallet
from domain.ledger.reads import Journal, journal_by_id
from domain.ledger.receipt import Portion
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Draft, Facts, Posted, Request, effective_on, fingerprint
from domain.ledger.spend_order import multiple
from domain.ledger.units import taken_whole
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
    """A cancellation to make."""

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
    unit: int
    """The minimum unit of the bonus."""
    settled: int = 0
    """What a debt took of the bonus."""

    def kept(self, remaining: int) -> int:
        """Return the part of the bonus that the remaining charge would have earned. Whole units."""
        return min(self.portion.amount, multiple(remaining * self.rate_bp // BASIS_POINTS, self.unit))

    def must_remain(self, available: int) -> int:
        """Return the least charge that must stay, so that it earns what is spent of the bonus. Whole units."""
        spent = self.portion.amount - min(self.portion.amount, available + self.settled)
        return -(-multiple(spent + self.unit - 1, self.unit) * BASIS_POINTS // self.rate_bp)


@dataclass(frozen=True, slots=True)
class _Charge:
    """The charge to cancel, with its parties, value and bonuses. Whole units."""

    journal: Journal
    wallet: UUID
    counter: UUID
    town: Municipality
    yen: int
    portion: Portion
    unit: int
    bonuses: tuple[Earned, ...]

    @property
    def ends_at(self) -> datetime:
        """End of the minutes in which the counter may cancel the charge; the end of its day comes first."""
        return self.journal.recorded_at + timedelta(minutes=self.town.charge_cancel_minutes)


async def cancel_charge(services: Services, viewer: Viewer, cancellation: CancelCharge) -> Posted:
    """Cancel what is unspent of the charge, or raise a refusal. The counter hands back cash of the same amount."""
    journal = await journal_by_id(cancellation.municipality, cancellation.charge_id)
    if journal is None or journal.kind is not JournalKind.CHARGE or journal.outcome is not Outcome.SETTLED:
        raise UnknownJournalError
    charge = await _charge(services, journal)
    request = _request(viewer, cancellation, charge)
    if journal.store_id is None:
        return await services.ledger.post(request)
    return await post_telling(services, request, charge.wallet)


async def _charge(services: Services, journal: Journal) -> _Charge:
    town = await municipalities.by_id(journal.municipality)
    if town is None or journal.wallet_id is None:
        raise UnknownJournalError
    known = await services.shared(ASSETS).of(town.id)
    yen = next(asset.id for asset in known if asset.kind is AssetKind.CASH)
    units = {asset.id: asset.minimum_unit for asset in known}
    [portion] = journal.receipt.lots
    return _Charge(
        journal=journal,
        wallet=journal.wallet_id,
        counter=journal.receipt.section(Collected).id,
        town=town,
        yen=yen,
        portion=portion,
        unit=units[portion.asset],
        bonuses=await _bonuses(journal, units),
    )


async def _bonuses(journal: Journal, units: Mapping[int, int]) -> tuple[Earned, ...]:
    bonuses = journal.receipt.find(Bonuses)
    if bonuses is None or not bonuses.portions:
        return ()
    sources = await assets.sources_of(journal.municipality, [portion.lot for portion in bonuses.portions])
    keys = [(journal.municipality, sources[portion.lot].programme_id) for portion in bonuses.portions]
    campaigns = await programmes.by_keys([(town, programme) for town, programme in keys if programme is not None])
    return tuple(
        Earned(
            programme=programme.id,
            portion=portion,
            rate_bp=programme.rate_bp or 1,
            unit=units[portion.asset],
            settled=journal.receipt.settled_of(portion.lot),
        )
        for portion, programme in zip(bonuses.portions, campaigns, strict=True)
        if programme is not None
    )


def _request(viewer: Viewer, cancellation: CancelCharge, charge: _Charge) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        _check(book, viewer, charge, at)
        return _plan(book, charge, at)

    journal, town = charge.journal, cancellation.municipality
    return Request(
        municipality=town,
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
        guards=(refunded_guard(town, journal.id), *caps.keys_of(town, journal.receipt.caps)),
        facts=Facts(
            wallet_id=charge.wallet,
            store_id=journal.store_id,
            channel=Channel.DESK,
            funding=Funding.CASH,
            reason=cancellation.reason,
            linked_journal=journal.id,
            client=viewer.client,
        ),
        act=Act(journal.id, cancellation.reason.name, viewer.reason),
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


def _plan(book: Book, charge: _Charge, at: datetime) -> Draft:
    town, issuer = charge.town.id, charge.town.issuer_id
    portion = charge.portion
    account = _account(book, charge, portion)
    bonuses = [(bonus, _account(book, charge, bonus.portion)) for bonus in charge.bonuses]
    stays = max((bonus.must_remain(held.available) for bonus, held in bonuses), default=0)
    amount = taken_whole(book, account, min(account.available, portion.amount - stays), charge.unit, at)
    if amount <= 0:
        raise ReversalImpossibleError(None if charge.journal.store_id else max(0, amount))
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
    """Return the moves of a part of a bonus back to its budget: out of its lot first; the rest is owed again."""
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
