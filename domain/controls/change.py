"""Change a control: alone and at once where that loosens nothing, else as a proposal for another officer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.approvals.kinds import NO_REASON
from domain.approvals.propose import propose
from domain.approvals.reads import Approval, by_subject
from domain.controls import reads
from domain.controls.control import Change, Control, Judgement
from domain.database import rows
from domain.identifiers import derived
from domain.ledger.holders import require_staff
from domain.ledger.refusals import KeyReusedError
from domain.programmes.refusals import BudgetApprovalError
from domain.services import Services
from domain.viewer import Relation, Viewer

N = TypeVar("N")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Changed(Generic[R]):
    """What became of a change: the verb's result, or the proposal that waits for another officer."""

    result: R | None = None
    approval: Approval | None = None


async def change(
    services: Services,
    viewer: Viewer,
    control: Control[N, R],
    municipality: int,
    new: N,
    key: UUID | None = None,
    effective_at: datetime | None = None,
    *,
    officers_only: bool = True,
) -> Changed[R]:
    """Change a control as a finance officer, or propose the change.

    key: of the request; None for a verb without one. effective_at: in force from then, and not before the approval;
    None: from the approval on. A change for later is always proposed. officers_only: False where the verb itself says
    who else may change it.
    """
    if officers_only:
        await require_staff(municipality, viewer, Relation.FINANCE)
    wanted = Change(municipality, new, key or services.ids.new(), alone=True)
    judgement = await control.judge(services, viewer, wanted)
    later = effective_at is not None and effective_at > services.clock()
    if judgement.known or not (judgement.needs_two or later):
        try:
            return Changed(await control.apply(services, viewer, wanted))
        except BudgetApprovalError:  # another change of this officer counted first
            pass
    proposed = None if key else await _open_proposal(services, viewer, control, wanted, effective_at)
    return Changed(approval=proposed or await _propose(services, viewer, control, wanted, judgement, effective_at))


async def _open_proposal(
    services: Services, viewer: Viewer, control: Control[N, R], wanted: Change[N], effective_at: datetime | None
) -> Approval | None:
    """Return the officer's open proposal that says the same, of a request that has no key."""
    town = wanted.municipality
    for known in await reads.undecided(town, control.kind, viewer.person_id, services.clock()):
        if control.from_json(known.input) == wanted.new and known.effective_at == effective_at:
            return await by_subject(town, control.kind, known.id)
    return None


async def _propose(
    services: Services,
    viewer: Viewer,
    control: Control[N, R],
    wanted: Change[N],
    judgement: Judgement,
    effective_at: datetime | None,
) -> Approval:
    """Propose a change. The same key again is answered by its proposal; KeyReusedError for one that says otherwise."""
    town = wanted.municipality
    subject = derived(viewer.person_id, "control", str(town), control.kind.name, str(wanted.key))
    await rows(
        """insert into control_change (municipality_id, id, kind, proposer, key, input, effective_at, created_at)
          values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) on conflict (municipality_id, id) do nothing returning id""",
        town,
        subject,
        control.kind,
        viewer.person_id,
        wanted.key,
        control.to_json(wanted.new),
        effective_at,
        services.clock(),
    )
    known = await reads.by_id(town, subject)
    if known is None or control.from_json(known.input) != wanted.new:
        raise KeyReusedError
    return await propose(services, viewer, town, control.kind, subject, NO_REASON, judgement.subject)
