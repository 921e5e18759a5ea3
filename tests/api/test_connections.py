"""Connections over real sockets: slow and idle ones end, an address has so many, and others are answered meanwhile."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api import addresses as addresses_room
from api import connections, graphql_http
from api.addresses import Addresses, SocketsOfAddresses
from api.connections import Connection
from api.graphql_http import read
from api.http_request import BadRequestError
from api.settings import Settings
from tests.support.apps import body, first_person, headers, personas
from tests.support.eventually import eventually

LIMIT = 5


def with_limits(**values: Any) -> Settings:
    facts = {"profile": "development", "database_url": "postgres://a@b/c", **values}
    return Settings(**facts)


# --- whose address it is


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    return {
        "client": None if peer is None else (peer, 1),
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),  # anybody can write the header
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),  # 1.2.3.4 was written by the client
        ("10.0.0.2", ["1.2.3.4", "203.0.113.9, 10.0.0.3"], "203.0.113.9"),  # two of our proxies
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["nonsense"], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.9, nonsense"], "10.0.0.2"),
        ("::ffff:10.0.0.2", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),  # one customer has 64 bits
        ("2001:db8:1:2::9", [], "2001:db8:1:2::"),
        (None, ["203.0.113.9"], "unknown"),
    ],
)
def test_the_address_of_a_client(peer: str | None, forwarded: list[str], client: str):
    assert Addresses(with_limits(trusted_proxies=("10.0.0.0/8",))).of_client(scope(peer, *forwarded)) == client


def test_connections_of_our_own_proxies_are_not_counted():
    counting = Addresses(with_limits(trusted_proxies=("10.0.0.2",), connections_per_address=1))
    assert counting.of_peer(("10.0.0.2", 1)) is None
    assert counting.of_peer(("10.0.0.3", 1)) == "10.0.0.3"
    assert [counting.enter(None) for _ in range(3)] == [True, True, True]
    assert [counting.enter("10.0.0.3"), counting.enter("10.0.0.3"), counting.enter("10.0.0.4")] == [True, False, True]
    counting.leave("10.0.0.3")
    assert counting.enter("10.0.0.3")


@pytest.mark.parametrize("value", [("10.0.0.0/33",), ("proxy",)])
def test_a_proxy_that_is_no_address_is_a_mistake(value: tuple[str, ...]):
    with pytest.raises(ValueError, match="is no address and no network"):
        with_limits(trusted_proxies=value)


# --- a server with the same connections, in this process


class Served:
    def __init__(self, port: int, counting: Addresses) -> None:
        self.port = port
        self.counting = counting

    @property
    def count(self) -> int:
        return self.counting.connections("127.0.0.1")


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def listen(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive()


@pytest.fixture
async def here(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    counting = Addresses(with_limits(connections_per_address=LIMIT))
    monkeypatch.setattr(connections, "addresses", lambda: counting)
    monkeypatch.setattr(addresses_room, "addresses", lambda: counting)
    app = SocketsOfAddresses(Starlette(routes=[Route("/", hello), WebSocketRoute("/", listen)]))
    config = uvicorn.Config(app, port=0, http=Connection, log_level="critical", lifespan="off", timeout_keep_alive=60)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listening]))
    await eventually(lambda: server.started)
    yield Served(listening.getsockname()[1], counting)
    server.should_exit = True
    await running


async def test_headers_that_come_drop_by_drop_end_the_connection(here: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    silent = await asyncio.open_connection("127.0.0.1", here.port)
    dripping = await asyncio.open_connection("127.0.0.1", here.port)
    again = await asyncio.open_connection("127.0.0.1", here.port)
    again[1].write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    assert (await again[0].readuntil(b"hello")).startswith(b"HTTP/1.1 200")
    for _, writer in (dripping, again):
        writer.write(b"GET / HTTP/1.1\r\nhost")
    for reader, _ in (silent, dripping, again):
        assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 408")
    await eventually(lambda: here.count == 0)
    for _, writer in (silent, dripping, again):
        writer.close()


async def test_an_idle_connection_with_a_request_behind_it_stays_for_the_next(
    here: Served, monkeypatch: pytest.MonkeyPatch
):
    """The deadline is for headers, not for the time between two requests."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    for _ in range(3):
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()


