"""The job of the saga: finishes what no client came back for.

Fair to all rows, whatever is wrong with some of them or with the provider.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.funding import reads
from domain.funding.saga import Use, finish
from domain.ports import ProviderUnavailableError
from domain.services import Services

PATIENCE = timedelta(minutes=10)
"""How long a client may come back with its key before the job ends it."""
PAGE = 100
"""Rows that are read together, in no order: so none that can never be finished stands before the others for ever."""
PAGES = 10
"""Pages of one run: other jobs wait meanwhile."""
GIVE_UP = 8
"""Calls in a row without an answer, after which the provider counts as away until the next run."""
log = structlog.get_logger()


async def settle_open(services: Services, uses: Sequence[Use]) -> int:
    """Finish the open authorisations of these uses; how many. What cannot be finished now is left to the next run."""
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
            except Exception:  # the next ones are other people's money
                log.exception("funding.not_finished", operation=operation.name, reference=str(authorisation.id))
            if silent >= GIVE_UP:
                return finished
        if len(page) < PAGE or finished == before:
            break
    return finished
