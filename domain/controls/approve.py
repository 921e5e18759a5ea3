"""Approve a change of a control as the second officer, and put it in force: now, or by the job in its time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from domain.approvals import reads as approvals
from domain.approvals.inbox import wake
from domain.approvals.kinds import ApprovalKind
from domain.approvals.propose import approve, check_approver
from domain.approvals.reads import Approval
from domain.approvals.refusals import UnknownApprovalError
from domain.controls import budgets, people, reads, settings
from domain.controls.control import AnyControl, Change
from domain.controls.reads import ControlChange
from domain.database import rows
from domain.ledger.holders import require_staff
from domain.refusals import BusyError, OutcomeUnknownError, Refusal, UnavailableError
from domain.services import Services
from domain.viewer import Relation, Role, Viewer

CONTROLS: dict[ApprovalKind, AnyControl] = {
    control.kind: control
    for control in (
        settings.GRANT_THRESHOLDS,
        settings.CHARGE_CANCELLATION,
        settings.ASSET,
        settings.ASSET_CHANGE,
        settings.CONVERSION_RATE,
        budgets.PROGRAMME,
        budgets.BUDGET,
        budgets.PROGRAMME_CHANGE,
        budgets.EARNING_RULE,
        budgets.COUPON,
        budgets.BULK_GRANT_UNDO,
        people.STAFF,
        people.WALLET_RELEASE,
        people.STORE_RESUMPTION,
    )
}
"""Every control, by the kind of its proposals."""

LEFT_OVER = timedelta(seconds=30)
"""How long a change is left to the process of its approval, before the job takes it over."""
AT_ONCE = 100
log = structlog.get_logger()


async def approve_change(services: Services, viewer: Viewer, municipality: int, approval_id: UUID) -> Approval:
    """Approve a change; it is in force from its `effective_at`, and not before now. Repeating it changes nothing.

    UnknownApprovalError, and the refusals of `check_approver` and of the verb.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    approval = await approvals.by_id(municipality, approval_id)
    known = None if approval is None else await reads.by_id(municipality, approval.subject)
    if approval is None or known is None or approval.kind not in CONTROLS:
        raise UnknownApprovalError
    if approval.approver == viewer.person_id and known.due_at is not None:
        return approval
    if approval.approver != viewer.person_id:
        await _check(services, viewer, approval, known)
        await approve(services, viewer, approval, None, None)
    now = services.clock()
    if await _schedule(known, now) and (known.effective_at or now) <= now:
        await _apply(services, known)
    wake(services, approval.municipality)
    return await approvals.by_id(approval.municipality, approval.id) or approval


async def _check(services: Services, viewer: Viewer, approval: Approval, known: ControlChange) -> None:
    """Raise a refusal unless the viewer may approve the change as things are now."""
    await check_approver(services, viewer, approval, None)
    control, officer = CONTROLS[known.kind], _officer(known)
    judgement = await control.judge(services, officer, _change(control, known))
    await check_approver(services, viewer, approval, judgement.subject)


async def _schedule(known: ControlChange, approved_at: datetime) -> bool:
    """Say from when an approved change is in force; False where that was said before."""
    scheduled = await rows(
        "update control_change set due_at = $3 where municipality_id = $1 and id = $2 and due_at is null returning id",
        known.municipality,
        known.id,
        max(approved_at, known.effective_at or approved_at),
    )
    return bool(scheduled)


async def apply_due(services: Services) -> int:
    """Put approved changes in force whose time has come, as a job; return how many.

    One that cannot be done keeps no other waiting: the job goes on, and raises the last fault at its end.
    """
    for known, approved_at in await reads.unscheduled(AT_ONCE):  # its process ended behind the approval
        await _schedule(known, approved_at)
    count, fault = 0, None
    for known in await reads.due(services.clock() - LEFT_OVER, AT_ONCE):
        try:
            count += await _apply(services, known)
        except Refusal as refusal:
            log.warning("control.refused", municipality=known.municipality, change=str(known.id), code=refusal.code)
        except Exception as error:  # noqa: BLE001 - raised below, after the changes of others
            log.warning("control.failed", municipality=known.municipality, change=str(known.id))
            fault = error
    if fault is not None:
        raise fault
    return count


async def _apply(services: Services, known: ControlChange) -> bool:
    """Do what was approved, as its proposer, under the proposer's key. What it is refused for is kept and raised.

    False where the job has to try again, under the same key.
    """
    control = CONTROLS[known.kind]
    try:
        await control.apply(services, _officer(known), _change(control, known))
    except (BusyError, OutcomeUnknownError, UnavailableError):
        return False
    except Refusal as refusal:
        await _end(known, services, refusal.code)
        raise
    await _end(known, services, None)
    return True


async def _end(known: ControlChange, services: Services, refused: str | None) -> None:
    await rows(
        """update control_change set applied_at = case when $4::text is null then $3::timestamptz end, refused = $4
          where municipality_id = $1 and id = $2 and applied_at is null returning id""",
        known.municipality,
        known.id,
        services.clock(),
        refused,
    )


def _change(control: AnyControl, known: ControlChange) -> Change[Any]:
    return Change(known.municipality, control.from_json(known.input), known.key, alone=False)


def _officer(known: ControlChange) -> Viewer:
    return Viewer(known.proposer, frozenset({Role.FINANCE}))