async def test_an_address_has_so_many_connections(here: Served):
    """HTTP connections and WebSockets count together; each that ends makes room."""
    follow = await connect(f"ws://127.0.0.1:{here.port}/")
    assert here.count == 1, "one that became a WebSocket counts once"
    held = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(LIMIT - 1)]
    await eventually(lambda: here.count == LIMIT)
    reader, refused = await asyncio.open_connection("127.0.0.1", here.port)
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 429")
    assert b"retry-after: 5\r\n" in answer
    refused.close()
    assert here.count == LIMIT
    await follow.close()
    await eventually(lambda: here.count == LIMIT - 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    for _, open_writer in held:
        open_writer.close()
    writer.close()
    await eventually(lambda: here.count == 0)


async def test_a_websocket_beyond_the_limit_is_told_so(here: Served, monkeypatch: pytest.MonkeyPatch):
    """Behind our proxies the sockets of a client count, not the connections of the proxy."""
    counting = Addresses(with_limits(connections_per_address=1, trusted_proxies=("127.0.0.1",)))
    monkeypatch.setattr(connections, "addresses", lambda: counting)
    monkeypatch.setattr(addresses_room, "addresses", lambda: counting)
    client = {"x-forwarded-for": "203.0.113.9"}
    first = await connect(f"ws://127.0.0.1:{here.port}/", additional_headers=client)
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{here.port}/", additional_headers=client)
    assert refused.value.response.status_code == 429
    other = await connect(f"ws://127.0.0.1:{here.port}/", additional_headers={"x-forwarded-for": "203.0.113.10"})
    for websocket in (first, other):
        await websocket.close()
    await eventually(lambda: counting.connections("203.0.113.9") == 0)


async def test_a_body_has_its_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(graphql_http, "BODY_SECONDS", 0.05)

    async def first_then_silence() -> dict[str, Any]:
        nonlocal parts
        parts += 1
        if parts > 1:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"{", "more_body": True}

    parts = 0
    with pytest.raises(BadRequestError) as refused:
        await read({}, first_then_silence)
    assert (refused.value.status, refused.value.code) == (408, "BODY_TOO_SLOW")


# --- the whole server


async def test_with_400_slow_connections_somebody_else_pays(address: str):
    people = personas(address)
    resident, staff = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    host, port = urlsplit(address).hostname, urlsplit(address).port
    slow = []
    for number in range(400):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write([b"", b"POST /graphql HTTP/1.1\r\nhost", b"GET / HTTP/1.1\r\n"][number % 3])
        slow.append((reader, writer))
    terms = {"walletId": resident["walletIds"][0], "payee": {"storeId": staff["storeId"]}, "amount": 1}
    payment = {**terms, "idempotencyKey": str(uuid4()), "confirmDuplicate": True}
    async with httpx.AsyncClient(timeout=10) as client:
        sent = body("Pay", input=payment)
        answer = await client.post(f"{address}/graphql", json=sent, headers=headers(resident["token"]))
    assert answer.json()["data"]["pay"]["payment"]["amount"] == 1
    ends = await asyncio.wait_for(asyncio.gather(*[reader.read() for reader, _ in slow]), 60)
    assert len(ends) == 400
    assert all(end.startswith(b"HTTP/1.1 408") for end in ends)
    for _, writer in slow:
        writer.close()


async def test_a_person_has_so_many_sockets(address: str):
    """The default: 20 in one process. One that ends makes room."""
    token = [person for person in personas(address) if person["role"] == "RESIDENT"][-1]["token"]
    sign_in = json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})

    async def opened() -> Any:
        websocket = await connect(f"ws://{urlsplit(address).netloc}/graphql", subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]
        await websocket.send(sign_in)
        return websocket

    held = [await opened() for _ in range(20)]
    for websocket in held:
        assert json.loads(await websocket.recv())["type"] == "connection_ack"
    refused = await opened()
    with pytest.raises(ConnectionClosed) as closed:
        await refused.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    await held.pop().close()

    async def joins() -> bool:
        websocket = await opened()
        try:
            held.append(websocket)
            return json.loads(await websocket.recv())["type"] == "connection_ack"
        except ConnectionClosed:
            return False

    await eventually(joins)
    for websocket in held:
        await websocket.close()
