"""`meguru` as an installed command: what its wheel and its image are made of."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.served import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
READ_WHILE_RUNNING = (
    "api/static/playground.html",
    "domain/locales/en.json",
    "domain/locales/ja.json",
    "domain/municipalities/national_codes.tsv",
    "migrations/sql/0001_tables.sql",
    "schema/operations/fragments.graphql",
)


def test_the_command_is_the_command_line():
    module, _, function = PROJECT["project"]["scripts"]["meguru"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.argv = ['meguru', '--help']; from {module} import {function}; {function}()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert {"serve", "migrate", "municipalities", "audit", "expire"} <= set(re.findall(r"\w+", shown))


def test_the_wheel_has_every_room_that_the_service_imports():
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"mocks", "bench", "tests"}
    assert set(PACKAGES) == rooms


@pytest.mark.parametrize("path", READ_WHILE_RUNNING)
def test_what_is_read_while_running_is_in_the_wheel(path: str):
    """The wheel has every file of its packages that git does not ignore, and none is left out by the build."""
    assert (ROOT / path).is_file()
    assert path.split("/", maxsplit=1)[0] in PACKAGES
    assert subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False).returncode == 1
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]) == {"packages"}, "nothing is excluded"


def test_the_image_has_the_command_and_every_package():
    copied = set(re.findall(r"^COPY (\w+)/ ", DOCKERFILE, re.MULTILINE))
    assert copied == set(PACKAGES)
    script = re.search(r"printf '([^']+)' > /venv/bin/meguru && chmod 755 /venv/bin/meguru", DOCKERFILE)
    assert script is not None
    lines = script[1].encode().decode("unicode_escape").splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("#!/venv/bin/python", "from api.cli import main", "main()")
    assert 'CMD ["meguru", "serve"' in DOCKERFILE
    assert "PYTHONPATH=/srv/meguru" in DOCKERFILE
    compose = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    assert 'command: ["meguru", "migrate"]' in compose
    assert "api.cli" not in compose + DOCKERFILE.replace("from api.cli import main", "")


def test_the_pages_for_operators_say_the_command():
    pages = [*(ROOT / "docs/runbook").glob("*.md"), ROOT / "docs/lifecycle.md"]
    assert {path.name for path in pages if "api.cli" in path.read_text(encoding="utf-8")} == {Path("README.md").name}
