"""A town at its apps, with coupons."""

from collections.abc import Iterator

import pytest

from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> CouponApi:
    return CouponApi(town)


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before
