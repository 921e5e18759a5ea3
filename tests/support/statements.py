"""The statements that a test costs the database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the pool is asked for meanwhile.

    They run one after another, in the order in which they were asked for: which of two is answered first would decide
    whether what comes next is one batch of a loader or two.
    """
    statements: list[str] = []
    in_order = asyncio.Lock()
    kept = {name: getattr(AsyncpgDBClient, name) for name in ("execute_query", "execute_query_dict")}

    def noting(method: Any) -> Any:
        async def run(self: Any, query: str, values: Any = None) -> Any:
            statements.append(" ".join(query.split())[:150])
            async with in_order:
                return await method(self, query, values)

        return run

    for name, method in kept.items():
        setattr(AsyncpgDBClient, name, noting(method))
    try:
        yield statements
    finally:
        for name, method in kept.items():
            setattr(AsyncpgDBClient, name, method)
