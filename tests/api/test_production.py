"""A server as towns run it: its login, its keys, its ports, and what it tells browsers."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mocks.embedded.process import free_port
from tests.support.apps import body
from tests.support.beside import second_server, settings_of
from tests.support.keys import make_production_key
from tests.support.served import ROOT

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pytest.fixture(scope="module")
def production(address: str, scratch: Path) -> dict[str, str]:
    """The environment of a production server on the database of `served`."""
    keys = scratch / "production-keys"
    keys.mkdir()
    make_production_key(keys / "2026-01.pem")
    settings = settings_of(scratch / "api")
    del settings["MEGURU_PERSONAS_FILE"], settings["MEGURU_OWNER_DATABASE_URL"]
    own = {"MEGURU_KEYS_FOLDER": str(keys), "MEGURU_SHOP_CODE_GUID": "jp.lg.iwamizawa.coin"}
    return {**settings, **own, "MEGURU_PROFILE": "production", "MEGURU_METRICS_PORT": str(free_port())}


@pytest.fixture(scope="module", params=[1, 2])
def server(production: dict[str, str], request: pytest.FixtureRequest) -> Iterator[str]:
    with second_server(production, "--processes", str(request.param)) as (own, _):
        yield own


def test_figures_are_on_a_port_of_their_own(production: dict[str, str], server: str):
    assert "data" in httpx.post(f"{server}/graphql", json=body("ServerTime")).json()
    assert httpx.get(f"{server}/metrics").status_code == 404
    apart = httpx.get(f"http://127.0.0.1:{production['MEGURU_METRICS_PORT']}/metrics")
    assert apart.status_code == 200
    assert 'meguru_requests_total{ended="ok",field="serverTime"' in apart.text
    assert "# TYPE meguru_bus_connected gauge" in apart.text


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/.well-known/jwks.json", "/graphql?query={serverTime}", "/graphql", "/nothing", "/"]
)
def test_every_answer_forbids_browsers_what_data_needs_not(server: str, path: str):
    answer = httpx.get(f"{server}{path}", headers={"accept": "text/html"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"] == NOTHING


@pytest.mark.parametrize("path", ["/livez/", "/readyz/", "/uploads/upl_x/secret/", "/graphql//", "//livez", "/static"])
def test_no_answer_sends_a_client_to_the_host_that_it_named(server: str, path: str):
    answer = httpx.get(f"{server}{path}", headers={"host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "evil.example" not in str(answer.headers) + answer.text


def started(settings: dict[str, str], module: str, *arguments: str) -> tuple[int, str]:
    """The exit code and the last line of a process that ends by itself."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, (done.stderr.strip().splitlines() or [""])[-1]


def test_neither_process_starts_with_the_login_of_the_tables_owner(
    production: dict[str, str], scratch: Path, address: str
):
    owner = {**production, "MEGURU_DATABASE_URL": settings_of(scratch / "api")["MEGURU_OWNER_DATABASE_URL"]}
    for module, arguments, code in (("api.cli", ("serve", "--port", str(free_port())), 2), ("push", (), 1)):
        ended, said = started(owner, module, *arguments)
        assert ended == code
        assert said.startswith("MEGURU_DATABASE_URL: the login meguru is a superuser"), said
        assert "postgres://" not in said


def test_a_port_of_metrics_that_is_taken_is_named(production: dict[str, str], server: str):
    code, said = started(production, "api.cli", "serve", "--port", str(free_port()))
    assert code == 2
    assert said.startswith(f"MEGURU_METRICS_PORT: port {production['MEGURU_METRICS_PORT']} of 127.0.0.1 cannot be used")


def test_what_developers_run_serves_as_the_login_of_towns(address: str, scratch: Path):
    settings = settings_of(scratch / "api")
    assert settings["MEGURU_DATABASE_URL"].startswith("postgres://meguru_server@")
