"""Which room of the domain touches which table, from the SQL and the models themselves.

A table has one room that writes it. Other rooms read it in their `reads.py`, where a reader looks for joins.
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

DOMAIN = Path(__file__).resolve().parents[2] / "domain"
MIGRATIONS = "\n".join(path.read_text() for path in (DOMAIN.parent / "migrations/sql").glob("*.sql"))
TABLES = frozenset(re.findall(r"create table (?:if not exists )?(\w+)", MIGRATIONS)) - frozenset(
    re.findall(r"drop table (?:if exists )?(\w+)", MIGRATIONS)
)
MEASURES = frozenset(
    [
        "activates_after_days",
        "approval_days",
        "attempts",
        "birth_year",
        "charge_cancel_minutes",
        "expires_after_months",
        "fresh_days",
        "id",
        "municipality_id",
        "position",
        "priority",
        "upload_retention_days",
    ]
)
"""Small numbers that count or measure; every other small number in the database stands for a word."""
CODED = frozenset(re.findall(r"^\s*(\w+) smallint\b", MIGRATIONS, re.MULTILINE)) - MEASURES
POSTED = frozenset(
    {"account", "entry", "event", "guard", "hold", "journal", "journal_note", "audit_entry", "audit_note"}
)
"""Tables that the functions of the ledger write, and nobody else can: by grant."""
JOINING = {
    "approvals/log.py": "the log is a query of its own, with the kinds of the holders whose balances it names",
    "bulk_grants/facts.py": "all that the rules ask of a thousand wallets, in one statement",
    "bulk_grants/repeated.py": "a file of 100,000 rows is compared with all that its programme gave in one statement",
    "coupons/listing.py": "the list of coupons near a place is a query of its own, of 60 lines",
    "ledger/audit.py": "the audit compares the ledger with everything that it says",
    "ledger/batch.py": "accounts come with the terms of their lots, in the one statement under the locks",
}
"""Files that read other rooms' tables although they are no `reads.py`, and why."""

UPWARD = {
    "access/reads.py": "sessions and rights of people are followed below all rooms that ask who may act",
    "approvals/reads.py": "how long proposals live is the town's, and what a session is is the person's",
    "ledger/audit.py": JOINING["ledger/audit.py"],
    "ledger/batch.py": JOINING["ledger/batch.py"],
    "ledger/reads.py": "the same accounts with the same terms, without locks, for quotes",
}
"""Files that read tables of rooms that stand above theirs, and why."""

WRITES = re.compile(r"\b(?:insert into|update|delete from|truncate)\s+(?:only\s+)?(\w+)", re.IGNORECASE)
READS = re.compile(r"\b(?:from|join)\s+(?:only\s+)?(\w+)", re.IGNORECASE)
HIDDEN_NAME = re.compile(r"\b(?:insert into|update|delete from|from|join)\s+\{\}", re.IGNORECASE)
BARE_NUMBER = re.compile(
    rf"\b(?:{'|'.join(sorted(CODED))})\s*(?:=|<>|!=|<=?|>=?|(?:not )?in \()\s*'?\d"
    r"|\bvalues\s*\([^)]*(?<![$\w:])\d",
    re.IGNORECASE,
)


