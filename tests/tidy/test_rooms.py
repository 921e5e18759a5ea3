"""What no linter knows: sizes, floats, and what must never be committed."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 70
LONGEST_FILE = 500
NEVER = re.compile(r"/work/|/root/|pypi\.org|npmjs\.|pythonhosted|registry\.", re.IGNORECASE)
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b")
MONEY_ROOMS = ("domain/ledger", "domain/payments", "domain/assets", "domain/events", "domain/funding")
OWN_PAGE = "tests/tidy/test_rooms.py"


def committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [
        path
        for path in listed.stdout.splitlines()
        if "/vendor/" not in path and path != OWN_PAGE and (ROOT / path).is_file()
    ]


def sources() -> list[str]:
    return [path for path in committed() if path.endswith(".py")]


def long_functions(text: str) -> list[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, kinds) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]


def floats(text: str) -> list[int]:
    """Lines with a float literal or float(); durations in seconds are no money and are named so."""
    lines = text.splitlines()
    lines_with_floats = []
    for node in ast.walk(ast.parse(text)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        if (literal or call) and "SECONDS" not in lines[node.lineno - 1]:
            lines_with_floats.append(node.lineno)
    return lines_with_floats


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_functions_and_files_are_small():
    assert {path: long for path in sources() if (long := long_functions(text_of(path)))} == {}
    assert [path for path in sources() if len(text_of(path).splitlines()) > LONGEST_FILE] == []


def test_no_float_where_money_is():
    assert {
        path: lines for path in sources() if path.startswith(MONEY_ROOMS) and (lines := floats(text_of(path)))
    } == {}


def test_nothing_of_this_machine_and_no_leftovers():
    text_files = [path for path in committed() if not path.endswith((".png", ".ico", ".ttf"))]
    assert [path for path in text_files if NEVER.search(text_of(path))] == []
    assert [path for path in sources() if LEFTOVER.search(text_of(path))] == []


def test_every_locked_package_has_hashes():
    for name in ("requirements.lock", "requirements-dev.lock"):
        packages = re.findall(r"^[a-z0-9][^\n]*==[^\n]*(?:\n    [^\n]*)*", text_of(name), re.MULTILINE)
        assert len(packages) > 20
        assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("text", ["def f():\n" + "    x = 1\n" * 80])
def test_the_size_check_finds(text: str):
    assert long_functions(text) == ["f"]


@pytest.mark.parametrize("text", ["a = 1.5", "a = float(b)"])
def test_the_float_check_finds(text: str):
    assert floats(text) == [1]
