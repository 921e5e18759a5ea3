"""Approve, pause, resume, cancel and undo a bulk grant.

Each is a change of state, whose audit entry is written in the same commit.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals import reads as approvals
from domain.approvals.kinds import ApprovalKind, ReversalReason
from domain.approvals.propose import approve, check_approver
from domain.approvals.refusals import ApproverIsProposerError
from domain.approvals.trail import record
from domain.bulk_grants import reads
from domain.bulk_grants.keys import closed_guard
from domain.bulk_grants.kinds import ENDED, UNDOABLE, BulkState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.receipts import OfFile
from domain.bulk_grants.record import wake
from domain.bulk_grants.refusals import BulkGrantStateError, UnknownBulkGrantError
from domain.bulk_grants.repeated import Repetition, repeated_by, require_confirmed
from domain.bulk_grants.run import kick
from domain.bulk_grants.subject import about_grant
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import SYSTEM_ACTOR, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Request, fingerprint
from domain.services import Services
from domain.viewer import Relation, Viewer


async def approve_bulk_grant(
    services: Services, viewer: Viewer, municipality: int, key: UUID, bulk_grant: UUID, token: str | None = None
) -> tuple[BulkGrant, bool]:
    """Approve a bulk grant, which starts it. Return it, and whether the key had approved it before.

    token: of the rows that repeat grants, as they are now. Raises BulkGrantStateError, ApproverIsProposerError and
    PossibleDuplicatesError.
    """
    bulk = await _bulk_grant(viewer, municipality, bulk_grant)
    approval = await approvals.by_subject(municipality, ApprovalKind.BULK_GRANT, bulk.id)
    if approval is None:
        raise BulkGrantStateError(bulk.state.name)
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    if bulk.approve_key == key and approval.approver == viewer.person_id:
        kick(services, bulk)
        return bulk, True
    if bulk.state is not BulkState.AWAITING_APPROVAL:
        raise BulkGrantStateError(bulk.state.name)
    about = await about_grant(bulk)
    await check_approver(services, viewer, approval, about)
    async with services.background.heavy:
        repetition = await repeated_by(bulk)
    require_confirmed(repetition, token)
    await approve(services, viewer, approval, key, about)
    return (
        await _change(
            services,
            viewer,
            bulk,
            (BulkState.AWAITING_APPROVAL,),
            BulkState.RUNNING,
            "run_bulk_grant",
            repetition,
            approve_key=key,
        ),
        False,
    )


async def repetition_of(services: Services, bulk: BulkGrant) -> Repetition:
    """Return the rows of a bulk grant in wait of its approval that repeat grants; none in any other state."""
    if bulk.state is not BulkState.AWAITING_APPROVAL:
        return Repetition(bulk.municipality, (), None)
    async with services.background.heavy:
        return await repeated_by(bulk)


async def pause_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Pause a bulk grant after the rows in progress. A paused one is returned unchanged."""
    bulk = await _bulk_grant(viewer, municipality, bulk_grant)
    if bulk.state is BulkState.PAUSED:
        return bulk
    return await _change(services, viewer, bulk, (BulkState.RUNNING,), BulkState.PAUSED, "pause_bulk_grant")


async def resume_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Resume a paused bulk grant. A running one is returned unchanged."""
    bulk = await _bulk_grant(viewer, municipality, bulk_grant)
    if bulk.state is BulkState.RUNNING:
        kick(services, bulk)
        return bulk
    return await _change(services, viewer, bulk, (BulkState.PAUSED,), BulkState.RUNNING, "resume_bulk_grant")


async def cancel_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Cancel all rows that have not been granted; before approval, the whole bulk grant.

    The ledger closes it first, so that no row is granted afterwards.
    """
    bulk = await _bulk_grant(viewer, municipality, bulk_grant)
    if bulk.state in (BulkState.CANCELLING, BulkState.CANCELLED):
        kick(services, bulk)
        return bulk
    before = (BulkState.AWAITING_APPROVAL, BulkState.RUNNING, BulkState.PAUSED)
    if bulk.state not in before:
        raise BulkGrantStateError(bulk.state.name)
    await services.ledger.post(_closing(bulk))
    return await _change(services, viewer, bulk, before, BulkState.CANCELLING, "cancel_bulk_grant")


