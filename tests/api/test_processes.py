"""Two server processes on one bus, and a server that is killed under load."""

import asyncio
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx

from tests.support.served import ROOT, served

PAY = "mutation P($input: PayInput!) { pay(input: $input) { __typename ... on PaySuccess { payment { receiptNumber } replayed } ... on UserError { code } } }"
OUTCOME = "query O($key: UUID!) { outcome(operation: PAY, idempotencyKey: $key) { state receipt { receiptNumber } } }"
LOOK = "query W($id: ID!) { wallet(id: $id) { balances { posted } } }"


def test_the_till_hears_a_payment_that_another_process_took(tmp_path: Path):
    """The demo fails when the live line does not come; six times, so that till and phone meet both processes."""
    with served(tmp_path, processes=2) as (address, _):
        for _ in range(6):
            played = subprocess.run(
                [sys.executable, "-m", "mocks.demo", "--url", address],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert played.returncode == 0, played.stdout + played.stderr


async def test_killed_under_load_nothing_is_lost_or_doubled(tmp_path: Path):
    keys = [str(uuid4()) for _ in range(400)]
    answered: dict[str, str] = {}
    with served(tmp_path) as (address, process):
        people = httpx.get(f"{address}/dev/personas").json()
        resident, shop = people[0], next(one for one in people if "storeId" in one)
        before = await balance(address, resident)
        async with httpx.AsyncClient(timeout=10) as client:
            load = [
                asyncio.create_task(pay_all(client, address, resident, shop, keys[start::20], answered))
                for start in range(20)
            ]
            while len(answered) < 60:
                assert not all(task.done() for task in load)
                await asyncio.sleep(0.001)
            subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=True)  # API, push, PostgreSQL and Valkey
            process.kill()
            await asyncio.gather(*load)
    assert 60 <= len(answered) < 400, "it was killed in the middle"
    with served(tmp_path) as (address, _):
        people = httpx.get(f"{address}/dev/personas").json()
        resident, shop = people[0], next(one for one in people if "storeId" in one)
        async with httpx.AsyncClient(timeout=20) as client:
            states = [(await ask(client, address, resident, OUTCOME, {"key": key}))["outcome"] for key in keys]
            for key, state in zip(keys, states, strict=True):
                assert state["state"] in {"SETTLED", "UNKNOWN"}
                if key in answered:
                    assert state["receipt"] == {"receiptNumber": answered[key]}
            settled = sum(state["state"] == "SETTLED" for state in states)
            assert await balance(address, resident) == before - settled
            again: dict[str, str] = {}
            await pay_all(client, address, resident, shop, keys, again)
        assert len(again) == 400
        assert len(set(again.values())) == 400
        assert {key: again[key] for key in answered} == answered
        assert await balance(address, resident) == before - 400
        settings = dict(line.split("=", 1) for line in (tmp_path / "data" / "run.env").read_text().splitlines())
        audit = subprocess.run(
            [sys.executable, "-m", "api.cli", "audit"],
            cwd=ROOT,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert audit.returncode == 0, audit.stdout + audit.stderr


async def pay_all(
    client: httpx.AsyncClient, address: str, resident: dict, shop: dict, keys: list[str], answered: dict[str, str]
) -> None:
    """One yen for each key, one after another, until the server is gone."""
    for key in keys:
        given = {
            "idempotencyKey": key,
            "walletId": resident["walletIds"][0],
            "payee": {"storeId": shop["storeId"]},
            "amount": 1,
            "confirmDuplicate": True,
        }
        try:
            found = (await ask(client, address, resident, PAY, {"input": given}))["pay"]
        except (httpx.TransportError, httpx.HTTPStatusError):
            return
        assert found["__typename"] == "PaySuccess", found
        answered[key] = found["payment"]["receiptNumber"]


async def balance(address: str, resident: dict) -> int:
    async with httpx.AsyncClient(timeout=20) as client:
        found = await ask(client, address, resident, LOOK, {"id": resident["walletIds"][0]})
    return sum(one["posted"] for one in found["wallet"]["balances"])


async def ask(client: httpx.AsyncClient, address: str, resident: dict, query: str, variables: dict) -> dict:
    headers = {"authorization": f"Bearer {resident['token']}"}
    answer = await client.post(f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers)
    answer.raise_for_status()
    return answer.json()["data"]
