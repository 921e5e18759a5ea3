"""A migration behind a long read: the towns pay on, and the migration gets its turn when the read has ended."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx

from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.beside import settings_of
from tests.support.eventually import eventually
from tests.support.served import ROOT

FORGET = """delete from tortoise_migrations where name = 'm0012_access'
  or name = (select max(name) from tortoise_migrations)"""
"""So that two are run again, which is harmless; the first alters a table that every payment reads."""


class Payments:
    """One yen again and again, by several phones. `slowest`: of those answered since it was last set to 0, in seconds."""

    def __init__(self, address: str, resident: Persona, store: Persona) -> None:
        self.address, self.resident, self.store = address, resident, store
        self.done = 0
        self.slowest = 0.0
        self.over = False

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=30) as app:
            while not self.over:
                payment = {
                    "idempotencyKey": str(uuid4()),
                    "walletId": self.resident["walletIds"][0],
                    "payee": {"storeId": self.store["storeId"]},
                    "amount": 1,
                    "confirmDuplicate": True,
                }
                began = time.perf_counter()
                answer = await app.post(
                    f"{self.address}/graphql", json=body("Pay", input=payment), headers=headers(self.resident["token"])
                )
                self.slowest = max(self.slowest, time.perf_counter() - began)
                assert answered(answer.json())["payment"]["amount"] == 1
                self.done += 1


async def test_payments_go_on_while_a_migration_waits_for_a_long_read(address: str, scratch: Path):
    people = personas(address)
    settings = settings_of(scratch / "api")
    payments = Payments(address, first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF"))
    reader = await asyncpg.connect(settings["MEGURU_OWNER_DATABASE_URL"])
    owner = await asyncpg.connect(settings["MEGURU_OWNER_DATABASE_URL"])
    load = [asyncio.create_task(payments.run()) for _ in range(4)]
    applied = await owner.fetch("select name from tortoise_migrations order by name")
    long_read = reader.transaction()
    await long_read.start()
    await reader.fetch("select count(*) from holder_access")
    assert await owner.execute(FORGET) == "DELETE 2"
    migrating = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.cli", "migrate", cwd=ROOT, env=settings, stderr=subprocess.PIPE
    )
    assert migrating.stderr is not None
    for _ in range(3):  # it has tried three times, and says who is in its way
        said = (await asyncio.wait_for(migrating.stderr.readline(), 30)).decode()
        assert f"waits for process {reader.get_server_pid()}" in said
    before = payments.done
    await eventually(lambda: payments.done > before + 20)
    assert migrating.returncode is None
    assert payments.slowest < 2
    await long_read.rollback()
    assert await asyncio.wait_for(migrating.wait(), 60) == 0
    before = payments.done
    await eventually(lambda: payments.done > before + 20)
    payments.over = True
    await asyncio.gather(*load)
    assert await owner.fetch("select name from tortoise_migrations order by name") == applied
    await reader.close()
    await owner.close()
