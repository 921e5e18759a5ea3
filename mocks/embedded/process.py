"""What the launchers share: a free port, a user that a server may run as, and an end that comes in time."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
STOP_SECONDS = 8.0
_PDEATHSIG = 1


class LaunchError(Exception):
    """Why a server could not be started, in one line for a person."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent() -> None:
    """On Linux, ends this child when its parent is killed, so that nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)


def unprivileged(folder: Path, program: Path) -> tuple[list[str], dict[str, Any]]:
    """A command prefix and Popen arguments under which a program that refuses root can run and own a folder."""
    if os.geteuid() != 0:
        return [], {}
    nobody = pwd.getpwnam("nobody")
    if all(reachable(path, nobody.pw_uid, nobody.pw_gid) for path in (folder, program)):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        return [], {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    unshare = shutil.which("unshare")
    if unshare is None:
        message = f"PostgreSQL does not run as root, and {folder} cannot be reached by another user: run as an ordinary user"
        raise LaunchError(message)
    return [unshare, "-U", "--map-user=1000", "--map-group=1000"], {}


def reachable(folder: Path, user: int, group: int) -> bool:
    """Whether a user can walk down to a folder."""
    walk = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder.parent)]
    return subprocess.run(walk, user=user, group=group, extra_groups=[], check=False, capture_output=True, cwd="/").returncode == 0


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.02)
    return False


def end(process: "subprocess.Popen[bytes]", how: signal.Signals, seconds: float = STOP_SECONDS) -> None:
    """Asks a process to end, and kills it if it does not."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
