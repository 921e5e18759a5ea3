"""A server whose clock and the database's differ serves nothing, until they agree. Here the database's is moved."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from tests.support.apps import Persona, body, first_person, headers, personas
from tests.support.beside import second_server, settings_of
from tests.support.eventually import eventually
from tests.support.served import status

LOGIN = "moved_clock"
"""Its sessions find another `clock_timestamp` before PostgreSQL's own."""
MOVED_CLOCK = f"""
create schema moved;
create table moved.shift (seconds integer not null);
insert into moved.shift values (0);
create function moved.clock_timestamp() returns timestamptz language sql volatile security definer
  as 'select pg_catalog.clock_timestamp() + make_interval(secs => seconds) from moved.shift';
create role {LOGIN} login in role meguru_app, meguru_poster;
alter role {LOGIN} set search_path = moved, pg_catalog, public;
grant usage on schema moved to public;
"""


@dataclass
class Moved:
    address: str
    owner: "asyncpg.Connection[asyncpg.Record]"

    async def move(self, seconds: int) -> None:
        await self.owner.execute("update moved.shift set seconds = $1", seconds)

    async def serves(self, expected: int) -> None:
        await eventually(lambda: asyncio.to_thread(lambda: status(f"{self.address}/readyz") == expected))


@pytest.fixture
async def moved(address: str, scratch: Path) -> AsyncIterator[Moved]:
    """A second server on the demo towns."""
    _ = address
    settings = settings_of(scratch / "api")
    owner = await asyncpg.connect(settings["MEGURU_OWNER_DATABASE_URL"])
    await owner.execute(MOVED_CLOCK)
    parts = urlsplit(settings["MEGURU_DATABASE_URL"])
    url = parts._replace(netloc=f"{LOGIN}@{parts.hostname}:{parts.port}").geturl()
    server = second_server({**settings, "MEGURU_DATABASE_URL": url})
    own, _ = await asyncio.to_thread(server.__enter__)
    yield Moved(own, owner)
    await asyncio.to_thread(server.__exit__, None, None, None)
    await owner.execute(f"drop schema moved cascade; drop role {LOGIN}")
    await owner.close()


def payment_of(resident: Persona, store: Persona, key: str) -> dict[str, object]:
    payment = {
        "idempotencyKey": key,
        "walletId": resident["walletIds"][0],
        "payee": {"storeId": store["storeId"]},
        "amount": 1,
        "confirmDuplicate": True,
    }
    return body("Pay", input=payment)


async def test_no_money_moves_while_the_clocks_differ_and_the_same_key_pays_afterwards(moved: Moved):
    people = personas(moved.address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    async with httpx.AsyncClient(timeout=20, base_url=moved.address) as app:

        async def pay(key: str) -> Any:
            sent = payment_of(resident, store, key)
            return (await app.post("/graphql", json=sent, headers=headers(resident["token"]))).json()["data"]["pay"]

        async def difference() -> float:
            [line] = [
                line
                for line in (await app.get("/metrics")).text.splitlines()
                if line.startswith("meguru_clock_difference_seconds ")
            ]
            return float(line.split()[1])

        for seconds in (-5, 3_600):
            key = str(uuid4())
            await moved.move(seconds)
            await moved.serves(503)
            assert (await app.get("/readyz")).json()["clock"] is False
            await eventually(lambda seconds=seconds: near(difference, abs(seconds)))
            refusal = (await pay(key))["refusal"]
            assert (refusal["code"], refusal["retry"]) == ("UNAVAILABLE", "SAME_KEY")
            assert await moved.owner.fetchval("select count(*) from journal where key = $1", UUID(key)) == 0
            await moved.move(1)  # a second is no fault
            await moved.serves(200)
            assert (await pay(key))["payment"]["amount"] == 1
            assert await moved.owner.fetchval("select count(*) from journal where key = $1", UUID(key)) == 1


async def near(figure: Any, expected: int) -> bool:
    return abs(await figure() - expected) < 1


async def test_a_server_that_starts_with_a_wrong_clock_does_not_become_ready(moved: Moved, scratch: Path):
    await moved.move(60)
    parts = urlsplit(settings_of(scratch / "api")["MEGURU_DATABASE_URL"])
    url = parts._replace(netloc=f"{LOGIN}@{parts.hostname}:{parts.port}").geturl()
    settings = {**settings_of(scratch / "api"), "MEGURU_DATABASE_URL": url}
    late = second_server(settings, seconds=3)
    with pytest.raises(AssertionError):
        await asyncio.to_thread(late.__enter__)
    with second_server({**settings, "MEGURU_CLOCK_CHECK": "false"}) as (own, _):
        assert status(f"{own}/readyz") == 200
    await moved.move(0)
