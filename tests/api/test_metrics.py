"""The metrics of two server processes: whichever answers tells the sums of both."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.eventually import eventually
from tests.support.served import served

WITHOUT_THE_REFUSAL = "mutation P($input: PayInput!) { pay(input: $input) { __typename } }"


@pytest.fixture(scope="module")
def instance(scratch: Path) -> Iterator[tuple[str, int]]:
    """Its address, and the process of its supervisor."""
    folder = scratch / "metrics"
    folder.mkdir()
    with served(folder, processes=2) as (address, process):
        yield address, process.pid


@pytest.fixture(scope="module")
def address(instance: tuple[str, int]) -> str:
    return instance[0]


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


@pytest.fixture
async def clients(address: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Several apps, each with a connection of its own."""
    apps = [httpx.AsyncClient(base_url=address, timeout=20) for _ in range(8)]
    yield apps
    for client in apps:
        await client.aclose()


def servers(supervisor: int) -> list[int]:
    """The processes that answer; uvicorn is their parent, beside them is its resource tracker."""
    return [
        pid
        for child in children(supervisor)
        if b"api.cli" in command(child)
        for pid in children(child)
        if b"spawn_main" in command(pid)
    ]


def children(pid: int) -> list[int]:
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in table.splitlines() if int(line.split()[1]) == pid]


def command(pid: int) -> bytes:
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False).stdout


@contextmanager
def only(answering: int, among: list[int]) -> Iterator[None]:
    """The others are stopped meanwhile, so one answers; uvicorn replaces a process only after 5 seconds without an answer."""
    stopped = [pid for pid in among if pid != answering]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def till(address: str, store: Persona) -> AsyncIterator[None]:
    """A store's live line, which stays until its end or the server's."""
    async with connect(
        address.replace("http", "ws", 1) + "/graphql", subprotocols=["graphql-transport-ws"], proxy=None, open_timeout=4
    ) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {store['token']}"}})
        )
        assert json.loads(await asyncio.wait_for(socket.recv(), 4))["type"] == "connection_ack"
        follow = body("StoreEvents", storeId=store["storeId"])
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": follow}))
        yield


async def ask(client: httpx.AsyncClient, operation: str, token: str | None = None, /, **variables: object) -> dict:
    return (await client.post("/graphql", json=body(operation, **variables), headers=headers(token))).json()


def figure(name: str, **labels: str) -> str:
    """A figure's name as it stands in Prometheus."""
    return name + "".join(f" {label}={value}" for label, value in sorted(labels.items()))


def requests(field: str, ended: str) -> str:
    return figure("meguru_requests_total", field=field, ended=ended)


async def figures(address: str) -> dict[str, float]:
    """What a new connection, and so perhaps the other process, reads: by name and labels, in the order of the labels' names."""
    async with httpx.AsyncClient(timeout=20) as client:
        text = (await client.get(f"{address}/metrics")).text
    read: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = figure(sample.name, **sample.labels)
            read[key] = read.get(key, 0) + sample.value
            if "municipality" in sample.labels and sample.name.startswith("meguru_request"):  # and over all towns
                rest = {name: value for name, value in sample.labels.items() if name != "municipality"}
                over_all = figure(sample.name, **rest)
                read[over_all] = read.get(over_all, 0) + sample.value
    return read


async def count(address: str, key: str) -> float:
    return (await figures(address)).get(key, 0)


async def everywhere(address: str, key: str) -> set[float]:
    return {await count(address, key) for _ in range(12)}


async def settles(address: str, key: str, expected: float) -> None:
    """Every connection comes to read the figure; only this figure, once it was there."""

    async def same() -> bool:
        return await everywhere(address, key) == {expected}

    try:
        await eventually(same)
    except AssertionError:
        raise AssertionError(f"{key}: expected {expected}, read {await everywhere(address, key)}") from None


async def test_an_operation_counts_once_whichever_process_took_it_and_whichever_is_asked(
    address: str, clients: list[httpx.AsyncClient]
):
    key = requests("serverTime", "ok")
    before = await count(address, key)
    for _ in range(5):
        await asyncio.gather(*[ask(client, "ServerTime") for client in clients])
    await settles(address, key, before + 5 * len(clients))
    assert await count(address, figure("meguru_request_seconds_count", field="serverTime")) == await count(address, key)


async def test_each_process_tells_what_the_other_took(instance: tuple[str, int]):
    """Each takes some while the other is stopped, and then each is asked alone."""
    address, supervisor = instance
    both = servers(supervisor)
    assert len(both) == 2
    key = requests("serverTime", "ok")
    before = await count(address, key)
    for pid, times in zip(both, (3, 4), strict=True):
        with only(pid, both):
            async with httpx.AsyncClient(base_url=address, timeout=4) as client:
                for _ in range(times):
                    assert "errors" not in await ask(client, "ServerTime")
    for pid in both:
        with only(pid, both):
            assert await count(address, key) == before + 7
    assert servers(supervisor) == both, "neither was replaced meanwhile"


