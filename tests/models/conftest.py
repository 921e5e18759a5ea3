"""A town in which the rules collide."""

from collections.abc import AsyncIterator

import pytest

from mocks.payment_provider import PaymentProvider


@pytest.fixture
async def provider() -> AsyncIterator[PaymentProvider]:
    async with PaymentProvider().serving() as made:
        yield made
