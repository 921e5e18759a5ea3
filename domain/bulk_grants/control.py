"""Officers approve, pause, go on, call the rest off, and undo.

Each is one change of state, with its audit row in the same commit.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals import reads as approvals
from domain.approvals.kinds import ApprovalKind, ReversalReason
from domain.approvals.propose import approve
from domain.approvals.refusals import ApproverIsProposerError
from domain.approvals.trail import record
from domain.bulk_grants import reads
from domain.bulk_grants.keys import closed_guard
from domain.bulk_grants.kinds import ENDED, BulkState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.receipts import OfFile
from domain.bulk_grants.record import wake
from domain.bulk_grants.refusals import BulkGrantStateError, UnknownBulkGrantError
from domain.bulk_grants.run import kick
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import SYSTEM_ACTOR, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Request, fingerprint
from domain.services import Services
from domain.viewer import Relation, Viewer


async def approve_bulk_grant(
    services: Services, viewer: Viewer, municipality: int, key: UUID, bulk_grant: UUID
) -> tuple[BulkGrant, bool]:
    """The second officer's word: it begins. Whether the key had done so before."""
    bulk = await _own(viewer, municipality, bulk_grant)
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
    await approve(services, viewer, approval, key)
    return (
        await _change(
            services, viewer, bulk, (BulkState.AWAITING_APPROVAL,), BulkState.RUNNING, "run_bulk_grant", approve_key=key
        ),
        False,
    )


async def pause_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Stops after the rows that are under way. Pausing twice is pausing once."""
    bulk = await _own(viewer, municipality, bulk_grant)
    if bulk.state is BulkState.PAUSED:
        return bulk
    return await _change(services, viewer, bulk, (BulkState.RUNNING,), BulkState.PAUSED, "pause_bulk_grant")


async def resume_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Goes on after a pause."""
    bulk = await _own(viewer, municipality, bulk_grant)
    if bulk.state is BulkState.RUNNING:
        kick(services, bulk)
        return bulk
    return await _change(services, viewer, bulk, (BulkState.PAUSED,), BulkState.RUNNING, "resume_bulk_grant")


async def cancel_bulk_grant(services: Services, viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
    """Calls off what has not been granted yet, or the whole before its approval.

    It is closed in the ledger first: then no row can slip through.
    """
    bulk = await _own(viewer, municipality, bulk_grant)
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
    """Takes back what is left of every granted row, once. Whether the key had done so before."""
    bulk = await _own(viewer, municipality, bulk_grant)
    if bulk.undo_key == key and bulk.undone_by == viewer.person_id:
        kick(services, bulk)
        return bulk, True
    before = (BulkState.FINISHED, BulkState.CANCELLED)
    return (
        await _change(
            services,
            viewer,
            bulk,
            before,
            BulkState.UNDOING,
            "undo_bulk_grant",
            undo_key=key,
            undo_reason=int(reason),
            undone_by=viewer.person_id,
        ),
        False,
    )


async def _own(viewer: Viewer, municipality: int, bulk_grant: UUID) -> BulkGrant:
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
    **more: UUID | int,
) -> BulkGrant:
    """From one of some states to another, or BulkGrantStateError: of two officers at once, one changes it."""
    now = services.clock()
    async with transaction() as connection:
        query, values = _update(bulk, before, after, now, more)
        changed = await connection.execute_query_dict(query, values)
        if changed:
            reason = str(more.get("undo_reason", ""))
            await record(
                bulk.municipality,
                viewer.person_id,
                action,
                str(bulk.id),
                reason,
                {"state": bulk.state.name},
                {"state": after.name},
                now,
            )
    made = await reads.by_id(bulk.municipality, bulk.id)
    if made is None:
        raise UnknownBulkGrantError
    if not changed:
        raise BulkGrantStateError(made.state.name)
    wake(services, made)
    kick(services, made)
    return made


def _update(
    bulk: BulkGrant, before: tuple[BulkState, ...], after: BulkState, now: datetime, more: dict[str, Any]
) -> tuple[str, list[Any]]:
    added = "".join(f", {name} = ${number}" for number, name in enumerate(more, 6))
    query = f"""update bulk_grant set state = $4, ended_at = $5{added}
      where municipality_id = $1 and id = $2 and state = any ($3::smallint[]) returning id"""
    ended_at = now if after in ENDED else None
    return query, [bulk.municipality, bulk.id, list(before), after, ended_at, *more.values()]


def _closing(bulk: BulkGrant) -> Request:
    """The journal that closes a grant by file.

    It moves nothing; rows look at its guard under the lock of the programme.
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
