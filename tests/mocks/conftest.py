"""Folders and processes for the launchers' tests."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.embedded import postgres
from mocks.embedded.process import wait_until

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own cannot be reached by others, which is a case of its own."""
    made = Path(tempfile.mkdtemp(prefix="meguru-embedded-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def lives(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked about yet does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def all_gone(pids: list[int], seconds: float = 10) -> bool:
    return wait_until(lambda: not any(lives(pid) for pid in pids), seconds)


def sql(server: postgres.Postgres, text: str) -> str:
    done = postgres.run_tool(server, "psql", "-XqAt", "--set=ON_ERROR_STOP=1", script=text)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
