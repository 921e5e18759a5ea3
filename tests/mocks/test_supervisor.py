"""`make run` with real servers and a small stand-in for the API, the push process and the demo towns.

Once with the real ones.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from mocks.embedded import postgres
from mocks.embedded.process import free_port, kill_group, wait_until
from tests.support.processes import PROJECT, all_gone, lives

STOP_SECONDS = 10

FAKE_API = """
import http.server, os, pathlib, signal, subprocess, sys, time
pids = pathlib.Path("pids"); pids.mkdir(exist_ok=True)
(pids / sys.argv[1]).write_text(str(os.getpid()))
mode = os.environ.get("FAKE", "")
if sys.argv[1] == "migrate":
    with open("calls", "a") as calls:
        calls.write("migrate ")
    if mode == "migration fails":
        sys.exit("the migration says why")
    sys.exit(0)
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
    (pids / "grandchild").write_text(str(grandchild.pid))
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        if mode == "dies":
            print("the server says why", flush=True); os._exit(3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answer).serve_forever()
"""
FAKE_PUSH = """
import os, pathlib, signal
pathlib.Path("pids/push").write_text(str(os.getpid()))
signal.pause()
"""
FAKE_TOWN = """
import os, pathlib, time
pathlib.Path("pids/town").write_text(str(os.getpid()))
with open("calls", "a") as calls:
    calls.write("town ")
print("Making the demo towns", flush=True)
if os.environ.get("FAKE") == "long town":
    time.sleep(600)
