"""Readers that go away: a query stops once nobody waits for its answer. A mutation is never stopped."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")
LOOK_SECONDS = 0.1
"""How long a query runs before somebody looks whether its reader is still there; most have ended by then."""


class ReaderGoneError(Exception):
    """The client closed its connection before it had its answer."""


async def while_reader_waits(receive: Receive, query: Coroutine[Any, Any, T]) -> T:
    """The answer of a query; ReaderGoneError, and the query is cancelled, once the client has closed its connection."""
    work = asyncio.ensure_future(query)
    try:
        await asyncio.wait({work}, timeout=LOOK_SECONDS)
        if not work.done():
            gone = asyncio.ensure_future(_disconnected(receive))
            try:
                await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                gone.cancel()
        if not work.done():
            raise ReaderGoneError
        return await work
    finally:
        await _ended(work)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(work: "asyncio.Future[T]") -> None:
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
