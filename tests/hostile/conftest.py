"""Two towns with one of everything."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.services import Services
from tests.hostile.world import World, new_world


@pytest.fixture(scope="module")
async def world(services: Services) -> World:
    """The town that is asked."""
    return await new_world(services)


@pytest.fixture(scope="module")
async def elsewhere(services: Services) -> World:
    """The town whose people have no business there."""
    return await new_world(services)


@pytest.fixture(scope="module")
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The database's owner, who sees all."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
