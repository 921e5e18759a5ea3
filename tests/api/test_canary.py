"""No text of a request is ever in a log: a secret is put into every place of a request, over both transports, and looked for."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.apps import Persona, first_person, headers, personas
from tests.support.served import ROOT, served

CANARY = "kanari" + secrets.token_hex(8)
LONG = " ".join(f"a{number}: serverTime" for number in range(900))
DEEP = "{ viewer " + "{ person " * 14 + "{ id }" + " }" * 15
QUERIES = [
    f"{{ serverTime {CANARY}",
    f"{{ {CANARY} }}",
    f"{{ {CANARY}: serverTime }}",
    f"query {CANARY} {{ serverTime }}",
    f"query {CANARY} {DEEP}",
    f"query {CANARY} {{ {LONG} }}",
    f"{{ serverTime }} # {CANARY}",
    f'{{ assets(municipality: "{CANARY}") {{ code }} }}',
    f'{{ node(id: "{CANARY}") {{ id }} }}',
    f"query($m: String!) {{ {CANARY}: assets(municipality: $m) {{ code }} }}",
    f'query($m: String = "{CANARY}") {{ {CANARY}: assets(municipality: $m) {{ code }} }}',
    f"mutation($m: String!) {{ {CANARY}: pay(input: $m) {{ replayed }} }}",
    f'subscription {{ {CANARY}: walletEvents(walletId: "wal_{CANARY}") {{ eventId }} }}',
    f'subscription {{ storeEvents(storeId: "{CANARY}", after: "{CANARY}") {{ eventId }} }}',
    f"fragment {CANARY} on Query {{ serverTime }}",
    f"query A {{ serverTime }} query {CANARY} {{ serverTime }}",
    f"{{ serverTime @{CANARY} }}",
    f'"""{CANARY}"""',
]
VARIABLES: list[object] = [
    None,
    {},
    {"m": CANARY},
    {"m": None},
    {CANARY: 1},
    {"m": [CANARY]},
    {"m": CANARY + "\0"},
    CANARY,
]


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server that says as much as it can."""
    folder = tmp_path_factory.mktemp("canary")
    folder.chmod(0o755)
    with served(folder, MEGURU_LOG_LEVEL="debug") as (address, _):
        yield address, folder


def requests() -> Iterator[dict[str, object]]:
    for query in QUERIES:
        for variables in VARIABLES:
            yield {"query": query, "variables": variables, "extensions": {CANARY: CANARY}}
        yield {"query": query, "operationName": CANARY, "extensions": CANARY}


def over_http(address: str, token: str | None) -> int:
    sent = 0
    with httpx.Client(timeout=20) as client:
        for request in requests():
            signed = headers(token, **{"x-meguru-client": CANARY, "accept-language": CANARY, "x-request-id": CANARY})
            answer = client.post(f"{address}/graphql", json=request, headers=signed)
            assert answer.headers["x-trace-id"]
            sent += 1
        for path in (f"/graphql?query={CANARY}", f"/graphql?query=%7B{CANARY}%7D&variables={CANARY}", f"/{CANARY}"):
            client.get(address + path, headers=headers(token, accept="application/json"))
        client.post(f"{address}/graphql", content=CANARY, headers={"content-type": f"text/{CANARY}"})
        client.post(f"{address}/graphql", content=f'{{"{CANARY}', headers={"content-type": "application/json"})
        client.post(f"{address}/graphql", json={"query": "{ serverTime }"}, headers=headers(CANARY))
    return sent


async def over_socket(address: str, token: str | None) -> int:
    url = f"ws://{urlsplit(address).netloc}/graphql"
    answers = 0
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await socket.send(json.dumps({"type": "connection_init", "payload": {**payload, CANARY: CANARY}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        for number, request in enumerate(requests()):
            if not isinstance(request.get("variables"), dict | None):
                continue
            await socket.send(json.dumps({"type": "subscribe", "id": f"{number}{CANARY}", "payload": request}))
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), 10))
                if message["type"] in {"complete", "error"}:
                    break
                assert message["type"] == "next"
            assert message["id"] == f"{number}{CANARY}"
            if message["type"] == "error":
                assert all(error["extensions"]["code"] != "INTERNAL" for error in message["payload"])
            answers += 1
    return answers


async def broken_off(address: str) -> None:
    """Messages that are none, and a token that is none: the connection ends."""
    url = f"ws://{urlsplit(address).netloc}/graphql"
    for sent in (
        CANARY,
        json.dumps({"type": CANARY}),
        json.dumps({"type": "subscribe", "id": CANARY, "payload": {"query": CANARY}}),
        json.dumps({"type": "connection_init", "payload": CANARY}),
        json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {CANARY}"}}),
    ):
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await socket.send(sent)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(socket.recv(), 10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in {4400, 4401}


async def test_no_text_of_a_request_is_in_a_log(loud: tuple[str, Path]):
    address, folder = loud
    people: list[Persona] = personas(address)
    for token in (None, first_person(people, "RESIDENT")["token"], first_person(people, "FINANCE")["token"]):
        assert over_http(address, token) > 100
        assert await over_socket(address, token) > 100
    await broken_off(address)
    said = {path: path.read_text() for path in folder.rglob("*.log")}
    said["metrics"] = httpx.get(f"{address}/metrics").text  # type: ignore[index]
    assert sum(map(len, said.values())) > 1_000
    assert "graphql.answered" in "".join(said.values()), "the log is where it is looked for"
    assert [str(path) for path, text in said.items() if CANARY in text] == []
    assert not any("Traceback" in text for text in said.values())


FAULT = f"""
import sys
import structlog
from domain import logs
logs.configure("debug")
try:
    try:
        raise ValueError("{CANARY}")
    except ValueError as error:
        error.add_note("{CANARY}")
        raise ExceptionGroup("{CANARY}", [KeyError("{CANARY}")]) from error
except ExceptionGroup:
    structlog.get_logger().exception("some.fault", trace_id="t")
"""


def test_an_exception_is_logged_with_its_types_and_frames_and_without_its_words():
    done = subprocess.run([sys.executable, "-c", FAULT], cwd=ROOT, capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)
    assert [exception["exc_type"] for exception in line["exception"]] == ["ExceptionGroup", "ValueError"]
    assert line["exception"][0]["frames"][0]["lineno"]
    assert CANARY not in done.stderr
