"""Propose and approve: one officer proposes, another approves. Each writes its audit entry in the same commit."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.approvals import reads
from domain.approvals.kinds import ApprovalKind
from domain.approvals.reads import Approval
from domain.approvals.tables import Approval as Row
from domain.approvals.trail import record
from domain.database import transaction
from domain.services import Services
from domain.viewer import Viewer


async def propose(
    services: Services, viewer: Viewer, municipality: int, kind: ApprovalKind, subject: UUID, reason: int
) -> Approval:
    """Propose a subject; an existing proposal is returned unchanged."""
    known = await reads.by_subject(municipality, kind, subject)
    if known is not None:
        return known
    try:
        async with transaction():
            return await write_proposal(services, viewer, municipality, kind, subject, reason)
    except IntegrityError:
        known = await reads.by_subject(municipality, kind, subject)
        if known is None:
            raise
        return known  # a concurrent call wrote it first


async def approve(services: Services, viewer: Viewer, approval: Approval, key: UUID) -> None:
    """Record the approver, and the key under which the approved action follows. Repeating it changes nothing."""
    now = services.clock()
    async with transaction():
        changed = await Row.filter(municipality_id=approval.municipality, id=approval.id, approver=None).update(
            approver=viewer.person_id, approved_at=now
        )
        if changed:
            await record(
                approval.municipality,
                viewer.person_id,
                f"approve_{ApprovalKind(approval.kind).name.lower()}",
                str(approval.subject),
                str(approval.reason),
                {"approval": str(approval.id)},
                {"key": str(key)},
                now,
            )


async def write_proposal(
    services: Services, viewer: Viewer, municipality: int, kind: ApprovalKind, subject: UUID, reason: int
) -> Approval:
    """Write a proposal. Call inside the transaction that writes its subject."""
    now = services.clock()
    row = await Row.create(
        id=services.ids.new(),
        municipality_id=municipality,
        kind=kind,
        subject=subject,
        reason=reason,
        proposer=viewer.person_id,
        proposed_at=now,
    )
    await record(
        municipality,
        viewer.person_id,
        f"propose_{kind.name.lower()}",
        str(subject),
        str(reason),
        None,
        {"approval": str(row.id)},
        now,
    )
    return reads.of(row)
