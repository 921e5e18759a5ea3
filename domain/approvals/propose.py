"""One officer proposes, another approves; both leave an audit row in the same commit."""

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
    """The proposal of a subject; one that is there already is answered as it is."""
    known = await reads.by_subject(municipality, kind, subject)
    if known is not None:
        return known
    try:
        async with transaction():
            return await proposed(services, viewer, municipality, kind, subject, reason)
    except IntegrityError:
        known = await reads.by_subject(municipality, kind, subject)
        if known is None:
            raise
        return known  # two at once: the other one was first


async def approve(services: Services, viewer: Viewer, approval: Approval, key: UUID) -> None:
    """Notes who approved, under which key the deed follows. Repeating it changes nothing."""
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


async def proposed(
    services: Services, viewer: Viewer, municipality: int, kind: ApprovalKind, subject: UUID, reason: int
) -> Approval:
    """A proposal in the commit of what it is about: call inside the transaction that writes the subject."""
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
