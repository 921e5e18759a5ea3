"""The steps of the runner: grant, cancel or undo one page of rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from domain.assets import reads as assets
from domain.assets.kinds import ExpiryRule
from domain.assets.lots import LOTS, ended
from domain.assets.reads import ASSETS, Asset, Lot
from domain.assets.refusals import UnknownAssetError
from domain.bulk_grants import reads
from domain.bulk_grants.csv_file import Problem
from domain.bulk_grants.facts import WalletFacts, facts_of
from domain.bulk_grants.keys import closed_guard, grant_key
from domain.bulk_grants.kinds import RowState
from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.bulk_grants.receipts import OfFile
from domain.bulk_grants.record import Decided, TakenBack, write_decided, write_taken_back
from domain.bulk_grants.refusals import BulkRowRefusedError
from domain.bulk_grants.take_back import undo_request
from domain.expiry.renewed_value import RenewedValue, renewed_value_of
from domain.grants.grant import PreparedGrant, issue_of, plan_grant
from domain.grants.sums import Alone, alone
from domain.ledger.book import Book
from domain.ledger.kinds import JournalKind, Operation, Outcome
from domain.ledger.reads import Journal, journals_by_keys, journals_of_actor
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.ledger.request import Closed, Draft, Facts, Posted, Request, effective_on, fingerprint
from domain.programmes import reads as programmes
from domain.programmes.reads import Programme
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import StoredRefusal, UnstoredRefusal
from domain.services import Services

PAGE = 64
"""Rows posted together: one batch of the ledger, so that payments wait for no more than one batch."""
CANCEL_PAGE = 1_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Step:
    """A processed page: the number of rows decided, and the number of its last row."""

    decided: int
    last: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """The data that all rows of a page share. `lot` is None if the programme no longer gives value."""

    programme: Programme
    asset: Asset
    lot: Lot | None
    now: datetime
    limits: Alone | None
    """What the officer may give alone; None for a file that two have approved."""

    def prepare(self, wallet: UUID, facts: WalletFacts | None) -> PreparedGrant | None:
        """Return the data for the grant of a row; None if the programme no longer gives value."""
        if self.lot is None:
            return None
        person, household = (wallet, None) if facts is None else (facts.person, facts.household)
        return PreparedGrant(
            programme=self.programme, asset=self.asset, lot=self.lot, person=person, household=household
        )


async def grant_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """Grant the next waiting rows; return None if there are none."""
    page = await reads.waiting(bulk, after, PAGE)
    if not page:
        return None
    programme = await _programme(bulk)
    asset = await assets.in_municipality(bulk.municipality, programme.asset)
    if asset is None:
        raise UnknownAssetError
    now = services.clock()
    issue = issue_of(programme)
    over = not programme.open_at(now) or ended(asset, issue, now)
    lot = None if over else await services.shared(LOTS).of(asset, issue, now)
    limits = None if bulk.approve_key is not None else await alone(services, bulk.municipality, bulk.started_by)
    terms = _Terms(programme, asset, lot, now, limits)
    known = await facts_of(programme, [row.wallet_id for row in page if row.wallet_id is not None])
    posts = [services.ledger.post(_grant(bulk, row, terms, known)) for row in page]
    answers = await asyncio.gather(*posts, return_exceptions=True)
    outcomes = [_decided(row, answer) for row, answer in zip(page, answers, strict=True)]
    decided = [outcome for outcome in outcomes if outcome is not None]
    await write_decided(services, bulk, decided)
    return Step(len(decided), page[-1].number)


def _grant(bulk: BulkGrant, row: BulkRow, terms: _Terms, known: dict[UUID, WalletFacts]) -> Request:
    """Build the request of a row.

    All refusals are raised inside the plan, which ends the row's key: a later run cannot decide the row differently.
    """
    wallet, amount = _granted(row)
    facts = known.get(wallet)
    problem = _problem(facts, terms)
    prepared = terms.prepare(wallet, facts)

    def plan(book: Book, _: datetime) -> Draft:
        if book.guard(closed_guard(bulk), 1).value:
            raise BulkRowRefusedError("CANCELLED")
        if problem is not None:
            raise BulkRowRefusedError(problem.code, problem.figures)
        if prepared is None:
            raise BulkRowRefusedError("PROGRAMME_CLOSED")
        try:
            draft = plan_grant(book, bulk.municipality, wallet, amount, prepared, terms.limits)
        except UnstoredRefusal as refusal:
            raise BulkRowRefusedError(refusal.code, refusal.data()) from refusal
        draft.sections.append(OfFile(bulk.id, row.number))
        return draft

    return Request(
        municipality=bulk.municipality,
        actor=bulk.started_by,
        operation=Operation.GRANT_ROW,
        key=grant_key(bulk.id, row.number),
        input_hash=fingerprint(bulk=bulk.id, row=row.number, wallet=wallet, amount=amount),
        kind=JournalKind.GRANT,
        holders=(wallet, terms.programme.id),
        plan=plan,
        lots=() if prepared is None else (prepared.lot.id,),
        guards=(
            closed_guard(bulk),
            *(() if prepared is None else (key for key, _ in prepared.caps)),
            *(() if terms.limits is None else terms.limits.guards(wallet)),
        ),
        facts=Facts(wallet_id=wallet, programme_id=terms.programme.id, funding=terms.programme.funding),
    )


def _problem(facts: WalletFacts | None, terms: _Terms) -> Problem | None:
    if facts is None:
        return Problem("UNKNOWN_WALLET")
    if terms.lot is None:
        return Problem("PROGRAMME_CLOSED")
    return facts.against(terms.programme, effective_on(terms.now).year)


def _granted(row: BulkRow) -> tuple[UUID, int]:
    """Return the wallet and the amount, which a waiting or granted row always has."""
    if row.wallet_id is None or row.amount is None:
        message = "a row without a wallet or an amount waits"
        raise TypeError(message)
    return row.wallet_id, row.amount


def _decided(row: BulkRow, answer: object) -> Decided | None:
    match answer:
        case Posted():
            return Decided(row.number, RowState.GRANTED, journal=answer.journal_id)
        case StoredRefusal():
            return _refused(row.number, answer)
        case UnstoredRefusal() | Closed():  # busy or unknown for now: the next run learns it by the row's key
            return None
        case BaseException():
            log.error("bulk_grant.row_failed", bulk_grant=str(row.bulk_grant), row=row.number, exc_info=answer)
            return None
        case _:
            return None


def _refused(number: int, refusal: StoredRefusal) -> Decided:
    if not isinstance(refusal, BulkRowRefusedError):
        return Decided(number, RowState.REFUSED, refusal.code, refusal.data())
    state = RowState.CANCELLED if refusal.reason == "CANCELLED" else RowState.REFUSED
    return Decided(number, state, refusal.reason, refusal.figures)


async def cancel_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """Cancel the next waiting rows; return None if there are none.

    The ledger has closed the bulk grant. Rows that it decided before get that outcome, all others are cancelled.
    """
    page = await reads.waiting(bulk, after, CANCEL_PAGE)
    if not page:
        return None
    keys = {grant_key(bulk.id, row.number): row.number for row in page}
    by_key = await journals_of_actor(bulk.municipality, bulk.started_by, Operation.GRANT_ROW, list(keys))
    known = {keys[key]: journal for key, journal in by_key.items()}
    await write_decided(services, bulk, [_ended(row.number, known.get(row.number)) for row in page])
    return Step(len(page), page[-1].number)


def _ended(number: int, journal: Journal | None) -> Decided:
    if journal is None:
        return Decided(number, RowState.CANCELLED, "CANCELLED")
    if journal.outcome == Outcome.SETTLED:
        return Decided(number, RowState.GRANTED, journal=journal.id)
    if journal.refused is None:
        message = "the key of a row was closed, which no operation does"
        raise TypeError(message)
    return _refused(number, journal.refused.again())


async def undo_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """Take back what is left of the next granted rows; return None if there are none."""
    page = await reads.to_undo(bulk, after, PAGE)
    if not page:
        return None
    programme = await _programme(bulk)
    granted = await journals_by_keys(
        [(bulk.municipality, row.journal_id) for row in page if row.journal_id is not None]
    )
    journals = {journal.id: journal for journal in granted if journal is not None}
    known = [(row, journals[row.journal_id]) for row in page if row.journal_id in journals]
    assets = await services.shared(ASSETS).of(bulk.municipality)
    unit = next(asset.minimum_unit for asset in assets if asset.id == programme.asset)
    requests = [
        undo_request(bulk, row, journal, programme, await _renewed_value(services, programme, journal), unit)
        for row, journal in known
    ]
    answers = await asyncio.gather(*[services.ledger.post(request) for request in requests], return_exceptions=True)
    taken = _all_taken(known, answers, services.clock())
    await write_taken_back(services, bulk, taken)
    return Step(len(taken), page[-1].number)


async def _renewed_value(services: Services, programme: Programme, journal: Journal) -> RenewedValue:
    """Return the lots that a row's value may be in now, without a query for an asset that payments do not renew."""
    wallet = journal.wallet_id or programme.id
    renews = any(
        asset.id == programme.asset and asset.expiry_rule is ExpiryRule.LAST_USE_MONTHS
        for asset in await services.shared(ASSETS).of(journal.municipality)
    )
    return await renewed_value_of(journal, wallet) if renews else RenewedValue(wallet)


