"""Migrations that are repeated, doubled or killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from domain.jobs.schedule import lead, remove_unknown
from tests.conftest import recreate
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
CATALOG = """select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as kind, a.attnotnull from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped order by 1, 2"""
CONSTRAINTS = "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2"
FUNCTIONS = "select oid::regprocedure::text, prosecdef, proacl::text from pg_proc where pronamespace = 'public'::regnamespace order by 1"


@pytest.fixture
def empty(server_address: str) -> Iterator[str]:
    name = f"meguru_migrations_{os.getpid()}"
    asyncio.run(recreate(server_address, name))
    yield f"{server_address}/{name}"
    asyncio.run(drop(server_address, name))


async def drop(server_address: str, name: str) -> None:
    connection = await asyncpg.connect(f"{server_address}/postgres")
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


def start(url: str) -> "subprocess.Popen[bytes]":
    settings = {"MEGURU_PROFILE": "development", "MEGURU_DATABASE_URL": url, "MEGURU_OWNER_DATABASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "migrate"],
        cwd=ROOT,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process: "subprocess.Popen[bytes]") -> None:
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said.decode()


async def catalog(url: str) -> list[list[tuple]]:
    connection = await asyncpg.connect(url)
    described = [[tuple(row) for row in await connection.fetch(query)] for query in (CATALOG, CONSTRAINTS, FUNCTIONS)]
    await connection.close()
    return described


def test_two_at_once_and_again_are_as_one(empty: str, server_address: str, template: str):
    both = [start(empty), start(empty)]
    for process in both:
        finish(process)
    expected = asyncio.run(catalog(f"{server_address}/{template}"))
    assert len(expected[0]) > 100
    assert asyncio.run(catalog(empty)) == expected
    finish(start(empty))
    assert asyncio.run(catalog(empty)) == expected


def test_killed_half_way_and_run_again(empty: str, server_address: str, template: str):
    """Killed as soon as it is connected, in the middle of its work; what it had begun is rolled back or found again."""

    async def half_way() -> bool:
        connection = await asyncpg.connect(empty)
        state = await connection.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        await connection.close()
        return state > 1

    process = start(empty)
    asyncio.run(eventually(half_way))
    process.kill()
    process.wait()
    finish(start(empty))
    assert asyncio.run(catalog(empty)) == asyncio.run(catalog(f"{server_address}/{template}"))


ASSET_COLUMNS = "id, municipality_id, kind, code, name_ja, name_en, unit_ja, unit_en, paid, charge_maximum, payment_maximum, created_at"
BEGUN, ENDED = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
WALLET, PERSON, SOURCE = UUID(int=1), UUID(int=2), UUID(int=3)


async def migrated_until(url: str, last: str) -> None:
    """The database as it was when `last` was its newest migration."""
    names = sorted(path.stem for path in (ROOT / "migrations").glob("m0*.py"))
    connection = await asyncpg.connect(url)
    for name in names[: names.index(last) + 1]:
        for operation in import_module(f"migrations.{name}").Migration.operations:
            await connection.execute(operation.sql)
    await connection.close()


async def filled_with_money_from_outside(url: str) -> None:
    """Every state of both tables of before."""
    connection = await asyncpg.connect(url)
    for statement, values in (
        (
            "insert into municipality (id, code, name, issuer_id, desk_id, created_at) values (7, '000007', '-', $1, $2, $3)",
            (PERSON, WALLET, BEGUN),
        ),
        ("insert into person (id, created_at) values ($1, $2)", (PERSON, BEGUN)),
        ("insert into holder (municipality_id, id, kind, last_at) values (7, $1, 1, $2)", (WALLET, BEGUN)),
        ("insert into wallet (id, municipality_id, created_at) values ($1, 7, $2)", (WALLET, BEGUN)),
        (f"insert into asset ({ASSET_COLUMNS}) values (9, 7, 1, 'COIN', '-', '-', '-', '-', true, 1, 1, $1)", (BEGUN,)),
        ("insert into funding_source values (7, $1, $2, $3, 9, 'tok', '-', $4)", (SOURCE, WALLET, PERSON, BEGUN)),
        ("insert into job (name, next_run_at) values ('settle_top_ups', $1), ('settle_funding', $1)", (BEGUN,)),
    ):
        await connection.execute(statement, *values)
    for state in range(5):
        await connection.execute(
            "insert into top_up (municipality_id, id, actor, key, wallet_id, source_id, amount, state, created_at, input_hash) values (7, $1, $2, $3, $4, $5, $6, $7, $8, $9)",
            UUID(int=10 + state),
            PERSON,
            UUID(int=20 + state),
            WALLET,
            SOURCE,
            100 + state,
            state,
            BEGUN,
            bytes(32) if state else None,
        )
    for state in range(3):
        await connection.execute(
            "insert into funding_authorisation values (7, $1, $2, $3, $4, $5, $6, $7, $8)",
            UUID(int=30 + state),
            PERSON,
            UUID(int=20 + state),
            bytes(32),
            200 + state,
            state,
            BEGUN,
            ENDED if state else None,
        )
    await connection.close()


async def authorisations(url: str) -> list[tuple]:
    connection = await asyncpg.connect(url)
    opened = await connection.fetch(
        "select municipality_id, id, actor, operation, key, input_hash, source_id, amount, state, opened_at, closed_at from provider_authorisation order by id"
    )
    left = await connection.fetch("select name from job order by name")
    old = await connection.fetchval("select coalesce(to_regclass('top_up'), to_regclass('funding_authorisation'))")
    await connection.close()
    assert ([name for (name,) in left], old) == (["settle_funding"], None)
    return [tuple(row) for row in opened]


def test_money_from_outside_of_two_tables_is_in_one(empty: str, server_address: str, template: str):
    asyncio.run(migrated_until(empty, "m0008_safety"))
    asyncio.run(filled_with_money_from_outside(empty))
    finish(start(empty))
    expected = [
        (
            7,
            UUID(int=10 + state),
            PERSON,
            2,
            UUID(int=20 + state),
            bytes(32) if state else None,
            SOURCE,
            100 + state,
            state,
            BEGUN,
            None,
        )
        for state in range(5)
    ] + [
        (7, UUID(int=30), PERSON, 13, UUID(int=20), bytes(32), None, 200, 0, BEGUN, None),
        (7, UUID(int=31), PERSON, 13, UUID(int=21), bytes(32), None, 201, 2, BEGUN, ENDED),
        (7, UUID(int=32), PERSON, 13, UUID(int=22), bytes(32), None, 202, 3, BEGUN, ENDED),
    ]
    assert asyncio.run(authorisations(empty)) == expected
    finish(start(empty))
    asyncio.run(run_again(empty))
    assert asyncio.run(authorisations(empty)) == expected
    assert asyncio.run(catalog(empty)) == asyncio.run(catalog(f"{server_address}/{template}"))


async def run_again(url: str, names: Sequence[str] = ("m0009_funding_saga",)) -> None:
    connection = await asyncpg.connect(url)
    for name in names:
        for operation in import_module(f"migrations.{name}").Migration.operations:
            await connection.execute(operation.sql)
    await connection.close()


def test_each_file_runs_again_after_all_of_them(empty: str, server_address: str, template: str):
    """Newest first, so that each finds the schema of the last; then in their order, which leaves nothing old behind."""
    finish(start(empty))
    names = sorted(path.stem for path in (ROOT / "migrations").glob("m0*.py"))
    asyncio.run(run_again(empty, names[::-1]))
    asyncio.run(run_again(empty, names))
    assert asyncio.run(catalog(empty)) == asyncio.run(catalog(f"{server_address}/{template}"))


async def start_of_the_scheduler(url: str) -> list[str]:
    """Which jobs are left after the push process has begun, with the rights of its role."""
    owner = await asyncpg.connect(url)
    await owner.execute(
        "insert into job (name, next_run_at) values ('settle_top_ups', now()), ('settle_funding', now())"
    )
    relay = await asyncpg.connect(url, server_settings={"role": "meguru_relay"})
    assert await lead(relay)
    await remove_unknown(relay)
    await relay.close()
    left = [row["name"] for row in await owner.fetch("select name from job order by name")]
    await owner.close()
    return left


def test_an_older_database_lets_the_scheduler_start(empty: str):
    asyncio.run(migrated_until(empty, "m0009_funding_saga"))
    finish(start(empty))
    assert asyncio.run(start_of_the_scheduler(empty)) == ["settle_funding"]
