"""What goes over the WebSocket is read as strictly as over HTTP: nothing that PostgreSQL has no text for, and no message that is none."""

import json
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.apps import body, first_person, personas

TOWN = "query($m: String!) { assets(municipality: $m) { code } }"


@pytest.fixture(scope="module")
def token(address: str) -> str:
    return first_person(personas(address), "FINANCE")["token"]


def opened(address: str) -> connect:
    return connect(f"ws://{urlsplit(address).netloc}/graphql", subprotocols=["graphql-transport-ws"])


async def sign_in(socket: ClientConnection, token: str) -> None:
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    assert json.loads(await socket.recv())["type"] == "connection_ack"


def subscribe(query: str, name: str = "1", **variables: object) -> str:
    return json.dumps({"type": "subscribe", "id": name, "payload": {"query": query, "variables": variables}})


@pytest.mark.parametrize(
    "sent",
    [
        subscribe(TOWN, m="a\0b"),
        subscribe('{ assets(municipality: "\\u0000") { code } }'),
        subscribe(TOWN, m="\ud800"),
        subscribe(TOWN, name="x" * 200),
        "[]",
        "1",
        '{"type":["subscribe"]}',
        '{"type":"subscribe","id":{},"payload":{"query":"{ serverTime }"}}',
        '{"type":"subscribe","id":"1","payload":{"query":7}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{ serverTime }","variables":[]}}',
        '{"type":"subscribe","id":"1","payload":[]}',
        '{"type":"subscribe","id":"1","payload":{"query":"{ serverTime }","variables":{"a":NaN}}}',
        '{"type":"unheard of","id":"' + "y" * 500 + '"}',
        '{"type":"' + "z" * 500 + '"}',
    ],
)
async def test_what_is_no_message_ends_the_connection_with_a_reason(address: str, token: str, sent: str):
    async with opened(address) as socket:
        await sign_in(socket, token)
        await socket.send(sent)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400, "never 1011, which is a fault of ours"
    assert "a\0b" not in closed.value.rcvd.reason


async def test_the_same_id_twice_says_so(address: str):
    resident = first_person(personas(address), "RESIDENT")
    async with opened(address) as socket:
        await sign_in(socket, resident["token"])
        follow = body("WalletEvents", walletId=resident["walletIds"][0])
        both = json.dumps({"type": "subscribe", "id": "i" * 64, "payload": follow})
        await socket.send(both)
        await socket.send(both)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4409


@pytest.mark.parametrize("text", ["\\u{0}", "\\u{0000}", "a\\u{00}b"])
async def test_nul_by_an_escape_of_the_document(address: str, token: str, text: str):
    query = '{ assets(municipality: "' + text + '") { code } }'
    answer = httpx.post(f"{address}/graphql", json={"query": query})
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    async with opened(address) as socket:
        await sign_in(socket, token)
        await socket.send(subscribe(query))
        message = json.loads(await socket.recv())
    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT")


WALLET_EVENTS = '{ walletEvents(walletId: "wal_1") { eventId } }'
STORE_EVENTS = '{ storeEvents(storeId: "str_1") { eventId } }'


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"subscription A {WALLET_EVENTS} subscription B {STORE_EVENTS}", "BAD_REQUEST"),
        ("query A { serverTime } query B { serverTime }", "BAD_REQUEST"),
        (f"subscription {WALLET_EVENTS}", "UNAUTHENTICATED"),
        (f"subscription {STORE_EVENTS}", "UNAUTHENTICATED"),
        ('subscription { bulkGrantProgress(id: "blk_1") { id } }', "UNAUTHENTICATED"),
        ("{ viewer { person { id } } }", "UNAUTHENTICATED"),
    ],
)
async def test_an_operation_that_is_not_run_is_answered_and_the_connection_stays(address: str, query: str, code: str):
    async with opened(address) as socket:
        await socket.send('{"type":"connection_init"}')
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        for _ in range(2):
            await socket.send(subscribe(query))
            answer = json.loads(await socket.recv())
            assert (answer["type"], answer["payload"]["data"]) == ("next", None)
            assert [error["extensions"]["code"] for error in answer["payload"]["errors"]] == [code]
            assert json.loads(await socket.recv()) == {"type": "complete", "id": "1"}


async def test_good_messages_go_through(address: str, token: str):
    async with opened(address) as socket:
        await sign_in(socket, token)
        await socket.send(subscribe(TOWN, m="\U0001f600"))
        assert json.loads(await socket.recv())["payload"] == {"data": {"assets": []}}
        assert json.loads(await socket.recv())["type"] == "complete"
        await socket.send('{"type":"ping"}')
        assert json.loads(await socket.recv())["type"] == "pong"
