"""One page of rows each: granting them, calling them off, taking them back."""

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
from domain.expiry.heirs import Heirs, heirs_of
from domain.grants.grant import Ready, issue_of, plan_grant
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
"""Rows posted together: one batch of the ledger, so that payments wait for one batch and no more."""
CANCEL_PAGE = 1_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Step:
    """A page that was worked on: how many rows were decided, and the last row's number."""

    decided: int
    last: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all rows of a page share. Without a lot the programme gives nothing any more."""

    programme: Programme
    asset: Asset
    lot: Lot | None
    now: datetime

    def ready(self, wallet: UUID, facts: WalletFacts | None) -> Ready | None:
        """What a row's grant needs, where there is a lot for it."""
        if self.lot is None:
            return None
        person, household = (wallet, None) if facts is None else (facts.person, facts.household)
        return Ready(self.programme, self.asset, self.lot, person, household)


async def grant_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """Grants the next waiting rows; None where there are none."""
    page = await reads.waiting(bulk, after, PAGE)
    if not page:
        return None
    programme = await _programme(bulk)
    asset = await assets.in_municipality(bulk.municipality, programme.asset)
    if asset is None:
        raise UnknownAssetError
    now = services.clock()
    over = not programme.open_at(now) or ended(asset, issue_of(programme), now)
    terms = _Terms(
        programme, asset, None if over else await services.shared(LOTS).of(asset, issue_of(programme), now), now
    )
    known = await facts_of(programme, [row.wallet_id for row in page if row.wallet_id is not None])
    posts = [services.ledger.post(_grant(bulk, row, terms, known)) for row in page]
    answers = await asyncio.gather(*posts, return_exceptions=True)
    decided = [one for row, answer in zip(page, answers, strict=True) if (one := _decided(row, answer)) is not None]
    await write_decided(services, bulk, decided)
    return Step(len(decided), page[-1].number)


def _grant(bulk: BulkGrant, row: BulkRow, terms: _Terms, known: dict[UUID, WalletFacts]) -> Request:
    """A row's request.

    Whatever speaks against it is said inside the plan: so the row's key ends once, and never otherwise afterwards.
    """
    wallet, amount = _granted(row)
    facts = known.get(wallet)
    problem = _problem(facts, terms)
    ready = terms.ready(wallet, facts)

    def plan(book: Book, _: datetime) -> Draft:
        if book.guard(closed_guard(bulk), 1).value:
            raise BulkRowRefusedError("CANCELLED")
        if problem is not None:
            raise BulkRowRefusedError(problem.code, problem.told)
        if ready is None:
            raise BulkRowRefusedError("PROGRAMME_CLOSED")
        try:
            draft = plan_grant(book, bulk.municipality, wallet, amount, ready)
        except UnstoredRefusal as refusal:
            raise BulkRowRefusedError(refusal.code) from refusal
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
        lots=() if ready is None else (ready.lot.id,),
        guards=(closed_guard(bulk), *(() if ready is None else (key for key, _ in ready.caps))),
        facts=Facts(wallet_id=wallet, programme_id=terms.programme.id, funding=terms.programme.funding),
    )


def _problem(facts: WalletFacts | None, terms: _Terms) -> Problem | None:
    if facts is None:
        return Problem("UNKNOWN_WALLET")
    if terms.lot is None:
        return Problem("PROGRAMME_CLOSED")
    return facts.against(terms.programme, effective_on(terms.now).year)


def _granted(row: BulkRow) -> tuple[UUID, int]:
    """The wallet and the amount, which the table keeps for every row that waits or was granted."""
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
        case UnstoredRefusal() | Closed():  # busy, or not to be known at the moment: the row's key tells the next run
            return None
        case BaseException():
            log.error("bulk_grant.row_failed", bulk_grant=str(row.bulk_grant), row=row.number, exc_info=answer)
            return None
        case _:
            return None


def _refused(number: int, refusal: StoredRefusal) -> Decided:
    if not isinstance(refusal, BulkRowRefusedError):
        return Decided(number, RowState.REFUSED, refusal.code, refusal.data())
    state = RowState.CANCELLED if refusal.because == "CANCELLED" else RowState.REFUSED
    return Decided(number, state, refusal.because, refusal.told)


async def cancel_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """The grant is closed in the ledger, so nothing is granted any more.

    Rows that were end as they did, the others are cancelled.
    """
    page = await reads.waiting(bulk, after, CANCEL_PAGE)
    if not page:
        return None
    keys = {grant_key(bulk.id, row.number): row.number for row in page}
    found = await journals_of_actor(bulk.municipality, bulk.started_by, Operation.GRANT_ROW, list(keys))
    known = {keys[key]: journal for key, journal in found.items()}
    await write_decided(services, bulk, [_ended(row.number, known.get(row.number)) for row in page])
    return Step(len(page), page[-1].number)


def _ended(number: int, journal: Journal | None) -> Decided:
    if journal is None:
        return Decided(number, RowState.CANCELLED, "CANCELLED")
    if journal.outcome == Outcome.SETTLED:
        return Decided(number, RowState.GRANTED, journal=journal.id)
    if journal.refused is None:
        message = "the key of a row was closed, which nobody does"
        raise TypeError(message)
    return _refused(number, journal.refused.again())


async def undo_rows(services: Services, bulk: BulkGrant, after: int) -> Step | None:
    """Takes back what is left of the next granted rows; None where there are none."""
    page = await reads.to_undo(bulk, after, PAGE)
    if not page:
        return None
    programme = await _programme(bulk)
    found = await journals_by_keys([(bulk.municipality, row.journal_id) for row in page if row.journal_id is not None])
    journals = {journal.id: journal for journal in found if journal is not None}
    known = [(row, journals[row.journal_id]) for row in page if row.journal_id in journals]
    requests = [
        undo_request(bulk, row, journal, programme, await _heirs(services, programme, journal))
        for row, journal in known
    ]
    answers = await asyncio.gather(*[services.ledger.post(request) for request in requests], return_exceptions=True)
    taken = _all_taken(known, answers, services.clock())
    await write_taken_back(services, bulk, taken)
    return Step(len(taken), page[-1].number)


async def _heirs(services: Services, programme: Programme, journal: Journal) -> Heirs:
    """Where the value of a row is; nothing is asked where no payment renews value of the asset."""
    wallet = journal.wallet_id or programme.id
    renews = any(
        asset.id == programme.asset and asset.expiry_rule is ExpiryRule.LAST_USE_MONTHS
        for asset in await services.shared(ASSETS).of(journal.municipality)
    )
    return await heirs_of(journal, wallet) if renews else Heirs(wallet)


def _all_taken(known: Sequence[tuple[BulkRow, Journal]], answers: Sequence[object], now: datetime) -> list[TakenBack]:
    found = [_taken(row, journal, answer, now) for (row, journal), answer in zip(known, answers, strict=True)]
    return [one for one in found if one is not None]


def _taken(row: BulkRow, journal: Journal, answer: object, now: datetime) -> TakenBack | None:
    ends = journal.receipt.lots[0].expires_at
    why_not_all = "EXPIRED" if ends is not None and ends <= now else "SPENT"
    match answer:
        case Posted():
            amount = answer.receipt.amount
            return TakenBack(row.number, amount, None if amount == row.amount else why_not_all, answer.journal_id)
        case AlreadyReversedError():
            return TakenBack(row.number, 0, "REVERSED", None)
        case ReversalImpossibleError():
            return TakenBack(row.number, 0, why_not_all, None)
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
