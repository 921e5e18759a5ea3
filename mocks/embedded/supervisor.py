"""`make run`: the embedded PostgreSQL and Valkey, the newest schema, the demo towns, the API and the push process.

Until Ctrl-C.

Every child leads a session of its own, so that Ctrl-C in the terminal reaches only this process, which ends them in
order. A
signal sets a flag and raises nothing: wherever it arrives, what has been started is known and ended. If this process
itself is
killed, `mocks.embedded.guard` ends the rest.
"""

import argparse
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from mocks.embedded import guard, postgres, valkey
from mocks.embedded.process import POLL_SECONDS, LaunchError, kill_group, last_lines, wait_until

PROJECT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30.0
CHILDREN_SECONDS = 6.5
"""To end by themselves; with SERVER_SECONDS for each of the two servers everything is over within 10 seconds."""
SERVER_SECONDS = 1.2
LAST_LINES = 15
RUN_FILE = "run.env"
BANNER = """
  Meguru めぐる is running.

    Playground   {address}/graphql   (choose a persona: a resident, a store's staff, the town's desk)
    Personas     curl {address}/dev/personas
    Database     {psql} {database}
    Logs         {logs}
    Stop         Ctrl-C
"""


@dataclass
class Supervisor:
    """What runs, in the order in which it was started."""

    options: argparse.Namespace
    project: Path
    data: Path
    stopping: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    servers: dict[str, postgres.Postgres | valkey.Valkey] = field(default_factory=dict)
    children: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def stop_soon(self, *_: int | FrameType | None) -> None:
        """What a signal does, the first and every further one."""
        self.stopping = True

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.data / "log" / f"{name}.log"


def main() -> int:
    """The exit code: 0 after Ctrl-C or SIGTERM, 1 with one line on stderr when something is wrong."""
    options = _options()
    supervisor = Supervisor(options, Path(options.project).resolve(), Path(options.data).resolve())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop_soon)
    try:
        check_port(options.host, options.port)
        check_folder(supervisor.data)
        _run(supervisor)
    except LaunchError as error:
        if not supervisor.stopping:
            _say(f"meguru: {error}", sys.stderr)
            return 1
    finally:
        _stop(supervisor)
    return 0


def _run(supervisor: Supervisor) -> None:
    """Starts everything in order, then waits until somebody stops it or a part of it ends by itself."""
    _start_servers(supervisor)
    _prepare(supervisor)
    options = supervisor.options
    serve = ["serve", "--host", options.host, "--port", str(options.port), "--processes", str(options.processes)]
    _start_child(supervisor, "api", "api.cli", *serve)
    _start_child(supervisor, "push", "push")
    _wait_until_ready(supervisor)
    if not supervisor.stopping:
        _print_banner(supervisor)
    while not supervisor.stopping:
        _check(supervisor)
        time.sleep(0.1)


