"""A town that sells vouchers."""

from collections.abc import Iterator

import pytest

from tests.support.clock import MovableClock
from tests.support.town import People
from tests.support.vouchers import VoucherApi


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before
