"""The job of the saga: it finishes authorisations whose clients did not come back.

All rows get their turn, also where some cannot be finished or the provider is away.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.funding import reads
from domain.funding.saga import Use, finish
from domain.ports import ProviderUnavailableError
from domain.services import Services

PATIENCE = timedelta(minutes=10)
"""Time in which a client may send its key again before the job ends it."""
PAGE = 100
"""Rows that are read together, in random order, so that rows that cannot be finished do not block the others."""
PAGES = 10
"""Pages of one run. Other jobs wait meanwhile."""
GIVE_UP = 8
"""Consecutive calls without an answer after which the provider counts as away until the next run."""
log = structlog.get_logger()


async def settle_open(services: Services, uses: Sequence[Use]) -> int:
    """Finish the open authorisations of these uses, and return how many. The next run tries the others again."""
    if services.funding is None:
        return 0
    use_of = {use.operation: use for use in uses}
    finished, silent = 0, 0
    for _ in range(PAGES):
        before = finished
        page = await reads.open_authorisations(list(use_of), services.clock() - PATIENCE, PAGE)
        for authorisation in page:
            operation = authorisation.key.operation
            try:
                await finish(services, use_of[operation], authorisation)
                finished, silent = finished + 1, 0
            except ProviderUnavailableError:
                silent += 1
                log.warning("funding.unavailable", operation=operation.name, reference=str(authorisation.id))
            except Exception:  # the others are other people's money and must not wait for this one
                log.exception("funding.not_finished", operation=operation.name, reference=str(authorisation.id))
            if silent >= GIVE_UP:
                return finished
        if len(page) < PAGE or finished == before:
            break
    return finished
