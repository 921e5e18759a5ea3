"""`python -m mocks.embedded.with_database [--data .data] -- command ...`.

Runs a command against the database of `make run`.

In this order: the database that the environment names (MEGURU_DATABASE_URL or MEGURU_OWNER_DATABASE_URL), the one of a
`make run` that is running, or the embedded PostgreSQL on the same data, started for the command and stopped after it.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mocks.embedded import postgres
from mocks.embedded.process import LaunchError
from mocks.embedded.supervisor import RUN_FILE, check_folder


def main() -> int:
    """The command's exit code; 1 with one line when there is no database to be had."""
    parser = argparse.ArgumentParser(prog="with_database")
    parser.add_argument("--data", default=".data", help="folder of the databases, keys and logs")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="after --")
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("no command given")
    signal.signal(
        signal.SIGINT, lambda *_: None
    )  # the command gets Ctrl-C too, and decides; then we stop what we started
    try:
        with environment(Path(options.data).resolve()) as settings:
            return _run(command, {**os.environ, **settings})
    except LaunchError as error:
        print(f"meguru: {error}", file=sys.stderr)
        return 1


@contextmanager
def environment(data: Path) -> Iterator[dict[str, str]]:
    """The settings that lead to the database; LaunchError when it cannot be started."""
    if {"MEGURU_DATABASE_URL", "MEGURU_OWNER_DATABASE_URL"} & set(os.environ):
        yield {}
        return
    running = _running(data)
    if running:
        yield running
        return
    check_folder(data)
    server = postgres.start(data / "postgres")
    try:
        yield {
            "MEGURU_PROFILE": os.environ.get("MEGURU_PROFILE", "development"),
            "MEGURU_DATABASE_URL": server.url(),
            "MEGURU_OWNER_DATABASE_URL": server.url(),
            "MEGURU_KEYS_FOLDER": str(data / "keys"),
        }
    finally:
        server.stop()


def _running(data: Path) -> dict[str, str]:
    """What a `make run` wrote about itself, if its database still answers.

    One that was killed leaves the file behind.
    """
    lines: list[str] = []
    with suppress(OSError):
        lines = (data / RUN_FILE).read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    return settings if settings and postgres.answers(settings["MEGURU_DATABASE_URL"]) else {}


def _run(command: list[str], settings: dict[str, str]) -> int:
    child = subprocess.Popen(command, env=settings)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
