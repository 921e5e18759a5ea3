"""A town at its apps, with coupons."""

import pytest

from tests.support.coupons import CouponApi
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> CouponApi:
    return CouponApi(town)
