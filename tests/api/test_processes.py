"""Two server processes on one bus, and a server that is killed under load."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.served import ROOT, served


def test_the_till_hears_a_payment_that_another_process_took(tmp_path: Path):
    """The demo fails when the live line does not come; six times, so that till and phone meet both processes.

    No process looks into the table by itself within the hour: what is heard was published.
    """
    with served(tmp_path, processes=2, MEGURU_BUS_RECONCILE_SECONDS="3600") as (address, _):
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


def payer_and_store(address: str) -> tuple[Persona, Persona]:
    people = personas(address)
    return first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")


async def test_killed_under_load_nothing_is_lost_or_doubled(tmp_path: Path):
    keys = [str(uuid4()) for _ in range(400)]
    receipts: dict[str, str] = {}
    with served(tmp_path) as (address, process):
        resident, store = payer_and_store(address)
        before = await balance(address, resident)
        async with httpx.AsyncClient(timeout=10) as client:
            load = [
                asyncio.create_task(pay_all(client, address, resident, store, keys[start::20], receipts))
                for start in range(20)
            ]
            while len(receipts) < 60:
                assert not all(task.done() for task in load)
                await asyncio.sleep(0.001)
            subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=True)  # API, push, PostgreSQL and Valkey
            process.kill()
            await asyncio.gather(*load)
    assert 60 <= len(receipts) < 400, "it was killed in the middle"
    with served(tmp_path) as (address, _):
        resident, store = payer_and_store(address)
        async with httpx.AsyncClient(timeout=20) as client:
            outcomes = [
                await ask(client, address, resident, "Outcome", operation="PAY", idempotencyKey=key) for key in keys
            ]
            for key, outcome in zip(keys, outcomes, strict=True):
                assert outcome["state"] in {"SETTLED", "UNKNOWN"}
                if key in receipts:
                    assert outcome["receipt"]["receiptNumber"] == receipts[key]
            settled = sum(outcome["state"] == "SETTLED" for outcome in outcomes)
            assert await balance(address, resident) == before - settled
            again: dict[str, str] = {}
            await pay_all(client, address, resident, store, keys, again)
        assert len(again) == 400
        assert len(set(again.values())) == 400
        assert {key: again[key] for key in receipts} == receipts
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
    client: httpx.AsyncClient,
    address: str,
    resident: Persona,
    store: Persona,
    keys: list[str],
    receipts: dict[str, str],
) -> None:
    """One yen for each key, one after another, until the server is gone."""
    for key in keys:
        payment = {
            "idempotencyKey": key,
            "walletId": resident["walletIds"][0],
            "payee": {"storeId": store["storeId"]},
            "amount": 1,
            "confirmDuplicate": True,
        }
        try:
            answer = await ask(client, address, resident, "Pay", input=payment)
        except (httpx.TransportError, httpx.HTTPStatusError):
            return
        assert "payment" in answer, answer
        receipts[key] = answer["payment"]["receiptNumber"]


async def balance(address: str, resident: Persona) -> int:
    async with httpx.AsyncClient(timeout=20) as client:
        wallet = await ask(client, address, resident, "Wallet", id=resident["walletIds"][0])
    return sum(balance["posted"] for balance in wallet["balances"])


async def ask(
    client: httpx.AsyncClient, address: str, resident: Persona, operation: str, /, **variables: object
) -> Any:
    answer = await client.post(
        f"{address}/graphql", json=body(operation, **variables), headers=headers(resident["token"])
    )
    answer.raise_for_status()
    return answered(answer.json())
