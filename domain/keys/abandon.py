"""A client closes a key of its own for ever, or learns what became of it: never both."""

from uuid import UUID

from domain.ledger.holders import municipalities_of
from domain.ledger.kinds import Operation
from domain.ledger.reads import Journal, journal_by_id, journals_of_key
from domain.ledger.request import Posted, RequestKey
from domain.refusals import StoredRefusal
from domain.services import Services
from domain.viewer import Viewer


async def abandon(services: Services, viewer: Viewer, operation: Operation, key: UUID) -> Journal | None:
    """The journal that settled or refused the key, or None once it is closed: a late request then gets ABANDONED.

    A key does not say its town, so it is closed in every town where the person has anything to do.
    """
    for municipality in await municipalities_of(viewer.person_id):
        match await services.ledger.close(RequestKey(municipality, viewer.person_id, operation, key)):
            case Posted() as posted:
                return await journal_by_id(municipality, posted.journal_id)
            case StoredRefusal():
                return (await journals_of_key(viewer.person_id, operation, key))[0]
    return None
