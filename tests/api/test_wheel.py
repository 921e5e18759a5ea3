"""The wheel, installed as operators install it: the locked requirements alone, and nothing of this tree beside it."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mocks.embedded.process import end, free_port, wait_until
from tests.conftest import recreate
from tests.support.served import ROOT, status

pytestmark = pytest.mark.soak
"""It installs everything from the registry, which takes a minute or more."""


@pytest.fixture(scope="module")
def command(scratch: Path) -> Path:
    """`meguru` of a fresh virtual environment."""
    folder = scratch / "wheel"
    python = folder / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    locked = ["install", "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock"]
    subprocess.run([*pip, *locked], check=True)
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder / "dist", ROOT], check=True)
    [wheel] = (folder / "dist").glob("meguru-*.whl")
    subprocess.run([*pip, "install", "--no-deps", wheel], check=True)
    subprocess.run([*pip, "check"], check=True)  # what the wheel asks for is what is locked
    return python.with_name("meguru")


@pytest.fixture
async def address_of_database(server_address: str) -> str:
    """An empty database."""
    name = f"meguru_wheel_{os.getpid()}"
    await recreate(server_address, name)
    return f"{server_address}/{name}"


def environment(database: str, folder: Path) -> dict[str, str]:
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    private = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (keys / "2026-01.pem").write_bytes(private)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MEGURU_", "PYTHON"))}
    return kept | {
        "MEGURU_PROFILE": "development",
        "MEGURU_OWNER_DATABASE_URL": database,
        "MEGURU_DATABASE_URL": database,
        "MEGURU_KEYS_FOLDER": str(keys),
    }


def test_an_installed_wheel_makes_a_database_and_serves_it(command: Path, address_of_database: str, tmp_path: Path):
    settings = environment(address_of_database, tmp_path)

    def meguru(*arguments: str) -> str:
        done = subprocess.run(
            [command, *arguments], cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "migrate" in meguru("--help")
    assert "newest schema" in meguru("migrate")
    assert "newest schema" in meguru("migrate"), "twice"
    assert "012106" in meguru("municipalities", "create", "--code", "012106")
    meguru("audit")
    with serving(command, settings, tmp_path) as served:
        assert status(f"{served}/livez") == 200
        assert status(f"{served}/static/playground.js") == 200
        with urllib.request.urlopen(f"{served}/playground/operations", timeout=5) as answer:  # noqa: S310 - our own
            assert "fragment RefusalFields on Refusal" in json.load(answer)["Pay"]


@contextmanager
def serving(command: Path, settings: dict[str, str], folder: Path) -> Iterator[str]:
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve", "--port", str(port)], cwd=folder, env=settings, stdout=log, stderr=log
        )
    try:
        ready = f"http://127.0.0.1:{port}/readyz"
        assert wait_until(lambda: process.poll() is not None or status(ready) == 200, 60)
        assert process.poll() is None, (folder / "serve.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process, 15, seconds=20)
