"""PostgreSQL that is frozen, and PostgreSQL that is gone, as an app sees it: typed, in time, and true.

What was written is response of the table of journals itself.
"""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.beside import second_server, settings_of
from tests.support.eventually import eventually
from tests.support.served import status
from tests.support.wire import wired

NOT_WRITTEN = {"BUSY", "UNAVAILABLE"}


def payment_of(resident: Persona, store: Persona, key: str) -> dict[str, object]:
    payment = {
        "idempotencyKey": key,
        "walletId": resident["walletIds"][0],
        "payee": {"storeId": store["storeId"]},
        "amount": 1,
        "confirmDuplicate": True,
    }
    return body("Pay", input=payment)


async def journals(url: str, keys: list[str]) -> set[str]:
    owner = await asyncpg.connect(url)
    rows = await owner.fetch("select key from journal where key = any ($1::uuid[])", [UUID(key) for key in keys])
    await owner.close()
    return {str(row["key"]) for row in rows}


def pids_of(data: Path) -> list[int]:
    """The processes of a PostgreSQL, its first one first."""
    first = int((data / "postmaster.pid").read_text().splitlines()[0])
    parents = {
        int(stat.parent.name): int(stat.read_text().rpartition(")")[2].split()[1])
        for stat in Path("/proc").glob("[0-9]*/stat")
        if stat.exists()
    }
    return [first, *(pid for pid, parent in parents.items() if parent == first)]


@contextmanager
def frozen(data: Path) -> Iterator[None]:
    pids = pids_of(data)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes of PostgreSQL in /proc")
async def test_a_frozen_database_is_told_in_time_and_never_wrongly(address: str, scratch: Path):
    people = personas(address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    keys = [str(uuid4()) for _ in range(200)]
    answers: dict[str, Any] = {}
    slowest = [0.0]
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=200)) as app:

        async def pay(key: str) -> None:
            began = time.perf_counter()
            answer = await app.post(
                f"{address}/graphql", json=payment_of(resident, store, key), headers=headers(resident["token"])
            )
            slowest[0] = max(slowest[0], time.perf_counter() - began)
            answers[key] = answer.json()

        load = [asyncio.create_task(pay(key)) for key in keys[:100]]
        await eventually(lambda: len(answers) > 10)
        with frozen(scratch / "api" / "data" / "postgres" / "data"):
            load += [asyncio.create_task(pay(key)) for key in keys[100:150]]
            response = await app.post(
                f"{address}/graphql",
                json=body("Wallet", id=resident["walletIds"][0]),
                headers=headers(resident["token"]),
            )
            assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
            assert int(response.headers["retry-after"]) > 0
            await asyncio.gather(*load)
        assert slowest[0] < 9
        await eventually(lambda: status(f"{address}/readyz") == 200)
        refused = {key for key in answers if code_of(answers[key]) is not None}
        assert {code_of(answers[key]) for key in refused} <= {*NOT_WRITTEN, "OUTCOME_UNKNOWN"}
        assert len(refused) >= 50
        written = await journals(settings_of(scratch / "api")["MEGURU_OWNER_DATABASE_URL"], keys)
        assert {key: answers[key] for key in written if code_of(answers[key]) in NOT_WRITTEN} == {}
        assert {key for key in answers if code_of(answers[key]) is None} <= written
        for key in keys:
            await pay(key)
        assert {code_of(answers[key]) for key in keys} == {None}
    assert await journals(settings_of(scratch / "api")["MEGURU_OWNER_DATABASE_URL"], keys) == set(keys)


def code_of(answer: Any) -> str | None:
    """The code of an answer's refusal, or of its first error; None for a receipt."""
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    refusal = answer["data"]["pay"]["refusal"]
    return None if refusal is None else str(refusal["code"])


async def test_without_a_database_queries_and_payments_are_unavailable_and_the_log_says_it_once_a_second(
    address: str, scratch: Path, tmp_path: Path
):
    people = personas(address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    settings = settings_of(scratch / "api")
    with (tmp_path / "log").open("wb") as log:
        async with wired(settings["MEGURU_DATABASE_URL"]) as (wire, url):
            served = second_server({**settings, "MEGURU_DATABASE_URL": url}, stderr=log)
            own, _ = await asyncio.to_thread(served.__enter__)
            try:
                async with httpx.AsyncClient(timeout=20, base_url=own) as app:

                    async def ask(sent: dict[str, object]) -> httpx.Response:
                        return await app.post("/graphql", json=sent, headers=headers(resident["token"]))

                    wallet = body("Wallet", id=resident["walletIds"][0])
                    assert (await ask(wallet)).status_code == 200
                    wire.down = True
                    wire.cut_all()
                    began = time.perf_counter()
                    key = str(uuid4())
                    answers = await asyncio.gather(
                        *[ask(wallet) for _ in range(30)], ask(payment_of(resident, store, key))
                    )
                    seconds = time.perf_counter() - began
                    assert seconds < 9
                    for answer in answers[:-1]:
                        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
                        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
                    [paid] = answers[-1:]
                    assert code_of(paid.json()) == "UNAVAILABLE"
                    assert (await app.get("/readyz")).status_code == 503
                    wire.down = False
                    await eventually(lambda: asyncio.to_thread(lambda: status(f"{own}/readyz") == 200))
                    assert answered((await ask(payment_of(resident, store, key))).json())["payment"]["amount"] == 1
            finally:
                await asyncio.to_thread(served.__exit__, None, None, None)
    said = (tmp_path / "log").read_text()
    assert 1 <= said.count("database.away") <= seconds + 2
    assert "graphql.fault" not in said
    assert "Traceback" not in said
