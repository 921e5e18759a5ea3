"""Processes that tests start: whether they live, and a server of the launcher asked by psql."""

import subprocess
from pathlib import Path

from mocks.embedded import postgres
from mocks.embedded.process import wait_until

PROJECT = Path(__file__).resolve().parents[2]


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
