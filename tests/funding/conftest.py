"""A town at its provider."""

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import MovableClock
from tests.support.funded import FundedTown, funded_town
from tests.support.town import People


@pytest.fixture
async def funded(town: People, moved: MovableClock) -> AsyncIterator[FundedTown]:
    _ = moved
    async with funded_town(town) as town_at_provider:
        yield town_at_provider
