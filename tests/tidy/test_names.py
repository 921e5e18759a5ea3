"""Names say what they hold: words that could hold anything are kept out of them. docs/glossary.md has the words to use."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("adapters", "api", "bench", "domain", "migrations", "mocks", "push", "resolvers", "schema", "tests")
AVOIDED = {
    "asked",
    "beside",
    "found",
    "given",
    "heirs",
    "made",
    "mine",
    "one",
    "somebody",
    "thing",
    "things",
    "told",
    "what",
}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a file gives: to functions, classes, arguments and variables."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def avoided_in(text: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in names(ast.parse(text)) if name.strip("_").lower() in AVOIDED]


def test_the_search_finds_them_everywhere() -> None:
    text = "def told(what):\n    for one in what:\n        found = one\n\nclass Beside:\n    made: int\n"
    assert {name for _, name in avoided_in(text)} == {"told", "Beside", "what", "made", "one", "found"}
    assert avoided_in("def payment_of(wallet):\n    return wallet.made\n") == []


def test_names_say_what_they_hold() -> None:
    files = [path for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py"))]
    found_by_file = {str(path.relative_to(PROJECT)): avoided_in(path.read_text(encoding="utf-8")) for path in files}
    assert {path: names for path, names in found_by_file.items() if names} == {}
