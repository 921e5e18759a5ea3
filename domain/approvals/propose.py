"""Propose and approve: one officer proposes, another approves. Each writes its audit entry in the same commit.

Every kind of proposal passes through here, so that one place decides who may approve what, and until when.
"""

from datetime import timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.approvals import reads
from domain.approvals.inbox import wake
from domain.approvals.kinds import PROPOSERS, ApprovalKind, ApprovalState, ReversalReason, Stale
from domain.approvals.reads import Approval
from domain.approvals.refusals import ApprovalStaleError, ApprovalStateError, ApproverIsProposerError
from domain.approvals.subject import Subject
from domain.approvals.tables import Approval as Row
from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import serves
from domain.services import Services
from domain.viewer import Viewer


async def propose(
    services: Services,
    viewer: Viewer,
    municipality: int,
    kind: ApprovalKind,
    subject: UUID,
    reason: int,
    about: Subject,
) -> Approval:
    """Propose a subject. A proposal of it that is open or approved is returned unchanged; one that ended is not."""
    known = await _standing(services, municipality, kind, subject)
    if known is not None:
        return known
    try:
        async with transaction():
            proposed = await write_proposal(services, viewer, municipality, kind, subject, reason, about)
    except IntegrityError:
        known = await _standing(services, municipality, kind, subject)
        if known is None:
            raise
        return known  # a concurrent call wrote it first
    wake(services, municipality)
    return proposed


async def _standing(services: Services, municipality: int, kind: ApprovalKind, subject: UUID) -> Approval | None:
    """Return the newest proposal of a subject unless it has ended, or its time for an approval is over.

    One that was approved stands for good: what it was about is done.
    """
    known = await reads.by_subject(municipality, kind, subject)
    if known is None or (known.approver is None and known.expires_at <= services.clock()):
        return None
    return known if known.stored_state == ApprovalState.PROPOSED else None


async def check_approver(services: Services, viewer: Viewer, approval: Approval, now_about: Subject | None) -> None:
    """Raise a refusal unless the viewer may approve the proposal now. `now_about`: its subject as it is now.

    Proposals of an earlier version of the service have no version of their subject; they are compared with nothing.
    ApproverIsProposerError, ApprovalStateError, ApprovalStaleError.
    """
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    if approval.stored_state != ApprovalState.PROPOSED:
        raise ApprovalStateError(ApprovalState(approval.stored_state).name)
    if approval.expires_at <= services.clock():
        raise ApprovalStaleError(Stale.EXPIRED)
    relations = list(PROPOSERS[ApprovalKind(approval.kind)])
    if not await serves(approval.municipality, approval.proposer, relations):
        raise ApprovalStaleError(Stale.PROPOSER_LEFT)
    session = approval.proposer_session
    if session is not None and await reads.session_of(approval.proposer) != session:
        raise ApprovalStaleError(Stale.PROPOSER_SESSION_ENDED)
    if now_about is not None and approval.version not in (None, now_about.version):
        raise ApprovalStaleError(Stale.SUBJECT_CHANGED)


async def approve(
    services: Services, viewer: Viewer, approval: Approval, key: UUID | None, now_about: Subject | None
) -> None:
    """Record the approver, and the key under which the approved action follows. Repeating it changes nothing.

    Who has approved before and comes back is checked again: what was approved and not yet done may have gone stale.
    """
    await check_approver(services, viewer, approval, now_about)
    now = services.clock()
    async with transaction():
        changed = await Row.filter(
            municipality_id=approval.municipality, id=approval.id, approver=None, state=ApprovalState.PROPOSED
        ).update(approver=viewer.person_id, approved_at=now)
        if changed:
            content = approval.content or {}
            await record(
                approval.municipality,
                viewer,
                f"approve_{ApprovalKind(approval.kind).name.lower()}",
                approval.subject,
                _code_of(ApprovalKind(approval.kind), approval.reason),
                {"approval": str(approval.id), "subject": content.get("before")},
                {"key": None if key is None else str(key), "subject": content.get("after")},
                now,
            )
    if changed:
        wake(services, approval.municipality)
        return
    latest = await reads.by_id(approval.municipality, approval.id)
    if latest is None or latest.stored_state != ApprovalState.PROPOSED:  # it ended between the check and now
        raise ApprovalStateError(ApprovalState(approval.stored_state if latest is None else latest.stored_state).name)


def _code_of(kind: ApprovalKind, reason: int) -> str:
    """The code that the audit trail tells. Only reversals are proposed for a reason."""
    return ReversalReason(reason).name if kind is ApprovalKind.REVERSAL else ""


async def write_proposal(
    services: Services,
    viewer: Viewer,
    municipality: int,
    kind: ApprovalKind,
    subject: UUID,
    reason: int,
    about: Subject,
) -> Approval:
    """Write a proposal. Call inside the transaction that writes its subject, and `wake` after it."""
    now = services.clock()
    await _expire(municipality, kind, subject, services)
    row = await Row.create(
        id=services.ids.new(),
        municipality_id=municipality,
        kind=kind,
        subject=subject,
        reason=reason,
        proposer=viewer.person_id,
        proposed_at=now,
        expires_at=now + timedelta(days=await reads.days_of(municipality)),
        version=about.version,
        content=about.content(),
        proposer_session=await reads.session_of(viewer.person_id),
    )
    await record(
        municipality,
        viewer,
        f"propose_{kind.name.lower()}",
        subject,
        _code_of(kind, reason),
        None if about.before is None else about.content()["before"],
        {"approval": str(row.id), "subject": about.content()["after"]},
        now,
    )
    return reads.of(row)


async def _expire(municipality: int, kind: ApprovalKind, subject: UUID, services: Services) -> None:
    """Write down that open proposals of a subject have expired, so that it can be proposed again."""
    await Row.filter(
        municipality_id=municipality,
        kind=kind,
        subject=subject,
        approver=None,
        state=ApprovalState.PROPOSED,
        expires_at__lte=services.clock(),
    ).update(state=ApprovalState.EXPIRED, ended_at=services.clock())
