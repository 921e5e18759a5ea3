"""The outcome of a key."""

from uuid import UUID

from domain.ledger.kinds import Operation
from domain.ledger.reads import Journal, journals_of_key
from domain.viewer import Viewer


async def outcome(viewer: Viewer, operation: Operation, key: UUID) -> Journal | None:
    """Return the journal that ended the viewer's key, in any municipality: settled before refused before abandoned.

    None: no request with the key has arrived yet.
    """
    journals = await journals_of_key(viewer.person_id, operation, key)
    return min(journals, key=lambda journal: journal.outcome, default=None)
