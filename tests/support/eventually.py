"""Waiting for a condition, with a bound."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], Awaitable[object] | object], seconds: float = 10) -> object:
    """The condition's first true value; AssertionError when the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert loop.time() < deadline, f"not within {seconds} s: {condition}"
        await asyncio.sleep(0.01)
