"""Finishing what was left open at a provider.

Fair to all rows, whatever is wrong with some of them or with the provider.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from domain.ports import ProviderUnavailableError

PAGE = 100
"""Rows that are read together, in no order: so none that can never be finished stands before the others for ever."""
PAGES = 10
"""Pages of one run: other jobs wait meanwhile."""
GIVE_UP = 8
"""Calls in a row without an answer, after which the provider counts as away until the next run."""
log = structlog.get_logger()


class Open(Protocol):
    """A row that is open at the provider."""

    @property
    def id(self) -> UUID:
        """Its reference there."""


T = TypeVar("T", bound=Open)


async def settle(
    name: str, page: Callable[[int], Awaitable[Sequence[T]]], finish: Callable[[T], Awaitable[object]]
) -> int:
    """Finishes what `page` reads; how many. What cannot be finished now is left to the next run."""
    finished, silent = 0, 0
    for _ in range(PAGES):
        found, before = await page(PAGE), finished
        for row in found:
            try:
                await finish(row)
                finished, silent = finished + 1, 0
            except ProviderUnavailableError:
                silent += 1
                log.warning("funding.unavailable", what=name, reference=str(row.id))
            except Exception:
                log.exception(
                    "funding.not_finished", what=name, reference=str(row.id)
                )  # the next ones are other people's money
            if silent >= GIVE_UP:
                return finished
        if len(found) < PAGE or finished == before:
            break
    return finished