def docstrings(tree: ast.Module) -> set[int]:
    """Prose also says `from` and `update`: texts that stand alone as statements."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def texts(source: str) -> Iterator[str]:
    """Every text of a module but its docstrings; what an f-string fills in is written as {}."""
    tree = ast.parse(source)
    prose, inside = docstrings(tree), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose | inside:
            yield node.value


def written(source: str) -> set[str]:
    return {name.lower() for text in texts(source) for name in WRITES.findall(text)} & TABLES


def read(source: str) -> set[str]:
    return {name.lower() for text in texts(source) for name in READS.findall(text)} & TABLES


def bare_numbers(source: str) -> list[str]:
    return [number.group() for text in texts(source) for number in BARE_NUMBER.finditer(text)]


def modelled(source: str) -> set[str]:
    """Tables of which a module declares the model."""
    return {
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["table"]
    } & TABLES


def models_of_others(room: str, source: str) -> list[str]:
    return [
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        and re.fullmatch(r"domain\.\w+\.tables", node.module or "")
        and node.module != f"domain.{room}.tables"
    ]


def sources() -> dict[str, str]:
    """Modules of the domain by their path below it."""
    return {str(path.relative_to(DOMAIN)): path.read_text(encoding="utf-8") for path in sorted(DOMAIN.rglob("*.py"))}


def room_of(path: str) -> str:
    return path.split("/", maxsplit=1)[0].removesuffix(".py")


def owners(modules: dict[str, str]) -> dict[str, set[str]]:
    """The rooms that write each table, by SQL or by a model of their own."""
    rooms_by_table: dict[str, set[str]] = defaultdict(set)
    for path, source in modules.items():
        for table in written(source) | modelled(source):
            rooms_by_table[table].add(room_of(path))
    return rooms_by_table


def owner_of_each() -> dict[str, str]:
    written_by = {table: min(rooms) for table, rooms in owners(sources()).items()}
    return written_by | dict.fromkeys(POSTED, "ledger")


def layers() -> list[str]:
    contracts = tomllib.loads((DOMAIN.parent / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [rooms] = [contract["layers"] for contract in contracts if contract.get("containers") == ["domain"]]
    return rooms


def ranks() -> dict[str, int]:
    """The place of each room in the layers, counted from the top."""
    return {room.strip(): place for place, layer in enumerate(layers()) for room in layer.split("|")}


def test_a_table_is_written_by_one_room() -> None:
    rooms_by_table = owners(sources())
    assert {table: rooms for table, rooms in rooms_by_table.items() if len(rooms) > 1} == {}
    assert TABLES - rooms_by_table.keys() == POSTED, "tables that no room writes"


def test_a_room_knows_only_its_own_models() -> None:
    models = {path: models_of_others(room_of(path), source) for path, source in sources().items()}
    assert {path: modules for path, modules in models.items() if modules} == {}


def test_only_the_ledger_calls_its_functions() -> None:
    calls = re.compile(r"\b(ledger_lock|ledger_post)\s*\(")
    callers = {room_of(path) for path, source in sources().items() if any(map(calls.search, texts(source)))}
    assert callers == {"ledger"}


def test_other_rooms_tables_are_read_in_reads() -> None:
    owner = owner_of_each()
    foreign = {
        path: tables
        for path, source in sources().items()
        if (tables := {table for table in read(source) if owner[table] != room_of(path)})
    }
    assert {path for path in foreign if not path.endswith("/reads.py")} == set(JOINING)


def test_rooms_read_down_the_layers() -> None:
    """A join is an arrow like an import: it goes to a room further down in the layers of `pyproject.toml`."""
    owner, rank = owner_of_each(), ranks()
    upward = {
        path
        for path, source in sources().items()
        for table in read(source)
        if owner[table] != room_of(path) and rank[owner[table]] <= rank[room_of(path)]
    }
    assert upward == set(UPWARD)


def test_the_page_shows_the_layers_as_they_are() -> None:
    page = (DOMAIN.parent / "docs/architecture.md").read_text(encoding="utf-8")
    assert "\n".join(layers()) in page


def test_a_statement_writes_its_tables_out() -> None:
    assert {
        path: texts_found
        for path, source in sources().items()
        if (texts_found := [text for text in texts(source) if HIDDEN_NAME.search(text)])
    } == {}


def test_numbers_in_statements_have_their_names() -> None:
    """A kind or a state is a parameter, or a constant of an enum: `{HoldState.OPEN:d}` where an index names it."""
    assert {path: numbers for path, source in sources().items() if (numbers := bare_numbers(source))} == {}


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ('query = "update store set area = $2 where id = $1"', {"store"}),
        ('query = f"insert into lot (id) values ({number})"', {"lot"}),
        ('query = """with gone as (\n  delete from upload_chunk\n where true) select 1"""', {"upload_chunk"}),
        ('"""Prose: update store."""', set()),
    ],
)
def test_the_check_of_writes_finds(source: str, tables: set[str]) -> None:
    assert written(source) == tables


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from account a where a.kind = 4",
        "select 1 from journal where outcome <> 0 limit 1",
        "select 1 from upload where state in (0, 1)",
        "update upload set state = 2 where id = $1",
        "insert into upload (id, state) values ($1, 0)",
    ],
)
def test_the_check_of_numbers_finds(statement: str) -> None:
    assert bare_numbers(f"query = {statement!r}")


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from account a where a.kind = $4 and a.posted <> 0 and a.held = 0 limit 1",
        "select 1 from account a where a.kind = {} and sequence > $1 - 20 order by 1, 2",
        "insert into upload (id, state) values ($1, $2) on conflict (id) do update set attempts = upload.attempts + 1",
    ],
)
def test_the_check_of_numbers_lets_pass(statement: str) -> None:
    assert bare_numbers(f"query = {statement!r}") == []
