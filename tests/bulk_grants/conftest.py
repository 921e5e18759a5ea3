"""A town's finance officers with files in their hands."""

import pytest

from tests.support.officers import Officers
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> Officers:
    return Officers(town)
