"""How long a payment takes while many subscriptions hear of another one, beside the same payment when nobody listens.

    python -m bench.live [--people 30] [--each 100] [--rounds 8]
Each person follows one store so many times, 20 on a connection. A payment into it wakes all of them; somebody else pays
another store at that moment. One server process, with a database and a bus of its own.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from api.graphql_ws import SUBSCRIPTIONS_LIMIT
from api.keys import Keys, make_development_key
from api.migrate import migrate
from api.tokens import Tokens
from bench import pay, town
from domain.compose import services
from domain.stores.open_store import employ
from domain.viewer import Role
from mocks.embedded import postgres, valkey
from schema.core.ids import Prefix, encode
from schema.engine.operations import document

IDLE = 30
"""Payments while nobody is told of any, which is what the others are compared with."""
SECONDS = 60


class Listeners:
    """The subscriptions of all people, and how many events they were told of."""

    def __init__(self, port: int, store: str) -> None:
        self.url = f"ws://127.0.0.1:{port}/graphql"
        self.store = store
        self.told = 0
        self.count = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._sockets: list[ClientConnection] = []

    async def add(self, token: str, each: int) -> None:
        """One person's."""
        for first in range(0, each, SUBSCRIPTIONS_LIMIT):
            socket = await connect(self.url, subprotocols=["graphql-transport-ws"], ping_interval=None)  # type: ignore[list-item]
            await socket.send(orjson.dumps(message("connection_init", authorization=f"Bearer {token}")).decode())
            await socket.recv()
            variables = {"storeId": self.store}
            for number in range(min(SUBSCRIPTIONS_LIMIT, each - first)):
                request = message("subscribe", query=document("StoreEvents"), variables=variables)
                await socket.send(orjson.dumps({**request, "id": str(number)}).decode())
                self.count += 1
            await socket.send(orjson.dumps({"type": "ping"}).decode())
            while orjson.loads(await socket.recv())["type"] != "pong":
                pass
            self._sockets.append(socket)
            self._tasks.append(asyncio.create_task(self._listen(socket)))

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            self.told += '"next"' in str(text)[:40]

    async def heard(self, events: int) -> None:
        """Until every subscription was told of so many events."""
        async with asyncio.timeout(SECONDS):
            while self.told < events * self.count:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Ends all of them."""
        for task in self._tasks:
            task.cancel()
        for socket in self._sockets:
            socket.transport.abort()


def message(kind: str, **payload: object) -> dict[str, object]:
    """A message of graphql-transport-ws."""
    return {"type": kind, "payload": payload}


class Payer:
    """Somebody with a wallet."""

    def __init__(self, client: httpx.AsyncClient, url: str, wallet: str, token: str) -> None:
        self._client = client
        self._url = url
        self._wallet = wallet
        self._headers = {"authorization": f"Bearer {token}"}

    async def pay(self, store: str) -> float:
        """The seconds that a payment of 1 takes."""
        terms = {"idempotencyKey": str(uuid4()), "walletId": self._wallet, "payee": {"storeId": store}, "amount": 1}
        request = {"query": document("Pay"), "variables": {"input": {**terms, "confirmDuplicate": True}}}
        began = time.perf_counter()
        answer = await self._client.post(self._url, json=request, headers=self._headers)
        took = time.perf_counter() - began
        if not answer.json()["data"]["pay"]["payment"]:
            raise RuntimeError(answer.text)
        return took


async def staff_of(database_url: str, number: int, store: UUID, people: list[UUID]) -> None:
    """Makes people the staff of a store."""
    async with services(database_url, redis_url=None, store_code_guid="") as domain:
        for person in people:
            await employ(number, store, person, domain.clock())


async def measure(ground: pay.Ground, options: argparse.Namespace) -> None:
    """Prints the report."""
    await migrate(ground.database_url)
    number, people, stores = await town.make(ground.database_url, options.people + 2, 2)
    await staff_of(ground.database_url, number, stores[0], [person for person, _ in people[2:]])
    make_development_key(ground.folder / "keys")
    tokens = Tokens(Keys(ground.folder / "keys"))
    crowded, other = (encode(Prefix.STORE, number, store) for store in stores)
    with pay.server(ground, 1) as (port, _):
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            first, stranger = (
                Payer(
                    client,
                    f"http://127.0.0.1:{port}/graphql",
                    encode(Prefix.WALLET, number, wallet),
                    tokens.issue(person, frozenset({Role.RESIDENT}), pay.TOKEN_SECONDS),
                )
                for person, wallet in people[:2]
            )
            listeners = Listeners(port, crowded)
            for person, _ in people[2:]:
                token = tokens.issue(person, frozenset({Role.MERCHANT_STAFF}), pay.TOKEN_SECONDS)
                await listeners.add(token, options.each)
            await first.pay(crowded)
            with contextlib.suppress(TimeoutError):
                await listeners.heard(1)
            idle = [await stranger.pay(other) for _ in range(IDLE)]
            busy, whole = [], []
            for event in range(2, options.rounds + 2):
                await first.pay(crowded)
                began = time.perf_counter()
                busy.append(await stranger.pay(other))
                await listeners.heard(event)
                whole.append(time.perf_counter() - began)
            await listeners.close()
    print(f"{listeners.count} subscriptions of {options.people} people on one store; milliseconds")
    print(f"a payment while nobody is told of any   median {median(idle) * 1000:6.1f}   worst {max(idle) * 1000:6.1f}")
    print(f"a payment while all are told of another median {median(busy) * 1000:6.1f}   worst {max(busy) * 1000:6.1f}")
    print(
        f"until all are told                      median {median(whole) * 1000:6.1f}   worst {max(whole) * 1000:6.1f}"
    )
    print(f"ratio of the medians                    {median(busy) / median(idle):6.1f}")


def main() -> None:
    """The whole report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="meguru-bench-"))
    folder.chmod(0o755)
    database, bus = postgres.start(folder / "postgres"), valkey.start(folder / "valkey")
    try:
        ground = pay.Ground(folder, database.url(), bus.url(), database.port, options.people, 2, "Pay")
        asyncio.run(measure(ground, options))
    finally:
        bus.stop()
        database.stop()


if __name__ == "__main__":
    main()
