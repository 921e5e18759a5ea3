"""Abandoning a key: the client closes it for ever, or gets its outcome if it has ended; never both."""

from uuid import UUID

from domain.ledger.holders import municipalities_of
from domain.ledger.kinds import Operation
from domain.ledger.reads import Journal, journal_by_id, journals_of_key
from domain.ledger.request import Posted, RequestKey
from domain.refusals import StoredRefusal
from domain.services import Services
from domain.viewer import Viewer


async def abandon(services: Services, viewer: Viewer, operation: Operation, key: UUID) -> Journal | None:
    """Close a key and return None: a late request gets ABANDONED. For an ended key, return its journal.

    A key does not name its municipality, so it is closed in all of those in which the person has or had access.
    """
    for municipality in await municipalities_of(viewer.person_id):
        match await services.ledger.close(RequestKey(municipality, viewer.person_id, operation, key)):
            case Posted() as posted:
                return await journal_by_id(municipality, posted.journal_id)
            case StoredRefusal():
                return (await journals_of_key(viewer.person_id, operation, key))[0]
    return None