async def undo_bulk_grant(
    services: Services, viewer: Viewer, municipality: int, key: UUID, bulk_grant: UUID, reason: ReversalReason
) -> tuple[BulkGrant, bool]:
    """Take back what is left of every granted row, once. Return the bulk grant, and whether the key had begun this.

    Another officer has approved it before: see `domain.controls`. Raises BulkGrantStateError.
    """
    bulk = await _bulk_grant(viewer, municipality, bulk_grant)
    if bulk.undo_key == key and bulk.undone_by == viewer.person_id:
        kick(services, bulk)
        return bulk, True
    return (
        await _change(
            services,
            viewer,
            bulk,
            UNDOABLE,
            BulkState.UNDOING,
            "undo_bulk_grant",
            undo_key=key,
            undo_reason=reason,
            undone_by=viewer.person_id,
        ),
        False,
    )


async def _bulk_grant(viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    await require_staff(municipality, viewer, Relation.FINANCE)
    bulk = await reads.by_id(municipality, bulk_grant)
    if bulk is None:
        raise UnknownBulkGrantError
    return bulk


async def _change(
    services: Services,
    viewer: Viewer,
    bulk: BulkGrant,
    before: tuple[BulkState, ...],
    after: BulkState,
    action: str,
    repetition: Repetition | None = None,
    **columns: UUID | int,
) -> BulkGrant:
    """Change the state, from one of `before` to `after`, and set columns; BulkGrantStateError in any other state.

    repetition: rows that repeat grants, which the viewer has confirmed. Of concurrent calls, one succeeds.
    """
    now = services.clock()
    async with transaction() as connection:
        query, values = _update(bulk, before, after, now, columns)
        changed = await connection.execute_query_dict(query, values)
        if changed:
            reason = columns.get("undo_reason")
            await record(
                bulk.municipality,
                viewer,
                action,
                bulk.id,
                reason.name if isinstance(reason, ReversalReason) else "",
                {"state": bulk.state.name},
                {"state": after.name, **({} if repetition is None else repetition.audited())},
                now,
            )
    updated = await reads.by_id(bulk.municipality, bulk.id)
    if updated is None:
        raise UnknownBulkGrantError
    if not changed:
        raise BulkGrantStateError(updated.state.name)
    wake(services, updated)
    kick(services, updated)
    return updated


def _update(
    bulk: BulkGrant, before: tuple[BulkState, ...], after: BulkState, now: datetime, columns: dict[str, Any]
) -> tuple[str, list[Any]]:
    assignments = "".join(f", {name} = ${number}" for number, name in enumerate(columns, 6))
    query = f"""update bulk_grant set state = $4, ended_at = $5{assignments}
      where municipality_id = $1 and id = $2 and state = any ($3::smallint[]) returning id"""
    ended_at = now if after in ENDED else None
    return query, [bulk.municipality, bulk.id, list(before), after, ended_at, *columns.values()]


def _closing(bulk: BulkGrant) -> Request:
    """Build the request of the journal that closes a bulk grant.

    It moves no value. Rows check its guard under the lock of the programme.
    """

    def plan(book: Book, _: datetime) -> Draft:
        closed = book.guard(closed_guard(bulk), 1)
        return Draft(amount=0, sections=[OfFile(bulk.id)], guards=[(closed, 1)] if not closed.value else [])

    return Request(
        municipality=bulk.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.CLOSE_BULK_GRANT,
        key=derived(bulk.id, "close"),
        input_hash=fingerprint(bulk=bulk.id),
        kind=JournalKind.GRANT_CLOSED,
        holders=(bulk.programme_id,),
        plan=plan,
        guards=(closed_guard(bulk),),
        facts=Facts(programme_id=bulk.programme_id),
    )
