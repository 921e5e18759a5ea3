"""The ledger as the rest of the domain uses it.

post(request)                    settles a request, or raises its refusal
answer(request, otherwise=...)   answers a key that has ended, for a request that could not be made any more
has_ended(key)                   whether a key has ended, before something is done outside of the ledger
close(key)                       ends a key for ever, or says how it ended
"""

from dataclasses import replace
from datetime import datetime
from typing import NoReturn, Protocol

from domain.ledger import reads
from domain.ledger.book import Book, LedgerFaultError
from domain.ledger.request import Closed, Draft, Posted, Request, RequestKey
from domain.refusals import StoredRefusal, UnstoredRefusal


class Posts(Protocol):
    """What takes requests in and commits them: `domain/ledger/poster.py`."""

    @property
    def depth(self) -> int:
        """How many requests wait."""

    async def post(self, request: Request) -> Posted | Closed:
        """Posts one request; raises its refusal."""


class Ledger:
    """The one entry point to the ledger of a process."""

    def __init__(self, poster: Posts) -> None:
        self._poster = poster

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._poster.depth

    async def post(self, request: Request) -> Posted:
        """Settles a request or raises its refusal. A key that has ended answers as it ended.

        A caller that is cancelled does not cancel its request.
        """
        decision = await self._poster.post(request)
        if isinstance(decision, Closed):
            message = "a request that moves value was closed as abandoned"
            raise TypeError(message)
        return decision

    async def answer(self, request: Request, *, otherwise: UnstoredRefusal) -> Posted:
        """Answers a key that has ended as it ended; raises `otherwise` for one that has not, and it stays open.

        For requests that cannot be made any more, because what they need is over: the request needs no plan. What it
        checks before its plan (`Request.admit`) is checked first, so that nobody learns of what is not theirs.
        """

        def refuse(_book: Book, _at: datetime) -> NoReturn:
            raise otherwise

        return await self.post(replace(request, plan=refuse))

    async def has_ended(self, key: RequestKey) -> bool:
        """Whether a key was settled, refused or closed in its town. One statement, without a lock."""
        return await reads.has_ended(key)

    async def close(self, key: RequestKey) -> Posted | StoredRefusal | Closed:
        """Ends a key for ever: Closed. The journal, or the refusal, of one that had ended before."""
        try:
            return await self._poster.post(_closing(key))
        except StoredRefusal as refusal:
            return refusal


def no_plan(_book: Book, _at: datetime) -> Draft:
    """The plan of a request that is only answered or closed: it is never run."""
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
