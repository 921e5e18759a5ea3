"""A log without space: requests are answered, tills hear, and the metric says that lines are lost."""

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from starlette.requests import Request
from websockets.asyncio.client import connect

from api.health import readyz
from domain.services import Services
from tests.support.apps import answered, body, first_person, headers, personas
from tests.support.beside import second_server, settings_of
from tests.support.eventually import eventually


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk without space is a device of Linux")
async def test_a_full_log_disk_changes_no_answer(address: str, scratch: Path):
    people = personas(address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    with (
        Path("/dev/full").open("w") as full,
        second_server(settings_of(scratch / "api"), stderr=full) as (full_address, _),
    ):
        url = f"ws://{urlsplit(full_address).netloc}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"]) as till, httpx.AsyncClient(timeout=20) as app:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {store['token']}"}}
            await till.send(json.dumps(init))
            assert json.loads(await till.recv())["type"] == "connection_ack"
            heard = body("StoreEvents", storeId=store["storeId"])
            await till.send(json.dumps({"type": "subscribe", "id": "1", "payload": heard}))
            for _ in range(5):
                payment = {
                    "idempotencyKey": str(uuid4()),
                    "walletId": resident["walletIds"][0],
                    "payee": {"storeId": store["storeId"]},
                    "amount": 1,
                    "confirmDuplicate": True,
                }
                paid = await app.post(
                    f"{full_address}/graphql", json=body("Pay", input=payment), headers=headers(resident["token"])
                )
                assert paid.status_code == 200
                assert answered(paid.json())["payment"]["amount"] == 1
            async with asyncio.timeout(10):
                assert json.loads(await till.recv())["type"] == "next"

            async def lost() -> int:
                said = re.search(
                    r"^meguru_log_lines_lost (\S+)$", (await app.get(f"{full_address}/metrics")).text, re.MULTILINE
                )
                assert said is not None
                return int(float(said[1]))

            await eventually(lost)
            ready = await app.get(f"{full_address}/readyz")
            assert (ready.status_code, ready.json()["dead"]) == (200, [])


async def test_not_ready_while_a_task_that_must_live_is_down(services: Services, monkeypatch):
    class Running:
        def __init__(self) -> None:
            self.services = services

    monkeypatch.setattr("domain.background.FIRST_PAUSE_SECONDS", 30)
    answer = readyz(Running)  # type: ignore[arg-type]

    async def ask() -> tuple[int, list[str]]:
        response = await answer(Request({"type": "http"}))  # type: ignore[misc]
        return response.status_code, json.loads(response.body)["dead"]

    async def fails() -> None:
        raise OSError

    assert await ask() == (200, [])
    services.living.keep("test.fails", fails)
    try:
        await eventually(lambda: services.living.dead)
        assert await ask() == (503, ["test.fails"])
    finally:
        services.living._tasks.pop("test.fails").cancel()
        services.living._resting.discard("test.fails")
