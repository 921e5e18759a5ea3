"""What a launcher started ends with it, even when the launcher itself is killed.

A killed process cannot tidy up, so a second one does: the guard, started with the first server, reads the numbers of
the
processes from a pipe. When the pipe closes, which the kernel sees to however the launcher ended, it ends what is left.
Unlike
PR_SET_PDEATHSIG this works on macOS, under `unshare` and from any thread. This file is both sides: the module, and the
guard's
own program, which needs nothing but the standard library.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

PATIENCE_SECONDS = 8.0
_pipes: list[int] = []
"""The writing end, once the guard runs. Never inherited, so it closes with this process."""


def watch(pid: int, how: signal.Signals) -> None:
    """Sends a signal to a process, which leads a session of its own, when we end, and SIGKILL if that is not enough."""
    if not _pipes:
        _pipes.append(_start())
    _tell(f"+ {pid} {int(how)}")


def release(pid: int) -> None:
    """Forgets a process: it has ended."""
    if _pipes:
        _tell(f"- {pid} 0")


def _tell(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # somebody killed the guard: then there is none
        os.write(_pipes[0], f"{line}\n".encode())


def _start() -> int:
    reading, writing = os.pipe()
    try:
        subprocess.run([sys.executable, "-I", "-S", __file__], stdin=reading, start_new_session=True, check=True)
    finally:
        os.close(reading)
    return writing


def _guard() -> None:
    """The guard's program: notes what it is told until the pipe closes, then ends what is left."""
    if os.fork():
        os._exit(0)  # the launcher need not wait for the guard: it outlives it
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin:
        order, pid, how = line.split()
        watched.pop(int(pid), None)
        if order == "+":
            watched[int(pid)] = int(how)
    for pid, how in watched.items():
        _send(pid, how)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(_lives(pid) for pid in watched) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in watched:
        _send(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    """Whether the process is there and still leads its session.

    A number that was given to somebody else does not count.
    """
    try:
        return os.getsid(pid) == pid
    except OSError:
        return False


def _send(pid: int, how: int) -> None:
    if _lives(pid):
        with contextlib.suppress(OSError):
            os.killpg(pid, how)


if __name__ == "__main__":
    _guard()
