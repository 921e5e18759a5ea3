"""Processes that are replaced and stopped under load, over real sockets: no request fails and none is reset."""

import asyncio
import json
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from domain.identifiers import decode
from mocks.embedded.process import wait_until
from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.beside import second_server, settings_of
from tests.support.eventually import eventually
from tests.support.served import served

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes in /proc")


def children_of(parent: int, word: str) -> list[int]:
    """Numbers of the living children of a process whose command has a word in it."""

    def living() -> Iterator[int]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, ppid = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if int(ppid) == parent and state != "Z" and word in (folder / "cmdline").read_text():
                    yield int(folder.name)
            except OSError:
                continue  # it has ended meanwhile

    return sorted(living())


class Load:
    """Payments over connections that are kept, and over a fresh one each. What goes wrong is kept, too."""

    def __init__(self, address: str) -> None:
        people = personas(address)
        self.address = address
        self.resident, self.store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
        self.receipts: set[str] = set()
        self.sent = 0
        self.wrong: list[str] = []
        self.over = asyncio.Event()

    async def run(self, *, fresh: bool) -> None:
        client = httpx.AsyncClient(timeout=20)
        while not self.over.is_set():
            try:
                await self._pay(client)
            except httpx.ConnectError:
                break  # nobody listens there; a reset connection is a ReadError or the like
            except Exception as error:
                self.wrong.append(repr(error))
            if fresh:
                await client.aclose()
                client = httpx.AsyncClient(timeout=20)
            await asyncio.sleep(random.uniform(0, 0.02))
        await client.aclose()

    async def _pay(self, client: httpx.AsyncClient) -> None:
        self.sent += 1
        answer = await client.post(
            f"{self.address}/graphql", json=self.payment(), headers=headers(self.resident["token"])
        )
        answer.raise_for_status()
        self.receipts.add(answered(answer.json())["payment"]["receiptNumber"])

    def payment(self) -> dict[str, object]:
        payment = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.resident["walletIds"][0],
            "payee": {"storeId": self.store["storeId"]},
            "amount": 1,
            "confirmDuplicate": True,
        }
        return body("Pay", input=payment)

    def begin(self, clients: int = 12) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self.run(fresh=number % 3 == 0)) for number in range(clients)]


async def till(address: str, store: Persona) -> int:
    """The code with which a till's WebSocket is closed."""
    url = f"ws://{urlsplit(address).netloc}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {store['token']}"}}
        await socket.send(json.dumps(init))
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code


async def test_two_processes_are_replaced_under_load_and_no_request_fails(tmp_path: Path):
    running = served(tmp_path, processes=2, MEGURU_RATE_LIMITS="false")
    address, supervisor = await asyncio.to_thread(running.__enter__)
    try:
        [parent] = children_of(supervisor.pid, "api.cli")
        before = children_of(parent, "spawn_main")
        assert len(before) == 2
        load = Load(address)
        clients = load.begin()
        tills = [asyncio.create_task(till(address, load.store)) for _ in range(6)]
        await eventually(lambda: len(load.receipts) > 50)
        os.kill(parent, signal.SIGHUP)
        await eventually(lambda: set(children_of(parent, "spawn_main")).isdisjoint(before), 60)
        await eventually(lambda: len(children_of(parent, "spawn_main")) == 2)
        paid = len(load.receipts)
        await eventually(lambda: len(load.receipts) > paid + 50)
        load.over.set()
        await asyncio.gather(*clients)
        assert load.wrong == []
        assert len(load.receipts) == load.sent > 200
        assert {await asyncio.wait_for(ended, 10) for ended in tills} == {1012}
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_process_that_is_stopped_answers_what_it_has_and_asks_for_another_connection(
    address: str, scratch: Path
):
    settings = {**settings_of(scratch / "api"), "MEGURU_RATE_LIMITS": "false", "MEGURU_DRAIN_SECONDS": "2"}
    stopping = second_server(settings)
    own, process = await asyncio.to_thread(stopping.__enter__)
    try:
        load = Load(address)
        load.address = own
        closed = asyncio.create_task(till(own, load.store))
        async with httpx.AsyncClient(timeout=20) as app:
            assert "connection" not in (await app.get(f"{own}/livez")).headers
            paying = [asyncio.create_task(load._pay(httpx.AsyncClient(timeout=20))) for _ in range(10)]
            await eventually(lambda: load.sent == 10)
            process.send_signal(signal.SIGTERM)

            async def not_ready() -> bool:
                return (await app.get(f"{own}/readyz")).status_code == 503

            await eventually(not_ready)
            answer = await app.get(f"{own}/livez")
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            await asyncio.gather(*paying)
        assert len(load.receipts) == 10
        assert await asyncio.wait_for(closed, 10) == 1012
        assert await asyncio.to_thread(process.wait, 15) == -signal.SIGTERM
    finally:
        await asyncio.to_thread(stopping.__exit__, None, None, None)


async def test_a_payment_under_way_on_a_socket_is_answered_before_the_socket_closes(address: str, scratch: Path):
    settings = {**settings_of(scratch / "api"), "MEGURU_DRAIN_SECONDS": "1"}
    stopping = second_server(settings)
    own, process = await asyncio.to_thread(stopping.__enter__)
    owner = await asyncpg.connect(settings["MEGURU_OWNER_DATABASE_URL"])
    try:
        load = Load(address)
        lock = owner.transaction()
        await lock.start()
        _, town, wallet = decode(load.resident["walletIds"][0])
        locked = "select 1 from holder where municipality_id = $1 and id = $2 for update"
        assert await owner.fetchval(locked, town, wallet) == 1
        url = f"ws://{urlsplit(own).netloc}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {load.resident['token']}"}}
            await socket.send(json.dumps(init))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": load.payment()}))
            process.send_signal(signal.SIGTERM)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 2)  # its time is over, and it waits for the answer
            await lock.rollback()
            said = [json.loads(await socket.recv()), json.loads(await socket.recv())]
            assert [message["type"] for message in said] == ["next", "complete"]
            assert answered(said[0]["payload"])["payment"]["amount"] == 1
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        assert await asyncio.to_thread(process.wait, 15) == -signal.SIGTERM
    finally:
        await owner.close()
        await asyncio.to_thread(stopping.__exit__, None, None, None)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_service_that_stops_under_load_resets_nobody(address: str, scratch: Path, processes: int):
    """Its clients are answered until nobody listens any more; then a connection is refused, and nothing was sent."""
    settings = {**settings_of(scratch / "api"), "MEGURU_RATE_LIMITS": "false", "MEGURU_DRAIN_SECONDS": "1"}
    stopping = second_server(settings, "--processes", str(processes))
    own, process = await asyncio.to_thread(stopping.__enter__)
    try:
        load = Load(address)
        load.address = own
        clients = load.begin()
        await eventually(lambda: len(load.receipts) > 50)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(*clients), 20)
        assert load.wrong == []
        assert len(load.receipts) == load.sent - len(clients), "each client was refused a connection once, at the end"
        await asyncio.to_thread(process.wait, 15)
    finally:
        await asyncio.to_thread(stopping.__exit__, None, None, None)


def test_workers_end_with_their_parent(address: str, scratch: Path):
    _ = address
    with second_server(settings_of(scratch / "api"), "--processes", "2") as (_, parent):
        workers = children_of(parent.pid, "spawn_main")
        assert len(workers) == 2
        parent.kill()
        parent.wait()
        assert wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 15)
