"""A second API server beside the one of `served`, on the same database, with an environment and streams of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mocks.embedded.process import end, free_port, wait_until
from tests.support.served import ROOT, status


def settings_of(folder: Path) -> dict[str, str]:
    """The environment that a running `served` wrote down."""
    lines = (folder / "data" / "run.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@contextmanager
def second_server(
    settings: dict[str, str], *options: str, stderr: "IO[Any] | int | None" = None, seconds: float = 60
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Its address once it is ready, and its process."""
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=stderr, stderr=stderr, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: process.poll() is not None or status(f"{address}/readyz") == 200, seconds)
        assert process.poll() is None
        yield address, process
    finally:
        end(process, 15, seconds=15)
