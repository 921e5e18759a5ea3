"""A town at its apps."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

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
def days() -> type[timedelta]:
    return timedelta
