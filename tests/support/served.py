"""A whole Meguru in processes of its own, as `make run` starts it."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mocks.embedded.process import end, free_port, wait_until

ROOT = Path(__file__).parents[2]


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def served(folder: Path, processes: int = 1, **settings: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Its address, once it is ready, and the supervisor's process."""
    address = f"http://127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEGURU_")} | settings
    command = [
        sys.executable,
        "-m",
        "mocks.embedded.supervisor",
        "--port",
        address.rpartition(":")[2],
        "--data",
        str(folder / "data"),
    ]
    command += ["--processes", str(processes)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        assert wait_until(lambda: process.poll() is not None or status(f"{address}/readyz") == 200, 150)
        assert process.poll() is None, (folder / "run.log").read_text()
        yield address, process
    finally:
        end(process, 15, seconds=20)
