"""What the launchers share: a free port, a bounded wait, and a process that ends in time."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mocks.embedded import guard

HOST = "127.0.0.1"
POLL_SECONDS = 0.02
LOG_BYTES = 10_000_000


class LaunchError(Exception):
    """Why a server could not be started, in one line for a person."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true in time; it is asked at least once."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def end(process: "subprocess.Popen[bytes]", *signals: signal.Signals, seconds: float) -> None:
    """Asks a process to end, by each signal in turn with `seconds` for each; then it and its group are killed."""
    for how in signals:
        if process.poll() is None:
            process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
    kill_group(process)


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kills a process that leads its own group, and whatever it left in that group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    guard.release(process.pid)


def folder_for(home: Path) -> Path:
    """A folder made if need be, as an absolute path; LaunchError when it cannot be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot use {home} as a folder: {error.strerror}"
        raise LaunchError(message) from error
    return home.resolve()


def fresh_log(path: Path) -> Path:
    """The path of a log to append to.

    One that grew over LOG_BYTES is put aside, in place of the one put aside before.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
    return path


def last_lines(path: Path, count: int = 1, since: int = 0) -> list[str]:
    """The last lines of a log that are not empty, from a position in bytes on."""
    with suppress(OSError), path.open("rb") as log:
        log.seek(since)
        lines = log.read().decode(errors="replace").splitlines()
        return [line.rstrip() for line in lines if line.strip()][-count:]
    return []
