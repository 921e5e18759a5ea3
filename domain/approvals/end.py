"""Reject or withdraw a proposal, with a reason. What was approved cannot be ended any more."""

from uuid import UUID

from domain.approvals import reads
from domain.approvals.inbox import wake
from domain.approvals.kinds import PROPOSERS, ApprovalKind, ApprovalState, EndReason
from domain.approvals.reads import Approval
from domain.approvals.refusals import ApprovalStateError, ApproverIsProposerError, UnknownApprovalError
from domain.approvals.tables import Approval as Row
from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.refusals import InvalidInputError, NotPermittedError
from domain.services import Services
from domain.viewer import Relation, Viewer

NOTE_LIMIT = 200
"""The maximum length of a note, in characters."""
VERBS = {ApprovalState.REJECTED: "reject", ApprovalState.WITHDRAWN: "withdraw"}
"""The words of the trail."""


async def reject(
    services: Services, viewer: Viewer, municipality: int, approval_id: UUID, reason: EndReason, note: str | None
) -> Approval:
    """Reject somebody else's proposal, as an officer who could approve it. Rejecting it again changes nothing.

    UnknownApprovalError, ApproverIsProposerError, ApprovalStateError; InvalidInputError for OTHER without a note.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    approval = await _known(municipality, approval_id)
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    return await _end(services, viewer, approval, ApprovalState.REJECTED, reason, note)


async def withdraw(
    services: Services, viewer: Viewer, municipality: int, approval_id: UUID, reason: EndReason, note: str | None
) -> Approval:
    """Withdraw one's own proposal. Withdrawing it again changes nothing.

    UnknownApprovalError, ApprovalStateError; NotPermittedError for somebody else's proposal.
    """
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    approval = await _known(municipality, approval_id)
    if approval.proposer != viewer.person_id:
        raise NotPermittedError
    await require_staff(municipality, viewer, *PROPOSERS[ApprovalKind(approval.kind)])
    return await _end(services, viewer, approval, ApprovalState.WITHDRAWN, reason, note)


async def _known(municipality: int, approval_id: UUID) -> Approval:
    approval = await reads.by_id(municipality, approval_id)
    if approval is None:
        raise UnknownApprovalError
    return approval


async def _end(
    services: Services, viewer: Viewer, approval: Approval, state: ApprovalState, reason: EndReason, note: str | None
) -> Approval:
    written = (note or "").strip() or None
    if len(written or "") > NOTE_LIMIT or (reason is EndReason.OTHER and written is None):
        raise InvalidInputError("note", "LENGTH")
    now = services.clock()
    if approval.state(now) not in (ApprovalState.PROPOSED, state):
        raise ApprovalStateError(approval.state(now).name)
    async with transaction():
        changed = await Row.filter(
            municipality_id=approval.municipality, id=approval.id, approver=None, state=ApprovalState.PROPOSED
        ).update(state=state, ended_by=viewer.person_id, ended_at=now, end_reason=reason, end_note=written)
        if changed:
            await record(
                approval.municipality,
                viewer,
                f"{VERBS[state]}_{ApprovalKind(approval.kind).name.lower()}",
                approval.subject,
                reason.name,
                {"approval": str(approval.id), "state": ApprovalState.PROPOSED.name},
                {"approval": str(approval.id), "state": state.name},
                now,
            )
    if changed:
        wake(services, approval.municipality)
    ended = await _known(approval.municipality, approval.id)
    if ended.state(now) is not state:  # somebody else decided it first
        raise ApprovalStateError(ended.state(now).name)
    return ended