def _all_taken(known: Sequence[tuple[BulkRow, Journal]], answers: Sequence[object], now: datetime) -> list[TakenBack]:
    outcomes = [_taken(row, journal, answer, now) for (row, journal), answer in zip(known, answers, strict=True)]
    return [outcome for outcome in outcomes if outcome is not None]


def _taken(row: BulkRow, journal: Journal, answer: object, now: datetime) -> TakenBack | None:
    ends = journal.receipt.lots[0].expires_at
    reason = "EXPIRED" if ends is not None and ends <= now else "SPENT"
    match answer:
        case Posted():
            amount = answer.receipt.amount
            return TakenBack(row.number, amount, None if amount == row.amount else reason, answer.journal_id)
        case AlreadyReversedError():
            return TakenBack(row.number, 0, "REVERSED", None)
        case ReversalImpossibleError():
            return TakenBack(row.number, 0, reason, None)
        case UnstoredRefusal() | Closed():
            return None
        case BaseException():
            log.error("bulk_grant.undo_failed", bulk_grant=str(row.bulk_grant), row=row.number, exc_info=answer)
            return None
        case _:
            return None


async def _programme(bulk: BulkGrant) -> Programme:
    programme = await programmes.by_id(bulk.municipality, bulk.programme_id)
    if programme is None:
        raise UnknownProgrammeError
    return programme
