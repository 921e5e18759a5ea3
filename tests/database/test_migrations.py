"""Migrations that are repeated, doubled or killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

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
    found = [[tuple(row) for row in await connection.fetch(query)] for query in (CATALOG, CONSTRAINTS, FUNCTIONS)]
    await connection.close()
    return found


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
        found = await connection.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        await connection.close()
        return found > 1

    process = start(empty)
    asyncio.run(eventually(half_way))
    process.kill()
    process.wait()
    finish(start(empty))
    assert asyncio.run(catalog(empty)) == asyncio.run(catalog(f"{server_address}/{template}"))
