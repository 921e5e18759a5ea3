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
MONEY_ROOMS = ("domain/", "resolvers/", "schema/", "adapters/", "push/")
NO_MONEY = {
    "domain/cache.py": "remembers until an instant of the monotonic clock",
    "domain/logs.py": "waits for its stream until an instant of the monotonic clock",
    "schema/engine/compiled/inputs.py": "reads literals of the scalar Float, which only coordinates have",
}
"""Files of rooms with money that may use floats, and for what."""
MEASURES = re.compile(r"seconds|deadline|latitude|longitude|degrees", re.IGNORECASE)
"""Names of durations and coordinates: a float on such a line is no money."""
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


def is_path(node: ast.expr) -> bool:
    """A string, or a name in capitals such as FOLDER: `FOLDER / "name"` is no division."""
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text or (isinstance(node, ast.Name) and node.id in {"FOLDER", "PATH"})


def is_float(node: ast.AST) -> bool:
    """A float literal, the word `float` (annotation or call), or a division that is not rounded down."""
    match node:
        case ast.Constant(value=float()) | ast.Name(id="float") | ast.AugAssign(op=ast.Div()):
            return True
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return not any(is_path(side) for side in (left, right))
    return False


def floats(text: str) -> list[int]:
    """Lines with floats; durations in seconds and coordinates are no money and are named so."""
    lines = text.splitlines()
    numbers = {node.lineno for node in ast.walk(ast.parse(text)) if is_float(node)}
    return [number for number in sorted(numbers) if not MEASURES.search(lines[number - 1])]


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_functions_and_files_are_small():
    assert {path: long for path in sources() if (long := long_functions(text_of(path)))} == {}
    assert [path for path in sources() if len(text_of(path).splitlines()) > LONGEST_FILE] == []


def test_no_float_where_money_is():
    lines_of = {path: floats(text_of(path)) for path in sources() if path.startswith(MONEY_ROOMS)}
    assert len(lines_of) > 300, "a room has another name, or is not looked at"
    assert {path: lines for path, lines in lines_of.items() if lines and path not in NO_MONEY} == {}
    assert [path for path in NO_MONEY if not lines_of[path]] == [], "uses none any more"


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


@pytest.mark.parametrize(
    "text", ["a = 1.5", "a = float(b)", "a: float = b", "a = b / 100", "a /= 2", "a = round(b * 1e2)"]
)
def test_the_float_check_finds(text: str):
    assert floats(text) == [1]


@pytest.mark.parametrize("text", ["a = 1", "a = b // 100", 'a = folder / "name"', "WAIT_SECONDS = 0.5"])
def test_the_float_check_passes(text: str):
    assert floats(text) == []
