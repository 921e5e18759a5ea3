"""Fault rehearsal for app developers, development profile only: what bad networks do to money, on demand.

`X-Meguru-Fault: drop-before-commit | drop-after-commit | delay=30s | duplicate`
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.types import Send

LONGEST_DELAY_SECONDS = 60
_DELAY = re.compile(r"delay=(\d{1,2})s")
HELP = (
    b'{"errors":[{"message":"X-Meguru-Fault is drop-before-commit, drop-after-commit, delay=30s or'
    b' duplicate.","extensions":{"code":"BAD_REQUEST"}}]}'
)


async def rehearse(
    fault: str, run: Callable[[], Awaitable[bytes]], respond: Callable[[bytes], Awaitable[None]], send: Send
) -> None:
    """Runs the operation as a bad network would let it: `run` executes it, `respond` answers."""
    delay = _DELAY.fullmatch(fault)
    if fault == "drop-before-commit":
        await drop(send)
    elif fault == "drop-after-commit":
        await run()
        await drop(send)
    elif fault == "duplicate":
        _, second = await asyncio.gather(run(), run())
        await respond(second)
    elif delay is not None:
        body = await run()
        await asyncio.sleep(min(int(delay[1]), LONGEST_DELAY_SECONDS))
        await respond(body)
    else:
        await respond(HELP)


async def drop(send: Send) -> None:
    """Promises a body and sends none: the server closes the connection, and the client sees the network fail."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"1000")],
        }
    )
