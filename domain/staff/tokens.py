"""Whose token the command line may make: somebody who may act for somebody. Each is an entry of the audit trail."""

from dataclasses import dataclass
from uuid import UUID

from domain.access.reads import session_version
from domain.approvals.trail import record
from domain.database import transaction
from domain.residents.reads import assignments_of
from domain.services import Services
from domain.staff.kinds import COMMAND_LINE
from domain.viewer import Role, Viewer


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a token of a person says."""

    person: UUID
    roles: frozenset[Role]
    session_version: int


async def grant_token(services: Services, person: UUID, hours: int) -> TokenGrant | None:
    """Return what a token of a person says, and record in each of their municipalities that it was made.

    None: there is no such person, or they may act for nobody.
    """
    version = await session_version(person)
    assignments = await assignments_of(Viewer(person, frozenset(Role)))
    if version is None or not assignments:
        return None
    roles = frozenset(assignment.role for assignment in assignments)
    async with transaction():
        for municipality in sorted({assignment.municipality for assignment in assignments}):
            here = sorted({assignment.role for assignment in assignments if assignment.municipality == municipality})
            after = {"roles": here, "hours": hours}
            now = services.clock()
            await record(municipality, COMMAND_LINE, "issue_token", person, "", None, after, now)
    return TokenGrant(person, roles, version)
