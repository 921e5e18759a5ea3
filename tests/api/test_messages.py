"""What goes over the WebSocket is read as strictly as over HTTP, and what is wrong with one operation ends no other."""

import asyncio
import itertools
import json
import time
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.graphql_ws import SUBSCRIPTIONS_LIMIT
from api.http_request import has_nul
from api.ws_protocol import PING_SECONDS
from tests.support.apps import ask, body, first_person, personas
from tests.support.till import till

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
        "[]",
        "{",
        '{"type":"ping","payload":"\\ud800"',
        '{"type":"connection_init","payload":{"authorization":"\\u0000"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{ serverTime }"}}',
        '{"type":"subscribe","id":"1"}',
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
    assert "serverTime" not in closed.value.rcvd.reason


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


async def test_another_protocol_and_a_message_that_is_too_long_end_the_connection(address: str, token: str):
    """The codes that the page for clients names, of the protocol's library and of the server."""
    codes = []
    async with connect(f"ws://{urlsplit(address).netloc}/graphql") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        codes.append(closed.value.rcvd)
    async with opened(address) as socket:
        await sign_in(socket, token)
        await socket.send("x" * 65_537)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        codes.append(closed.value.rcvd)
    assert [None if code is None else code.code for code in codes] == [4406, 1009]


DEEP = "query { viewer " + "{ person " * 14 + "{ id }" + " }" * 14 + " }"
LONG = "{ " + " ".join(f"a{number}: serverTime" for number in range(900)) + " }"
WRONG = {
    "NUL": (subscribe(TOWN, m="a\0b"), "BAD_USER_INPUT"),
    "NUL in a text of the document": (subscribe('{ assets(municipality: "\\u0000") { code } }'), "BAD_USER_INPUT"),
    "half a surrogate pair": (subscribe(TOWN, m="\ud800"), "BAD_USER_INPUT"),
    "half a surrogate pair in a key": (subscribe(TOWN, **{"m\udfff": ""}), "BAD_USER_INPUT"),
    "an id that is too long": (subscribe(TOWN, "x" * 65, m="1"), "BAD_USER_INPUT"),
    "a syntax error": (subscribe("{ serverTime"), "GRAPHQL_VALIDATION_FAILED"),
    "an empty document": (subscribe(""), "BAD_REQUEST"),
    "no operation": (subscribe("fragment A on Query { serverTime }"), "BAD_REQUEST"),
    "an unknown field": (subscribe("{ nonsense }"), "GRAPHQL_VALIDATION_FAILED"),
    "too deep": (subscribe(DEEP), "TOO_DEEP"),
    "too many aliases": (subscribe("{ " + " ".join(f"a{n}: serverTime" for n in range(16)) + " }"), "TOO_MANY_ALIASES"),
    "too many tokens": (subscribe(LONG), "GRAPHQL_VALIDATION_FAILED"),
    "a variable that is missing": (subscribe(TOWN), "BAD_USER_INPUT"),
    "a variable of another type": (subscribe(TOWN, m=7), "BAD_USER_INPUT"),
    "an operation that is not there": (
        json.dumps(
            {"type": "subscribe", "id": "1", "payload": {"query": "query A { serverTime }", "operationName": "B"}}
        ),
        "BAD_REQUEST",
    ),
    "a wallet that is not there": (
        subscribe('subscription { walletEvents(walletId: "wal_1") { eventId } }'),
        "NOT_FOUND",
    ),
    "a cursor of something else": (
        subscribe("subscription($w: ID!) { walletEvents(walletId: $w, after: $w) { eventId } }", w="WALLET"),
        "BAD_USER_INPUT",
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_with_one_operation_is_answered_and_the_others_go_on(address: str, name: str):
    """A stream that was there before hears of a payment that comes afterwards."""
    sent, code = WRONG[name]
    people = personas(address)
    resident = first_person(people, "RESIDENT")
    clerk = first_person(people, "MERCHANT_STAFF", resident["municipality"])
    wallet = resident["walletIds"][0]
    async with till(address, resident["token"]) as socket:
        await socket.subscribe("stream", "WalletEvents", walletId=wallet)
        await socket.listens()
        await socket.socket.send(sent.replace("WALLET", wallet))
        answer = await socket.next()
        errors = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
        assert answer["id"] == json.loads(sent)["id"]
        assert errors[0]["extensions"]["code"] == code
        if answer["type"] == "next":
            assert await socket.next() == {"type": "complete", "id": answer["id"]}
        fields = {"walletId": wallet, "payee": {"storeId": clerk["storeId"]}, "amount": 1, "confirmDuplicate": True}
        ask(address, "Pay", resident["token"], input={"idempotencyKey": str(uuid4()), **fields})
        heard = await socket.next()
        assert (heard["id"], heard["type"]) == ("stream", "next")
        assert heard["payload"]["data"]["walletEvents"]["eventId"]


async def test_an_operation_beyond_the_limit_of_a_connection_is_refused_and_the_others_go_on(address: str):
    resident = first_person(personas(address), "RESIDENT")
    async with till(address, resident["token"]) as socket:
        for number in range(SUBSCRIPTIONS_LIMIT):
            await socket.subscribe(str(number), "WalletEvents", walletId=resident["walletIds"][0])
        await socket.subscribe("more", "WalletEvents", walletId=resident["walletIds"][0])
        answer = await socket.next()
        assert (answer["id"], answer["type"]) == ("more", "error")
        assert [error["extensions"]["code"] for error in answer["payload"]] == ["TOO_MANY_SUBSCRIPTIONS"]
        await socket.send(type="complete", id="0")
        assert (await socket.ask("room", "{ serverTime }"))["data"]["serverTime"]


WINDOWS = "C:\\u0000dir\\\\u0000"


@pytest.mark.parametrize("text", [WINDOWS, "\\u0000", "\\\\u0000"])
async def test_a_backslash_before_u0000_is_no_nul(address: str, token: str, text: str):
    """The six characters, as in the name of a folder; JSON writes the backslash twice."""
    assert "\0" not in text
    sent = {"query": TOWN, "variables": {"m": text}}
    assert httpx.post(f"{address}/graphql", json=sent).json() == {"data": {"assets": []}}
    async with till(address, token) as socket:
        assert await socket.ask("1", TOWN, m=text) == {"data": {"assets": []}}
    sent["variables"]["m"] = text + "\0"
    assert httpx.post(f"{address}/graphql", json=sent).json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_nul_is_seen_where_reading_the_json_would_give_one():
    for length in range(6):
        for parts in itertools.product(["\0", "\\", "u0000", "a"], repeat=length):
            text = "".join(parts)
            assert has_nul(json.dumps({"m": text}).encode()) == ("\0" in text), text


def test_looking_for_a_nul_takes_no_time_that_grows_faster_than_the_text():
    hostile = b"\\" * 65_000 + b"\\u0000" + b"\\\\" * 10
    began = time.perf_counter()
    assert has_nul(hostile) == (65_000 % 2 == 0)
    assert time.perf_counter() - began < 0.2


@pytest.mark.parametrize("first", ['{"type":"connection_init"}', '{"type":"connection_init","payload":null}'])
async def test_a_connection_without_a_payload_signs_nobody_in(address: str, first: str):
    async with opened(address) as socket:
        await socket.send(first)
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}


async def test_a_connection_that_only_listens_is_pinged_and_one_that_does_not_answer_is_closed(
    address: str, token: str
):
    """As long as two pings take: this is how a till that was switched off is noticed, and a proxy kept awake."""
    ended: list[float] = []
    async with till(address, token) as lives, till(address, token) as silent:
        began = time.monotonic()
        closing = asyncio.create_task(silent.closed(3 * PING_SECONDS))
        closing.add_done_callback(lambda _: ended.append(time.monotonic() - began))
        for number in (1, 2):
            async with asyncio.timeout(PING_SECONDS + 5):
                assert json.loads(await lives.socket.recv()) == {"type": "ping"}
            assert abs(time.monotonic() - began - number * PING_SECONDS) < 2
            await lives.send(type="pong")
        assert await closing == (4499, "No answer to a ping")
        assert abs(ended[0] - 2 * PING_SECONDS) < 2
        await lives.listens()


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