def check_port(host: str, port: int) -> None:
    """LaunchError for an address that cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)  # two may bind with SO_REUSEADDR, but only one may listen
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        message = (
            f"port {port} of {host} cannot be used ({reason}): stop what listens there, or choose another: make run"
            f" PORT={port + 10}"
        )
        raise LaunchError(message) from error


def check_folder(data: Path) -> None:
    """LaunchError for a folder that cannot be written to; makes it, and the folder of the logs."""
    try:
        (data / "log").mkdir(parents=True, exist_ok=True)
        probe = data / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        message = f"cannot write to {data} ({error.strerror}): choose another folder: make run DATA=/path/of/a/folder"
        raise LaunchError(message) from error


def _start_servers(supervisor: Supervisor) -> None:
    database = postgres.start(supervisor.data / "postgres", interrupted=lambda: supervisor.stopping)
    supervisor.servers["PostgreSQL"] = database
    postgres.make_login(database)
    bus = valkey.start(supervisor.data / "valkey")
    supervisor.servers["Valkey"] = bus
    own = {
        "MEGURU_PROFILE": os.environ.get("MEGURU_PROFILE", "development"),
        "MEGURU_DATABASE_URL": database.url(login=postgres.SERVER_LOGIN),
        "MEGURU_OWNER_DATABASE_URL": database.url(),
        "MEGURU_REDIS_URL": bus.url(),
        "MEGURU_KEYS_FOLDER": str(supervisor.data / "keys"),
        "MEGURU_PERSONAS_FILE": str(supervisor.data / "personas.json"),
    }
    unlimited = {
        "MEGURU_CONNECTIONS_PER_ADDRESS": "0",
        "MEGURU_RATE_LIMITS": "false",
    }  # all of a developer's clients are at one address
    supervisor.environment = {**unlimited, **os.environ, **own}
    lines = (f"{name}={value}\n" for name, value in own.items())
    (supervisor.data / RUN_FILE).write_text("".join(lines))


def _prepare(supervisor: Supervisor) -> None:
    """The newest schema and the demo towns.

    Skipped when nothing that they are made from changed since, for they cost seconds.
    """
    stamp = supervisor.data / "postgres" / "prepared"
    personas = Path(supervisor.environment["MEGURU_PERSONAS_FILE"])
    digest = _digest(supervisor.project)
    if stamp.exists() and stamp.read_text() == digest and personas.exists():
        return
    _once(supervisor, "migrate", "api.cli", "migrate")
    _once(supervisor, "town", "mocks.town")
    if not supervisor.stopping:
        stamp.write_text(digest)


def _digest(project: Path) -> str:
    """A checksum of the migrations and of the demo towns."""
    sources = [
        *(project / "migrations").rglob("*.py"),
        *(project / "migrations").rglob("*.sql"),
        *(project / "mocks").glob("town*.py"),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()


def _once(supervisor: Supervisor, name: str, module: str, *arguments: str) -> None:
    """Runs a program to its end and shows the last line that it wrote, in one line of the terminal."""
    if supervisor.stopping:
        return
    _start_child(supervisor, name, module, *arguments)
    child, shown = supervisor.children[name], ""
    while child.poll() is None and not supervisor.stopping:
        shown = _progress(supervisor.log(name), shown)
        time.sleep(POLL_SECONDS)
    if supervisor.stopping:
        return  # and _stop ends it
    _progress(supervisor.log(name), shown)
    if shown and sys.stdout.isatty():
        _say("")
    if child.returncode != 0:
        raise LaunchError(_ended(supervisor, name))
    kill_group(supervisor.children.pop(name))


def _progress(log: Path, shown: str) -> str:
    line = next(iter(last_lines(log)), "")
    if line and line != shown:
        _say(f"\r\x1b[K{line[:150]}", end="") if sys.stdout.isatty() else _say(line)
    return line


def _start_child(supervisor: Supervisor, name: str, module: str, *arguments: str) -> None:
    if supervisor.stopping:
        return
    command = [sys.executable, "-m", module, *arguments]
    with supervisor.log(name).open("wb") as log:
        child = subprocess.Popen(
            command,
            cwd=supervisor.project,
            env=supervisor.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    supervisor.children[name] = child
    guard.watch(child.pid, signal.SIGTERM)


def _wait_until_ready(supervisor: Supervisor) -> None:
    host = "127.0.0.1" if supervisor.options.host in {"0.0.0.0", "::"} else supervisor.options.host  # noqa: S104 - compared, not served

    def ready() -> bool:
        _check(supervisor)
        return supervisor.stopping or _status(host, supervisor.options.port) == 200

    if not wait_until(ready, READY_SECONDS):
        message = f"the API was not ready within {READY_SECONDS:.0f} s (log: {supervisor.log('api')})"
        raise LaunchError(message)


def _status(host: str, port: int) -> int:
    """What `GET /readyz` answers; 0 for nobody there."""
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _check(supervisor: Supervisor) -> None:
    """LaunchError for a part that ended by itself."""
    for name, child in supervisor.children.items():
        if child.poll() is not None:
            raise LaunchError(_ended(supervisor, name))
    for name, server in supervisor.servers.items():
        if server.process.poll() is not None:
            message = f"{name} {_how(server.process.returncode)} (log: {server.home})"
            raise LaunchError(message)


def _ended(supervisor: Supervisor, name: str) -> str:
    lines = "".join(f"\n  | {line}" for line in last_lines(supervisor.log(name), LAST_LINES))
    return f"{name} {_how(supervisor.children[name].returncode)}; the end of {supervisor.log(name)}:{lines}"


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with exit code {code}"


def _stop(supervisor: Supervisor) -> None:
    """Ends the children together, then the servers; within 10 seconds in all."""
    supervisor.stopping = True
    if supervisor.children or supervisor.servers:
        _say("\nmeguru: stopping ...")
    living = [child for child in supervisor.children.values() if child.poll() is None]
    for child in living:
        child.terminate()
    wait_until(lambda: all(child.poll() is not None for child in living), CHILDREN_SECONDS)
    for child in supervisor.children.values():
        kill_group(child)  # also what it left behind: processes of a server that was killed
    for server in reversed(supervisor.servers.values()):
        server.stop(SERVER_SECONDS)
    if supervisor.servers:
        with suppress(FileNotFoundError):
            (supervisor.data / RUN_FILE).unlink()


def _print_banner(supervisor: Supervisor) -> None:
    host = f"[{supervisor.options.host}]" if ":" in supervisor.options.host else supervisor.options.host
    address = f"http://{host}:{supervisor.options.port}"
    psql = os.path.relpath(postgres.binary("psql"))
    _say(
        BANNER.format(
            address=address,
            psql=psql,
            database=supervisor.environment["MEGURU_OWNER_DATABASE_URL"],
            logs=os.path.relpath(supervisor.data / "log"),
        )
    )


def _say(text: str, stream: TextIO | None = None, end: str = "\n") -> None:
    """Prints, whether or not the terminal is still there: the end of what runs must not depend on it."""
    with suppress(OSError):
        print(text, file=stream or sys.stdout, end=end, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description="Everything that a developer needs, until Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--data", default=".data", help="folder of the databases, keys and logs; kept between runs")
    parser.add_argument("--processes", type=int, default=1, help="processes of the API")
    parser.add_argument(
        "--project", default=str(PROJECT), help=argparse.SUPPRESS
    )  # a test runs another project's api and push
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
