"""Change a programme: its names, its end, and its budget.

Value that has been given is not affected.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.approvals.trail import record
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.refusals import AmountOutOfRangeError
from domain.database import transaction
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes import reads
from domain.programmes.allowance import Allowance
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme
from domain.programmes.receipts import BudgetChange, OfProgramme
from domain.programmes.refusals import BudgetExceededError, UnknownProgrammeError
from domain.programmes.tables import Programme as Row
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ProgrammeChange:
    """New values for a programme; None leaves a value unchanged. `stops` ends it now."""

    name_ja: str | None = None
    name_en: str | None = None
    ends_at: datetime | None = None
    stops: bool = False


async def change_programme(
    services: Services, viewer: Viewer, municipality: int, programme: UUID, change: ProgrammeChange
) -> Programme:
    """Change names and end, and write the audit entry in the same commit. Effective within `cache.SECONDS`."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    now = services.clock()
    async with transaction():
        row = await Row.select_for_update().get_or_none(municipality_id=municipality, id=programme)
        if row is None or row.kind == ProgrammeKind.VOUCHER:
            raise UnknownProgrammeError
        _check(row, change, now)
        before, after = _difference(row, change, now)
        if after:
            await Row.filter(municipality_id=municipality, id=programme).update(**after)
            await record(municipality, viewer, "change_programme", programme, "", _json(before), _json(after), now)
    services.shared(PROGRAMMES).forget(municipality)
    return await _existing(municipality, programme)


async def check_programme_change(
    services: Services, municipality: int, programme: UUID, change: ProgrammeChange
) -> None:
    """Raise UnknownProgrammeError, or InvalidInputError for the first field that is wrong."""
    row = await Row.get_or_none(municipality_id=municipality, id=programme)
    if row is None:
        raise UnknownProgrammeError
    _check(row, change, services.clock())


def _check(row: Row, change: ProgrammeChange, now: datetime) -> None:
    ends = change.ends_at
    wrong = [
        *wrong_names(NAME_LIMIT, name_ja=change.name_ja, name_en=change.name_en),
        ("ends_at", "STOP_OR_END", ends is not None and change.stops),
        ("ends_at", "PAST", ends is not None and ends <= now),
        (
            "ends_at",
            "ORDER",
            ends is not None and (ends <= row.starts_at or (row.expires_at is not None and ends > row.expires_at)),
        ),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)


def _difference(row: Row, change: ProgrammeChange, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    ends = change.ends_at
    if change.stops:
        ends = min(row.ends_at, max(now, row.starts_at + MOMENT))
    columns = {"name_ja": change.name_ja, "name_en": change.name_en, "ends_at": ends}
    after = {name: value for name, value in columns.items() if value is not None and value != getattr(row, name)}
    return {name: getattr(row, name) for name in after}, after


def _json(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in columns.items()}


def check_change(change: int) -> None:
    """Raise AmountOutOfRangeError for a change of a budget by nothing, or by too much."""
    if not change or abs(change) > LARGEST:
        raise AmountOutOfRangeError(1, LARGEST)


async def was_changed(services: Services, viewer: Viewer, municipality: int, key: UUID) -> bool:
    """Whether a key has ended, with a change of a budget or without one."""
    return await services.ledger.has_ended(RequestKey(municipality, viewer.person_id, Operation.CHANGE_BUDGET, key))


async def change_budget(
    services: Services,
    viewer: Viewer,
    municipality: int,
    programme: UUID,
    key: UUID,
    change: int,
    allowance: Allowance | None = None,
) -> tuple[Programme, Posted]:
    """Add to a programme's budget, or take back part of what is left of it (`change` below zero). Whole units.

    Repeating the key returns the same journal, and completes a call that was cut off. `allowance`: of the officer
    alone; None for what two have approved, and for what is taken back.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    town, known = await municipalities.by_id(municipality), await reads.by_id(municipality, programme)
    if town is None or known is None or known.kind is ProgrammeKind.VOUCHER:
        raise UnknownProgrammeError
    check_change(change)
    posted = await services.ledger.post(_request(viewer, known, town.issuer_id, key, change, allowance))
    await _note(known)
    services.shared(PROGRAMMES).forget(municipality)
    return await _existing(municipality, programme), posted


def _request(
    viewer: Viewer, programme: Programme, issuer: UUID, key: UUID, change: int, allowance: Allowance | None
) -> Request:
    def plan(book: Book, _: datetime) -> Draft:
        issuance = book.plain(programme.municipality, AccountKind.ISSUANCE, issuer, programme.asset)
        budget = book.plain(programme.municipality, AccountKind.BUDGET, programme.id, programme.asset)
        if change < 0 and budget.available < -change:
            raise BudgetExceededError(budget.available)
        if budget.posted + change > LARGEST:
            raise AmountOutOfRangeError(1, LARGEST - budget.posted)
        return Draft(
            amount=abs(change),
            sections=[BudgetChange(change), OfProgramme(programme.id)],
            guards=[] if allowance is None else allowance.counted(book, change),
            moves=[(issuance, budget, change) if change > 0 else (budget, issuance, -change)],
            counterparties={programme.id: issuer, issuer: programme.id},
        )

    return Request(
        municipality=programme.municipality,
        actor=viewer.person_id,
        operation=Operation.CHANGE_BUDGET,
        key=key,
        input_hash=fingerprint(programme=programme.id, change=change),
        kind=JournalKind.BUDGET_CHANGE,
        holders=(programme.id, issuer),
        plan=plan,
        guards=() if allowance is None else (allowance.guard,),
        # The programme is stored as the linked journal too, which lets an index find the changes of a budget.
        facts=Facts(
            programme_id=programme.id, linked_journal=programme.id, funding=programme.funding, client=viewer.client
        ),
        act=Act(programme.id, note=viewer.reason, after={"change": change}),
    )


async def _note(programme: Programme) -> None:
    """Write the budget into the programme's row, as often as it is called.

    The budget is the initial one plus all changes in the ledger.
    """
    town = programme.municipality
    async with transaction():
        row = await Row.select_for_update().get(municipality_id=town, id=programme.id)
        began = row.budget if row.budget_began is None else row.budget_began
        changed = await reads.budget_changes(town, programme.id)
        await Row.filter(municipality_id=town, id=programme.id).update(budget=began + changed, budget_began=began)


async def _existing(municipality: int, programme_id: UUID) -> Programme:
    programme = await reads.by_id(municipality, programme_id)
    if programme is None:
        raise UnknownProgrammeError
    return programme
