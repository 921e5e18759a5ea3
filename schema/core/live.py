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

    A stream that only listens ends too: it waits for its next item and for changes of the viewer's rights together.
    """
    access, person = context.services.access, context.signed_in.person_id
    with access.watch(person) as changed:
        await _begun(allowed)
        noticing = asyncio.create_task(changed.wait())
        upcoming: asyncio.Task[Any] | None = None
        async with aclosing(items):
            try:
                while True:
                    upcoming = upcoming or asyncio.create_task(anext(items, END))
                    await asyncio.wait({upcoming, noticing}, return_when=asyncio.FIRST_COMPLETED)
                    await access.fresh(None)
                    if changed.is_set():
                        changed.clear()
                        noticing = asyncio.create_task(changed.wait())
                        await _still(context, allowed)
                        continue
                    item, upcoming = upcoming.result(), None
                    if item is END:
                        return
                    yield item
            finally:
                await _cancelled(noticing, upcoming)


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


async def _cancelled(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel tasks and wait for them: a generator cannot be closed while it runs."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
