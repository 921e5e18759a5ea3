"""A database whose disk is full, as it refuses then: what needs room fails, and everything else is answered as always."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from domain.disk_watch import DiskWatch
from tests.support.apps import body, first_person, headers, personas
from tests.support.beside import second_server, settings_of
from tests.support.eventually import eventually
from tests.support.served import status

FULL = """
create function no_room_for_tables() returns event_trigger language plpgsql as
  $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
create function no_room_for_rows() returns trigger language plpgsql as
  $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
create event trigger no_room on ddl_command_start when tag in ('CREATE TABLE AS') execute function no_room_for_tables();
create trigger no_room before insert on journal for each statement execute function no_room_for_rows();
"""
ROOM = """
drop event trigger if exists no_room;
drop trigger if exists no_room on journal;
drop function if exists no_room_for_tables, no_room_for_rows;
"""


@pytest.fixture
async def owner(address: str, scratch: Path) -> AsyncIterator["asyncpg.Connection[Any]"]:
    _ = address
    connection = await asyncpg.connect(settings_of(scratch / "api")["MEGURU_OWNER_DATABASE_URL"])
    yield connection
    await connection.execute(ROOM)
    await connection.close()


async def test_a_full_disk_is_seen_and_so_is_its_end(address: str, scratch: Path, owner: "asyncpg.Connection[Any]"):
    people = personas(address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    server = second_server(settings_of(scratch / "api"))
    own, _ = await asyncio.to_thread(server.__enter__)
    key = str(uuid4())
    payment = {
        "idempotencyKey": key,
        "walletId": resident["walletIds"][0],
        "payee": {"storeId": store["storeId"]},
        "amount": 1,
        "confirmDuplicate": True,
    }
    try:
        async with httpx.AsyncClient(timeout=30, base_url=own) as app:

            async def pay() -> Any:
                answer = await app.post("/graphql", json=body("Pay", input=payment), headers=headers(resident["token"]))
                return answer.json()["data"]["pay"]

            assert (await app.get("/readyz")).json()["disk"] is True
            await owner.execute(FULL)
            refusal = (await pay())["refusal"]
            assert (refusal["code"], refusal["retry"]) == ("UNAVAILABLE", "SAME_KEY")
            ready = await app.get("/readyz")
            assert (ready.status_code, ready.json()["disk"], ready.json()["database"]) == (503, False, True)
            assert await owner.fetchval("select count(*) from journal where key = $1", UUID(key)) == 0
            await owner.execute(ROOM)
            await eventually(lambda: asyncio.to_thread(lambda: status(f"{own}/readyz") == 200))
            assert (await pay())["payment"]["amount"] == 1
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def test_a_full_disk_is_seen_without_a_payment(monkeypatch: pytest.MonkeyPatch):
    """By the little that is written now and then; other errors of the database say nothing about its disk."""
    monkeypatch.setattr("domain.disk_watch.EVERY_SECONDS", 0.01)
    monkeypatch.setattr("domain.disk_watch.EVERY_SECONDS_WHILE_FULL", 0.01)
    errors: list[Exception | None] = [ConnectionError(), None]
    written = 0

    async def write() -> None:
        nonlocal written
        written += 1
        error = errors[0] if len(errors) == 1 else errors.pop(0)
        if error is not None:
            raise error

    watch = DiskWatch(write)
    keeping = asyncio.create_task(watch.keep())
    await eventually(lambda: written > 2)
    assert not watch.full
    errors[:] = [asyncpg.DiskFullError()]
    await eventually(lambda: watch.full)
    errors[:] = [ConnectionError()]
    before = written
    await eventually(lambda: written > before + 2)
    assert watch.full, "until a write succeeds"
    errors[:] = [None]
    await eventually(lambda: not watch.full)
    keeping.cancel()
