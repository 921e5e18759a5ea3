"""What became of a key, without moving anything."""

from uuid import UUID

from domain.ledger.kinds import Operation
from domain.ledger.reads import Journal, journals_of_key
from domain.viewer import Viewer


async def outcome(viewer: Viewer, operation: Operation, key: UUID) -> Journal | None:
    """The journal that closed the viewer's key in any town: settled before refused before abandoned.

    None: not seen (yet).
    """
    found = await journals_of_key(viewer.person_id, operation, key)
    return min(found, key=lambda journal: journal.outcome, default=None)