async def test_what_was_refused_and_what_went_wrong_are_told_apart(
    address: str, clients: list[httpx.AsyncClient], people: list[Persona]
):
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    before = await figures(address)

    def payment_of(amount: int) -> dict:
        return {
            "idempotencyKey": str(uuid4()),
            "walletId": resident["walletIds"][0],
            "payee": {"storeId": store["storeId"]},
            "amount": amount,
        }

    paid = [
        await ask(client, "Pay", resident["token"], input={**payment_of(1), "confirmDuplicate": True})
        for client in clients
    ]
    assert all("payment" in answered(answer) for answer in paid)
    refused = [await ask(client, "Pay", resident["token"], input=payment_of(0)) for client in clients]
    assert {answered(answer)["code"] for answer in refused} == {"AMOUNT_OUT_OF_RANGE"}
    unread = [await ask(client, WITHOUT_THE_REFUSAL, resident["token"], input=payment_of(0)) for client in clients]
    assert [answer["data"] for answer in unread] == [{"pay": {"__typename": "PayPayload"}}] * len(clients)
    poor = [await ask(client, "Pay", resident["token"], input=payment_of(299_999)) for client in clients]
    assert {answered(answer)["code"] for answer in poor} == {"INSUFFICIENT_BALANCE"}
    refused += [*unread, *poor]
    wrong = [await ask(client, "Pay", input=payment_of(1)) for client in clients]
    wrong += [await ask(client, "Pay", resident["token"], input={**payment_of(1), "amount": "1"}) for client in clients]
    assert all(answer["errors"] for answer in wrong)
    for ended, more in (("ok", len(paid)), ("refused", len(refused)), ("error", len(wrong))):
        await settles(address, requests("pay", ended), before.get(requests("pay", ended), 0) + more)


async def test_a_query_that_answers_a_refusal_counts_as_refused(
    address: str, clients: list[httpx.AsyncClient], people: list[Persona]
):
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    quote = {"walletId": resident["walletIds"][0], "payee": {"storeId": store["storeId"]}, "amount": 299_999}
    key = requests("quotePayment", "refused")
    before = await count(address, key)
    for client in clients:
        answer = await ask(client, "QuotePayment", resident["token"], input=quote)
        assert answered(answer)["code"] == "INSUFFICIENT_BALANCE"
    await settles(address, key, before + len(clients))


async def test_staff_fields_refused_by_an_error_count_as_error(
    address: str, clients: list[httpx.AsyncClient], people: list[Persona]
):
    key = requests("jobs", "error")
    before = await count(address, key)
    for token in (None, people[0]["token"]):
        assert (await ask(clients[0], "Jobs", token))["errors"]
    await settles(address, key, before + 2)
    assert await count(address, requests("jobs", "ok")) == 0


async def test_what_the_ledger_decided_is_summed_by_town_operation_and_decision(
    address: str, clients: list[httpx.AsyncClient], people: list[Persona]
):
    resident, desk = first_person(people, "RESIDENT"), first_person(people, "DESK")
    before = await figures(address)
    keys = [str(uuid4()) for _ in clients]
    for _ in range(2):  # the second time each key is replayed
        for client, key in zip(clients, keys, strict=True):
            charge = {
                "idempotencyKey": key,
                "wallet": {"walletId": resident["walletIds"][0]},
                "assetId": desk["assetId"],
                "amount": 1,
            }
            assert "charge" in answered(await ask(client, "Charge", desk["token"], input=charge))
    for decision in ("SETTLED", "REPLAYED"):
        key = figure("meguru_journals_total", municipality="1", operation="CHARGE", decision=decision)
        await settles(address, key, before.get(key, 0) + len(clients))


async def test_the_counters_outlive_a_process_and_its_gauges_do_not(
    instance: tuple[str, int], clients: list[httpx.AsyncClient], people: list[Persona]
):
    """Last in this file: one of the two processes is another afterwards."""
    address, supervisor = instance
    first, second = servers(supervisor)
    before = await count(address, requests("serverTime", "ok"))
    for _ in range(3):
        await asyncio.gather(*[ask(client, "ServerTime") for client in clients])
    async with AsyncExitStack() as tills:
        for pid in (first, first, second):
            with only(pid, [first, second]):
                await tills.enter_async_context(till(address, first_person(people, "MERCHANT_STAFF")))
        await settles(address, "meguru_subscribers", 3)
        os.kill(first, signal.SIGKILL)

        def replaced() -> bool:
            now = servers(supervisor)
            return len(now) == 2 and second in now and first not in now

        await eventually(replaced, 20)
        await settles(address, "meguru_subscribers", 1)
    assert "errors" not in await ask(clients[0], "ServerTime")
    await settles(address, requests("serverTime", "ok"), before + 3 * len(clients) + 1)
    await settles(address, "meguru_bus_connected", 1)
