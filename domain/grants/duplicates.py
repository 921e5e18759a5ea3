"""A grant that repeats one of the day: the same programme, wallet and amount, by whatever road."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.grants.refusals import PossibleDuplicateGrantError
from domain.ledger.book import Book
from domain.ledger.reads import grants_on
from domain.ledger.request import RequestKey, effective_on
from domain.services import Services

WITHIN = timedelta(seconds=60)
"""How far back the ledger looks under its locks, for two who grant at the same moment."""


async def require_first_of_day(
    services: Services, key: RequestKey, programme_id: UUID, wallet_id: UUID, amount: int
) -> frozenset[UUID]:
    """Raise PossibleDuplicateGrantError if the programme gave the wallet this amount today, in Asia/Tokyo.

    A grant that was taken back as a whole does not count; the journals of such grants are returned. A key that has
    ended is exempt: it is answered again.
    """
    today = effective_on(services.clock())
    earlier = await grants_on(key.municipality, programme_id, wallet_id, amount, today)
    kept = [receipt_number for _, receipt_number, left in earlier if left]
    if kept and not await services.ledger.has_ended(key):
        raise PossibleDuplicateGrantError(kept[0])
    return frozenset(journal for journal, _, _ in earlier)


def refuse_simultaneous(book: Book, request: tuple[int, UUID, UUID, int], known: frozenset[UUID], at: datetime) -> None:
    """Raise PossibleDuplicateGrantError for a grant that came between the question and the locks.

    request: municipality, programme, wallet and amount. known: journals that were there when it was asked.
    """
    municipality, programme_id, wallet_id, amount = request
    for event in book.grants_since(municipality, wallet_id, at - WITHIN):
        if (event.counterparty, event.list_amount) == (programme_id, amount) and event.journal_id not in known:
            raise PossibleDuplicateGrantError(str(event.receipt_number))
