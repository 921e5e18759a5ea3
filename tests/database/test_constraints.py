"""What the database itself keeps, read from its catalog.

The models' columns, the town in every key, the ledger's rules.
"""

from collections.abc import AsyncIterator
from importlib import import_module

import asyncpg
import pytest
from tortoise.models import Model

from domain.compose import MODELS

WITHOUT_TOWN = {
    "municipality": "is the town",
    "person": "one person may live in several towns",
    "person_name": "belongs to the person",
    "job": "the scheduler serves all towns",
    "try_count": "counts by person, phone and address, whatever town they try",
    "tortoise_migrations": "the migrations' own memory",
}
ABOVE_TOWNS = {"municipality": "the town itself, by its number", "person": "one person may live in several towns"}
"""What a town's row may point at without naming its town on both sides."""

KEYS = """select c.conrelid::regclass::text as name, c.contype::text as kind, k.columns from pg_constraint c,
  lateral (select array_agg(a.attname::text order by k.place) as columns from unnest(c.conkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number) k
  where c.connamespace = 'public'::regnamespace and c.contype in ('p', 'u')"""
REFERENCES = """select c.conrelid::regclass::text as name, c.confrelid::regclass::text as target, k.pairs from pg_constraint c,
  lateral (select array_agg(a.attname || ' = ' || b.attname) as pairs from unnest(c.conkey, c.confkey) k (own, other)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other) k
  where c.connamespace = 'public'::regnamespace and c.contype = 'f'"""
TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
COLUMNS = """select column_name as name, is_nullable = 'YES' as nullable, column_default is not null or is_identity = 'YES' as filled
  from information_schema.columns where table_schema = 'public' and table_name = $1"""
TOWN_TABLES = "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'municipality_id'"
RULES = """select conname, pg_get_constraintdef(oid) as rule from pg_constraint where conrelid = $1::text::regclass and convalidated and conenforced"""
TRIGGERS = """select tgrelid::regclass::text || ' ' || tgname from pg_trigger
  where tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) and not tgisinternal and tgenabled = 'O'"""


def models() -> list[type[Model]]:
    classes = [
        kind
        for name in MODELS
        for kind in vars(import_module(name)).values()
        if isinstance(kind, type) and issubclass(kind, Model)
    ]
    return [kind for kind in classes if kind.__module__ in MODELS]


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(database_url)
    yield owner
    await owner.close()


def test_every_room_with_tables_has_models():
    assert {model.__module__ for model in models()} == set(MODELS)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
async def test_a_table_has_the_columns_of_its_model(connection: asyncpg.Connection, model: type[Model]):
    columns = await connection.fetch(COLUMNS, model._meta.db_table)
    fields = model._meta.fields_map
    said = {column: fields[name].null for name, column in model._meta.fields_db_projection.items()}
    assert {column["name"]: column["nullable"] for column in columns if column["name"] in said} == said
    # The migration runs before the new server: the old one writes rows without the columns that it does not know.
    assert [
        column["name"]
        for column in columns
        if column["name"] not in said and not (column["nullable"] or column["filled"])
    ] == []


async def test_every_table_has_the_town_in_its_key(connection: asyncpg.Connection):
    by_town = {
        key["name"]
        for key in await connection.fetch(KEYS)
        if (key["kind"] == "p" and key["columns"][0] == "municipality_id")
        or (key["kind"] == "u" and key["columns"] == ["municipality_id", "id"])
    }
    every = {name for (name,) in await connection.fetch(TABLES)}
    assert every - by_town == set(WITHOUT_TOWN)


async def test_no_row_of_a_town_points_into_another_town(connection: asyncpg.Connection):
    of_towns = {name for (name,) in await connection.fetch(TOWN_TABLES)}
    references = [
        reference
        for reference in await connection.fetch(REFERENCES)
        if {reference["name"], reference["target"]} & of_towns
    ]
    assert [
        tuple(reference)
        for reference in references
        if reference["target"] not in ABOVE_TOWNS and "municipality_id = municipality_id" not in reference["pairs"]
    ] == []
    assert [
        tuple(reference)
        for reference in references
        if reference["target"] == "municipality" and reference["pairs"] != ["municipality_id = id"]
    ] == []
    assert len([reference for reference in references if reference["target"] not in ABOVE_TOWNS]) >= 9
    assert {reference["target"] for reference in references} > set(ABOVE_TOWNS), "an exception that nobody needs"


@pytest.mark.parametrize(
    ("table", "name", "rule"),
    [
        ("account", "account_floor", "CHECK (((floor IS NULL) OR ((posted - held) >= floor)))"),
        (
            "account",
            "account_floor_of_kind",
            "CHECK (((kind <> ALL (ARRAY[1, 4])) OR ((floor IS NOT NULL) AND (floor = 0))))",
        ),
        ("account", None, "CHECK ((held >= 0))"),
        ("account", None, "PRIMARY KEY (municipality_id, id)"),
        ("account", None, "UNIQUE (municipality_id, holder_id, kind, asset_id, lot_id)"),
        ("guard", "guard_ceiling", "CHECK ((value <= ceiling))"),
        ("guard", None, "CHECK ((value >= 0))"),
        ("guard", None, "PRIMARY KEY (municipality_id, kind, subject, period)"),
        ("journal", None, "PRIMARY KEY (municipality_id, id)"),
        ("journal", None, "UNIQUE (municipality_id, actor, operation, key)"),
        ("journal", None, "UNIQUE (municipality_id, receipt_number)"),
        ("journal", None, "CHECK (((receipt_number IS NOT NULL) = (outcome = 0)))"),
        ("journal", None, "CHECK (((refusal IS NOT NULL) = (outcome = 1)))"),
        ("entry", None, "PRIMARY KEY (municipality_id, account_id, version)"),
        ("entry", None, "CHECK ((amount <> 0))"),
        ("event", None, "PRIMARY KEY (municipality_id, holder_id, sequence)"),
        ("event", None, "CHECK ((sequence > 0))"),
        ("hold", None, "PRIMARY KEY (municipality_id, id)"),
        ("hold", None, "CHECK ((0 < ALL (amounts)))"),
        ("approval", None, "CHECK ((approver <> proposer))"),
        ("approval", None, "CHECK (((approver IS NULL) = (approved_at IS NULL)))"),
        ("approval", "approval_ended_or_approved", "CHECK (((state = 0) OR (approver IS NULL)))"),
        ("control_change", None, "CHECK (((applied_at IS NULL) OR (due_at IS NOT NULL)))"),
    ],
)
async def test_a_rule_that_money_rests_on_is_there_and_enforced(
    connection: asyncpg.Connection, table: str, name: str | None, rule: str
):
    names = {row["rule"]: row["conname"] for row in await connection.fetch(RULES, table)}
    assert rule in names
    if name is not None:  # the code knows it by name
        assert names[rule] == name


async def test_the_ledgers_triggers_are_on(connection: asyncpg.Connection):
    append_only = {
        f"{table} {table}_append_only"
        for table in ("entry", "journal", "event", "lot", "audit_entry", "conversion_rate", "grant_proposal")
    }
    assert {name for (name,) in await connection.fetch(TRIGGERS)} == (
        {
            "entry entry_zero_sum",
            "person person_changed",
            "holder_access holder_access_changed",
            "wallet wallet_receive_code",
        }
        | append_only
    )
