"""Two towns with one of everything."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from domain.services import Services
from tests.safety.world import World, new_world
from tests.support.clock import MovableClock


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
    made = await asyncpg.connect(database_url)
    yield made
    await made.close()


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before
