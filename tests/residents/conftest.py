"""The database's owner, and finance officers with files."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.support.officers import Officers
from tests.support.town import People


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The database's owner, who sees all."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def officers(town: People) -> Officers:
    """Finance officers at their apps."""
    return Officers(town)
