from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served import served


@pytest.fixture(scope="session")
def address(scratch: Path) -> Iterator[str]:
    (scratch / "conformance").mkdir()
    with served(scratch / "conformance") as (url, _):
        yield url