pathlib.Path(os.environ["MEGURU_PERSONAS_FILE"]).write_text("[]")
"""


class Run:
    """A supervisor and all that it started."""

    def __init__(self, folder: Path, port: int, *options: str, fake: str = "") -> None:
        self.folder, self.port = folder, port
        self.said = folder / f"said-{time.monotonic_ns()}"
        command = [
            sys.executable,
            "-m",
            "mocks.embedded.supervisor",
            "--port",
            str(port),
            "--data",
            str(folder / "data"),
            *options,
        ]
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "FAKE": fake},
            )

    @property
    def output(self) -> str:
        return self.said.read_text()

    def wait_for(self, text: str, seconds: float = 60) -> None:
        assert wait_until(lambda: text in self.output or self.process.poll() is not None, seconds), self.output
        assert text in self.output

    def pids(self) -> list[int]:
        """Of everything that it started and that still runs."""
        files = [
            *(self.folder / "project" / "pids").glob("*"),
            self.folder / "data" / "postgres" / "data" / "postmaster.pid",
        ]
        noted = [int(file.read_text().split()[0]) for file in files if file.exists()]
        listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        children = [
            int(pid)
            for pid, parent in (line.split() for line in listed.splitlines())
            if int(parent) == self.process.pid
        ]
        return [pid for pid in {*noted, *children} if lives(pid)]

    def ends(self, *signals: signal.Signals) -> int:
        """The exit code after the signals; everything must be gone in time."""
        pids, began = self.pids(), time.monotonic()
        for number in signals:
            self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS + 5)
        took = time.monotonic() - began
        assert took < STOP_SECONDS, f"stopped after {took:.1f} s: {self.output}"
        assert all_gone(pids, seconds=1), [pid for pid in pids if lives(pid)]
        return code


@pytest.fixture
def run(folder: Path) -> Iterator[Callable[..., Run]]:
    """Starts a supervisor on the stand-in project; all on one data folder and port."""
    project, port, started = folder / "project", free_port(), []
    for path, text in (
        ("api/cli.py", FAKE_API),
        ("push/__main__.py", FAKE_PUSH),
        ("mocks/town.py", FAKE_TOWN),
        ("migrations/m1.py", ""),
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)

    def begin(*options: str, fake: str = "") -> Run:
        started.append(Run(folder, port, "--project", str(project), *options, fake=fake))
        return started[-1]

    yield begin
    for supervisor in started:
        if supervisor.process.poll() is None:
            kill_group(supervisor.process)


def calls(run: Run) -> str:
    return (run.folder / "project" / "calls").read_text().strip()


def one_line(run: Run) -> str:
    assert run.process.wait(60) == 1
    lines = run.output.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_taken_port_is_one_line_and_nothing_is_started(folder: Path, run: Callable[..., Run]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(run("--port", str(port)))
    assert line.startswith(f"meguru: port {port} of 127.0.0.1 cannot be used")
    assert f"make run PORT={port + 10}" in line
    assert not (folder / "data").exists()


def test_an_unwritable_folder_is_one_line(folder: Path, run: Callable[..., Run]) -> None:
    (folder / "data").write_text("root may write to every folder, but not into a file")
    assert one_line(run()).startswith(f"meguru: cannot write to {folder / 'data'} (")


def test_it_starts_everything_once_and_ends_everything(run: Callable[..., Run]) -> None:
    first = run()
    first.wait_for("Stop         Ctrl-C")
    for text in ("めぐる", f"http://127.0.0.1:{first.port}/graphql", "/dev/personas", "postgres://meguru@127.0.0.1:"):
        assert text in first.output
    settings = dict(line.split("=", 1) for line in (first.folder / "data" / "run.env").read_text().splitlines())
    assert settings["MEGURU_PROFILE"] == "development"
    assert postgres.answers(settings["MEGURU_DATABASE_URL"])
    assert len(first.pids()) >= 4
    assert first.ends(signal.SIGTERM) == 0
    assert not (first.folder / "data" / "run.env").exists()
    second = run()
    second.wait_for("Stop         Ctrl-C")
    assert calls(second) == "migrate town", "the second run has nothing to prepare"
    assert second.ends(signal.SIGINT, signal.SIGINT) == 0


def test_a_second_run_on_the_same_data_is_told_so(run: Callable[..., Run]) -> None:
    first = run()
    first.wait_for("Stop         Ctrl-C")
    line = [
        line
        for line in _finished(run("--port", str(free_port()))).splitlines()
        if line.startswith("meguru: PostgreSQL")
    ]
    assert len(line) == 1
    assert "already runs on" in line[0]
    assert first.process.poll() is None
    assert first.ends(signal.SIGTERM) == 0


def test_new_migrations_are_run_at_the_next_start(run: Callable[..., Run]) -> None:
    first = run()
    first.wait_for("Stop         Ctrl-C")
    first.ends(signal.SIGTERM)
    (first.folder / "project" / "migrations" / "m2.py").write_text("# more")
    second = run()
    second.wait_for("Stop         Ctrl-C")
    assert calls(second) == "migrate town migrate town"
    second.ends(signal.SIGTERM)


def test_children_that_do_not_listen_are_killed_with_what_they_started(run: Callable[..., Run]) -> None:
    stubborn = run(fake="stubborn")
    stubborn.wait_for("Stop         Ctrl-C")
    assert (stubborn.folder / "project" / "pids" / "grandchild").exists()
    assert stubborn.ends(signal.SIGTERM) == 0


def test_a_child_that_dies_is_named_and_everything_else_is_ended(run: Callable[..., Run]) -> None:
    dying = run(fake="dies")
    output = _finished(dying)
    assert "api ended by itself with exit code 3" in output
    assert "the server says why" in output
    assert all_gone(dying.pids(), seconds=1)


def test_a_migration_that_fails_says_why(run: Callable[..., Run]) -> None:
    failing = run(fake="migration fails")
    output = _finished(failing)
    assert "migrate ended by itself with exit code 1" in output
    assert "the migration says why" in output
    assert calls(failing) == "migrate"
    assert all_gone(failing.pids(), seconds=1)


def test_a_signal_while_the_towns_are_made_ends_it_and_the_next_run_makes_them(run: Callable[..., Run]) -> None:
    interrupted = run(fake="long town")
    interrupted.wait_for("Making the demo towns")
    assert interrupted.ends(signal.SIGINT) == 0
    again = run()
    again.wait_for("Stop         Ctrl-C")
    assert calls(again) == "migrate town migrate town"
    again.ends(signal.SIGTERM)


def test_a_database_that_is_killed_ends_everything_and_the_next_run_starts_at_once(run: Callable[..., Run]) -> None:
    first = run()
    first.wait_for("Stop         Ctrl-C")
    os.kill(
        int((first.folder / "data" / "postgres" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL
    )
    again = run("--port", str(free_port()))
    assert "PostgreSQL was ended by SIGKILL" in _finished(first)
    again.wait_for("Stop         Ctrl-C")
    assert again.ends(signal.SIGTERM) == 0


def test_nothing_is_left_when_the_supervisor_itself_is_killed(run: Callable[..., Run]) -> None:
    first = run(fake="stubborn")
    first.wait_for("Stop         Ctrl-C")
    pids = first.pids()
    first.process.kill()
    first.process.wait()
    assert all_gone(pids, seconds=STOP_SECONDS)
    again = run()
    again.wait_for("Stop         Ctrl-C")
    assert again.ends(signal.SIGTERM) == 0


def _finished(run: Run) -> str:
    assert run.process.wait(60) == 1, run.output
    return run.output


def test_the_real_one_ends_in_time_with_a_subscription_open(folder: Path) -> None:
    run = Run(folder, free_port())
    try:
        run.wait_for("Stop         Ctrl-C", seconds=150)
        personas: list[dict[str, Any]] = json.load(
            urllib.request.urlopen(f"http://127.0.0.1:{run.port}/dev/personas", timeout=10)
        )
        resident = next(persona for persona in personas if persona.get("walletIds"))
        address = f"ws://127.0.0.1:{run.port}/graphql"
        with connect(address, subprotocols=["graphql-transport-ws"]) as client:  # type: ignore[list-item]
            client.send(
                json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {resident['token']}"}})
            )
            assert json.loads(client.recv(10))["type"] == "connection_ack"
            query = f'subscription {{ walletEvents(walletId: "{resident["walletIds"][0]}") {{ __typename }} }}'
            client.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
            client.send(json.dumps({"type": "ping"}))
            assert json.loads(client.recv(10))["type"] == "pong"
            assert run.ends(signal.SIGINT) == 0
    finally:
        if run.process.poll() is None:
            kill_group(run.process)
    assert re.search(r"stopping", run.output)
