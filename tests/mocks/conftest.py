"""Folders for the launchers' tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own cannot be reached by others, which is a case of its own."""
    path = Path(tempfile.mkdtemp(prefix="meguru-embedded-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
