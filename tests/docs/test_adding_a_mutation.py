"""A mutation that moves value lives in six files, and the page that says so names the right ones."""

import io
import re
import tokenize
from pathlib import Path

import pytest

from domain.ledger.kinds import Operation

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs/adding-a-mutation.md"
ROOMS = ("api", "adapters", "domain", "push", "resolvers", "schema")
FILES = 6
WITH_MONEY_FROM_OUTSIDE = {
    Operation.PAY: "domain/payments/top_up.py",
    Operation.PURCHASE_VOUCHER: "domain/vouchers/funded.py",
}
"""Verbs that exist twice: once with a card or account that pays, around the plain one."""


def words(path: Path) -> set[str]:
    """Names in the code of a file, with the one before a dot; comments and texts do not count."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    names = [token.string for token in tokens if token.type in (tokenize.NAME, tokenize.OP)]
    dotted = {"".join(names[index : index + 3]) for index in range(len(names) - 2) if names[index + 1] == "."}
    return set(names) | dotted


WORDS = {path: words(path) for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py"))}


def places(operation: Operation) -> set[str]:
    """The files that know an operation by its own name, its input or its payload."""
    name = str(operation.mutation)
    pascal = name[0].upper() + name[1:]
    known = {f"Operation.{operation.name}", f"{pascal}Input", f"{pascal}Payload"}
    files = {str(path.relative_to(PROJECT)) for path, names in WORDS.items() if names & known}
    return files | {"domain/ledger/kinds.py"}


def test_the_page_names_the_files_of_its_example() -> None:
    rows = re.findall(r"^\| `([\w/]+\.py)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == FILES
    assert set(rows) == places(Operation.GRANT_VALUE)


@pytest.mark.parametrize(
    "operation",
    [operation for operation in Operation if operation.mutation is not None],
    ids=lambda operation: operation.name,
)
def test_a_mutation_that_moves_value_is_known_to_six_files_at_most(operation: Operation) -> None:
    files = places(operation) - {WITH_MONEY_FROM_OUTSIDE.get(operation)}
    assert len(files) <= FILES, files
