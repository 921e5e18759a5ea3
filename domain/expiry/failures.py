"""Failures in a run over many wallets: the run goes on with the others, and the first failure is raised at the end."""

import asyncio
from collections.abc import Sequence

import structlog

from domain.expiry.refusals import NothingToExpireError

LIMIT = 100
"""Failures after which a run is given up: so many are not the fault of single wallets."""
log = structlog.get_logger()


class Failures:
    """Counter of a run's failures. The first one is raised when the run is over, or when there are too many."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._first: BaseException | None = None
        self._count = 0

    def note(self, answers: Sequence[object]) -> None:
        """Count the failures among the answers of a page."""
        for answer in answers:
            if isinstance(answer, asyncio.CancelledError):
                raise answer
            if isinstance(answer, BaseException) and not isinstance(answer, NothingToExpireError):
                log.error("run.failed_for_one", run=self._run, exc_info=answer)
                self._first, self._count = self._first or answer, self._count + 1
        if self._count >= LIMIT:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise the first failure, at the end of the run."""
        if self._first is not None:
            raise self._first
