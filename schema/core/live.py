"""Streams that end with the right to follow them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from domain.database import Fault, classify
from schema.core.context import Context, UnauthenticatedError
from schema.core.errors import OPERATION_SECONDS, NotFoundError, TimedOutError

RETRY_SECONDS = 0.5
"""Between two looks at a right while the database is away; nothing is delivered meanwhile."""
END: Any = object()
Allowed = Callable[[], Awaitable[object]]
"""Asks whether the viewer may follow the object; raises NotFoundError where not."""


async def while_allowed(
    context: Context, allowed: Allowed, items: AsyncGenerator[Any, None]
) -> AsyncGenerator[Any, None]:
    """Yield items, each on rights that are fresh; NotFoundError or UnauthenticatedError as soon as the right ended.

    A stream that only listens ends too: another task watches for changes of the viewer's rights.
    """
    with context.services.access.watch(context.signed_in.person_id) as changed:
        await _begun(allowed)
        right = Right(context, allowed, changed)
        watching = asyncio.create_task(right.watch())
        async with aclosing(items):
            try:
                while True:
                    item = await right.next_of(items)
                    if item is END:
                        return
                    yield item
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)


class Right:
    """A viewer's right to follow something; asked again when it may have changed, and a look-up for each item."""

    def __init__(self, context: Context, allowed: Allowed, changed: asyncio.Event) -> None:
        self._context = context
        self._allowed = allowed
        self._changed = changed
        self._answered = asyncio.Event()
        self._answered.set()
        self._ended: Exception | None = None
        self._waiting: asyncio.Timeout | None = None

    async def watch(self) -> None:
        """Ask after each change, until the right has ended; who waits for an item is woken then."""
        while self._ended is None:
            await self._changed.wait()
            self._answered.clear()
            self._changed.clear()
            try:
                await _still(self._context, self._allowed)
            except Exception as error:  # noqa: BLE001 - raised to who follows
                self._ended = error
                if self._waiting is not None:
                    self._waiting.reschedule(asyncio.get_running_loop().time())
            self._answered.set()

    async def next_of(self, items: AsyncGenerator[Any, None]) -> Any:  # noqa: ANN401 - an item, or END
        """The next item; raises what ended the right, also where it ended while nobody waited."""
        if self._ended is not None:
            raise self._ended
        try:
            async with asyncio.timeout(None) as self._waiting:
                item = await anext(items, END)
        except TimeoutError:
            if self._ended is None:
                raise
        finally:
            self._waiting = None
        await self._granted()
        return item

    async def _granted(self) -> None:
        if not self._context.services.access.is_fresh:
            await self._context.services.access.fresh(None)
        if self._changed.is_set() and self._ended is None:  # what has ended is not asked again
            self._answered.clear()
        await self._answered.wait()
        if self._ended is not None:
            raise self._ended


async def _begun(allowed: Allowed) -> None:
    """Ask for the first time, within the time that an operation may take."""
    try:
        async with asyncio.timeout(OPERATION_SECONDS):
            await allowed()
    except TimeoutError as error:
        raise TimedOutError from error


async def _still(context: Context, allowed: Allowed) -> None:
    """Ask again, until the database answers."""
    while True:
        try:
            await _require_session(context)
            await allowed()
        except (NotFoundError, UnauthenticatedError):
            raise
        except Exception as error:
            if classify(error) is not Fault.UNAVAILABLE:
                raise
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def _require_session(context: Context) -> None:
    version = await context.services.access.session_version(context.signed_in.person_id)
    if context.session_version not in {None, version}:
        raise UnauthenticatedError
