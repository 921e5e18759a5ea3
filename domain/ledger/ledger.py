"""The ledger as the rest of the domain uses it.

post(request)                    settle a request, or raise its refusal
answer(request, otherwise=...)   answer a key that has ended, for a request that is no longer possible
has_ended(key)                   whether a key has ended, for work outside of the ledger
close(key)                       end a key for ever, or return how it ended
"""

from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import NoReturn, Protocol
from uuid import UUID

from domain.ledger import reads
from domain.ledger.book import Book, LedgerFaultError
from domain.ledger.request import Closed, Draft, Posted, Request, RequestKey
from domain.refusals import StoredRefusal, UnstoredRefusal

MOVED: ContextVar[list[UUID] | None] = ContextVar("MOVED", default=None)
"""Collects the keys that were settled, for who must know it even if the work behind them fails."""


class Posts(Protocol):
    """Queue that commits requests; see `domain/ledger/poster.py`."""

    @property
    def depth(self) -> int:
        """Number of requests that wait."""

    async def post(self, request: Request) -> Posted | Closed:
        """Post one request, or raise its refusal."""


class Ledger:
    """The one entry point to the ledger of a process."""

    def __init__(self, poster: Posts) -> None:
        self._poster = poster

    @property
    def depth(self) -> int:
        """Number of requests that wait."""
        return self._poster.depth

    async def post(self, request: Request) -> Posted:
        """Settle a request, or raise its refusal. A key that has ended answers as it ended.

        Cancelling the caller does not cancel the request.
        """
        decision = await self._poster.post(request)
        moved = MOVED.get()
        if moved is not None:
            moved.append(request.key)
        if isinstance(decision, Closed):
            message = "a request that moves value was closed as abandoned"
            raise TypeError(message)
        return decision

    async def answer(self, request: Request, *, otherwise: UnstoredRefusal) -> Posted:
        """Answer a key that has ended as it ended. For one that has not, raise `otherwise` and leave it open.

        For requests that are no longer possible, such as grants of a programme that is over. The request needs no plan.
        Its check before the plan (`Request.admit`) comes first, so that a stranger does not learn that it is over.
        """

        def refuse(_book: Book, _at: datetime) -> NoReturn:
            raise otherwise

        return await self.post(replace(request, plan=refuse))

    async def has_ended(self, key: RequestKey) -> bool:
        """Return whether a key was settled, refused or closed in its municipality. One statement, without a lock."""
        return await reads.has_ended(key)

    async def close(self, key: RequestKey) -> Posted | StoredRefusal | Closed:
        """End a key for ever and return Closed; for one that had ended before, return its journal or refusal."""
        try:
            return await self._poster.post(_closing(key))
        except StoredRefusal as refusal:
            return refusal


def no_plan(_book: Book, _at: datetime) -> Draft:
    """Plan of a request that is only answered or closed. It is never run."""
    message = "a request without a plan moves nothing"
    raise LedgerFaultError(message)


def _closing(key: RequestKey) -> Request:
    return Request(
        municipality=key.municipality,
        actor=key.actor,
        operation=key.operation,
        key=key.key,
        input_hash=b"",
        kind=key.operation.kind,
        holders=(),
        plan=no_plan,
        abandons=True,
    )
