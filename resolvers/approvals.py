"""Approvals by their id."""

from uuid import UUID

from domain.approvals import reads
from schema.approvals.types import Approval
from schema.core.access import is_officer
from schema.core.context import MeguruInfo
from schema.core.ids import Prefix
from schema.core.node import finds


@finds(Prefix.APPROVAL)
async def find(info: MeguruInfo, municipality: int, approval: UUID) -> Approval | None:
    """A proposal, for the finance officers and auditors of its municipality."""
    if not await is_officer(info, municipality):
        return None
    row = await info.context.load(reads.by_keys, (municipality, approval))
    return None if row is None else Approval(approval=row)
