"""`make run`: the embedded PostgreSQL and Valkey, the newest schema, the demo towns, the API and the push process, until Ctrl-C."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from mocks.embedded import postgres, valkey
from mocks.embedded.process import STOP_SECONDS, LaunchError, die_with_parent, wait_until

READY_SECONDS = 30.0
BANNER = """
  Meguru めぐる is running.

    Playground   http://{host}:{port}/graphql      (pick a persona at the top: a resident, a shop, the town's desk)
    Personas     http://{host}:{port}/dev/personas
    Database     {database}
    Stop         Ctrl-C
"""


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked us to stop
    """SIGINT or SIGTERM."""


@dataclass
class Running:
    """What has been started, in order."""

    servers: list[postgres.Postgres | valkey.Valkey] = field(default_factory=list)
    children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def stop(self) -> None:
        """Ends the children at once and together, then the servers."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        wait_until(lambda: all(child.poll() is not None for child in self.children.values()), STOP_SECONDS - 1)
        for child in self.children.values():
            if child.poll() is None:
                child.kill()
                child.wait()
        for server in reversed(self.servers):
            server.stop()


def main() -> int:
    """The exit code: 0 after Ctrl-C or SIGTERM, 1 with one line when something is wrong."""
    options = _options()
    try:
        with _interruptible():
            return run(options)
    except LaunchError as error:
        print(f"meguru: {error}", file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Starts everything, and stops it in any case."""
    check_port(options.host, options.port)
    data = check_folder(options.data)
    running = Running()
    try:
        environment = _servers(running, data)
        _once(environment, "api.cli", "migrate")
        _once(environment, "mocks.town")
        _children(running, environment, options)
        _wait_until_ready(running, options)
        print(BANNER.format(host=options.host, port=options.port, database=environment["MEGURU_DATABASE_URL"]), flush=True)
        while True:
            time.sleep(0.2)
            _check_children(running)
    except Stopped:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        _ignore_signals()
        running.stop()


def check_port(host: str, port: int) -> None:
    """LaunchError for a port that somebody listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"port {port} is taken ({error.strerror}): stop what listens there, or choose another: make run PORT={port + 10}"
            raise LaunchError(message) from error


def check_folder(path: str) -> Path:
    """LaunchError for a folder that cannot be written to."""
    folder = Path(path).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        message = f"cannot write to {folder} ({error.strerror}): choose another folder: make run DATA=/path"
        raise LaunchError(message) from error
    return folder


def _servers(running: Running, data: Path) -> dict[str, str]:
    database = postgres.start(data / "postgres")
    running.servers.append(database)
    bus = valkey.start(data / "valkey")
    running.servers.append(bus)
    environment = {
        "MEGURU_DATABASE_URL": database.url(),
        "MEGURU_OWNER_DATABASE_URL": database.url(),
        "MEGURU_REDIS_URL": bus.url(),
        "MEGURU_KEYS_FOLDER": str(data / "keys"),
        "MEGURU_PERSONAS_FILE": str(data / "personas.json"),
        "MEGURU_PROFILE": os.environ.get("MEGURU_PROFILE", "development"),
    }
    (data / "run.env").write_text("".join(f"export {name}='{value}'\n" for name, value in environment.items()))
    return {**os.environ, **environment}


def _once(environment: dict[str, str], module: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=False, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        message = f"{module} {' '.join(arguments)} failed: {lines[-1] if lines else done.returncode}"
        raise LaunchError(message)


def _children(running: Running, environment: dict[str, str], options: argparse.Namespace) -> None:
    serve = ["serve", "--host", options.host, "--port", str(options.port), "--processes", str(options.processes)]
    for name, arguments in {"api": ["api.cli", *serve], "push": ["push"]}.items():
        running.children[name] = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, start_new_session=True, preexec_fn=die_with_parent, stdin=subprocess.DEVNULL
        )


def _wait_until_ready(running: Running, options: argparse.Namespace) -> None:
    address = f"http://{options.host}:{options.port}/readyz"

    def ready() -> bool:
        _check_children(running)
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False

    if not wait_until(ready, READY_SECONDS):
        message = f"the API did not answer on {address} within {READY_SECONDS:.0f} s"
        raise LaunchError(message)


def _check_children(running: Running) -> None:
    for name, child in running.children.items():
        code = child.poll()
        if code is not None:
            message = f"the {name} process ended by itself with exit code {code}"
            raise LaunchError(message)


@contextmanager
def _interruptible() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except Stopped:
        sys.exit(0)


def _ignore_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", default=".data")
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
