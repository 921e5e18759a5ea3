"""A town in which the rules collide."""

from collections.abc import AsyncIterator, Iterator

import pytest

from mocks.payment_provider import PaymentProvider
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> Api:
    return Api(town)


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before


@pytest.fixture
async def provider() -> AsyncIterator[PaymentProvider]:
    async with PaymentProvider().serving() as made:
        yield made
