"""An installation that nobody has used yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.founding import Installation, installed


@pytest.fixture(scope="module")
def installation(server_address: str, scratch: Path) -> Iterator[Installation]:
    folder = scratch / "founded"
    folder.mkdir()
    with installed(server_address, folder) as running:
        yield running
