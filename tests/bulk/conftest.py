"""A town's finance officers with files in their hands."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.bulk.officers import Officers
from tests.support.clock import MovableClock
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> Officers:
    return Officers(town)


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before


@pytest.fixture
def days() -> type[timedelta]:
    return timedelta
