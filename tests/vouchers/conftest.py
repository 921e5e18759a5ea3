"""A town that sells vouchers."""

import pytest

from tests.support.town import People
from tests.support.vouchers import VoucherApi


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)
