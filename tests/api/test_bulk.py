"""A file over real sockets: its address, its sending, the dry run, the grants, live progress and the balances.

And what is sent wrongly.
"""

import asyncio
import http.client
import json
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from domain.identifiers import decode
from tests.bulk_grants.officers import CHECK, LOOK, START, verb
from tests.support.api import ASSET, CREATE_ASSET, CREATE_PROGRAMME
from tests.support.eventually import eventually

UPLOAD = (
    "mutation($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadSuccess { upload { id address maximumBytes contentTypes"
    " expiresAt } } ... on UserError { code message } } }"
)
FOLLOW = "subscription($id: ID!) { bulkGrantProgress(id: $id) { state grantedCount leftCount grantedAmount } }"
BALANCES = "query($id: ID!) { wallet(id: $id) { balances { posted asset { id } } } }"
CSV = {"content-type": "text/csv"}
SIXTEEN = 16 * 1_048_576

Ask = Callable[..., dict]


@pytest.fixture(scope="module")
def people(address: str) -> list[dict]:
    return httpx.get(f"{address}/dev/personas").json()


@pytest.fixture(scope="module")
def officers(people: list[dict]) -> list[dict]:
    """Both finance officers of the first town."""
    found = [one for one in people if one["role"] == "FINANCE" and one["municipality"] == people[0]["municipality"]]
    assert len(found) == 2
    return found


@pytest.fixture(scope="module")
def ask(address: str) -> Ask:
    def send(query: str, persona: dict, **variables: object) -> dict:
        headers = {"authorization": f"Bearer {persona['token']}", "accept-language": "ja"}
        answer = httpx.post(
            f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers, timeout=30
        ).json()
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    return send


@pytest.fixture
def made(ask: Ask, officers: list[dict]) -> dict:
    """A new address for a file."""
    return ask(UPLOAD, officers[0], input={"municipality": officers[0]["municipality"], "purpose": "BULK_GRANT"})[
        "upload"
    ]


def put(address: str, made: dict, content: bytes, persona: dict | None, **headers: str) -> httpx.Response:
    signed = {} if persona is None else {"authorization": f"Bearer {persona['token']}"}
    return httpx.put(address + made["address"], content=content, headers={**CSV, **signed, **headers}, timeout=60)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


@pytest.fixture(scope="module")
def programme(ask: Ask, officers: list[dict]) -> dict:
    """Points and a programme that grants them."""
    town = officers[0]["municipality"]
    asset = ask(
        CREATE_ASSET, officers[0], input={**ASSET, "municipality": town, "code": f"BULK{uuid4().hex[:6].upper()}"}
    )["asset"]["id"]
    given = {
        "idempotencyKey": str(uuid4()),
        "municipality": town,
        "kind": "GRANT",
        "nameJa": "子育て応援給付",
        "nameEn": "Families",
        "assetId": asset,
        "budget": 10_000_000,
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
    }
    return {"asset": asset, "id": ask(CREATE_PROGRAMME, officers[0], input=given)["programme"]["id"]}


def posted(ask: Ask, persona: dict, wallet: str, asset: str) -> int:
    found = ask(BALANCES, persona, id=wallet)["balances"]
    return sum(one["posted"] for one in found if one["asset"]["id"] == asset)


async def followed(address: str, persona: dict, bulk: str) -> list[dict]:
    """All that the live line says, until the server ends it."""
    found = []
    async with connect(
        address.replace("http", "ws", 1) + "/graphql",
        subprotocols=["graphql-transport-ws"],
        proxy=None,
        open_timeout=10,
    ) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {persona['token']}"}})
        )
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(
            json.dumps({"type": "subscribe", "id": "1", "payload": {"query": FOLLOW, "variables": {"id": bulk}}})
        )
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if message["type"] == "complete":
                return found
            if message["type"] == "next":
                found.append(message["payload"]["data"]["bulkGrantProgress"])


async def test_a_file_from_its_address_to_the_wallets(
    address: str, ask: Ask, people: list[dict], officers: list[dict], made: dict, programme: dict
):
    first, second = officers
    town = decode(first["assetId"])[1]
    every = list(dict.fromkeys(wallet for one in people for wallet in one.get("walletIds", ())))
    wallets, elsewhere = [[one for one in every if (decode(one)[1] == town) is own] for own in (True, False)]
    assert (len(wallets) >= 2, bool(elsewhere)) == (True, True)
    assert (made["maximumBytes"], "text/csv" in made["contentTypes"]) == (SIXTEEN, True)
    lines = [
        "ｳｫﾚｯﾄID,金額,備考",
        *[f'{wallet},"４００，０００",子育て世帯' for wallet in wallets],
        f"{elsewhere[0]},1,",
        "",
    ]
    content = "\r\n".join(lines).encode("cp932")
    sent = put(address, made, content, first)
    assert (sent.status_code, sent.json()) == (201, {"upload": {"id": made["id"], "bytes": len(content)}})
    given = {"uploadId": made["id"], "programmeId": programme["id"]}
    check = ask(CHECK, first, input=given)["check"]
    total = 400_000 * len(wallets)
    assert (check["validCount"], check["invalidCount"], check["totalAmount"], check["needsApproval"]) == (
        len(wallets),
        1,
        total,
        True,
    )
    [wrong] = check["rowErrors"]["edges"]
    assert (wrong["node"]["row"], wrong["node"]["column"], wrong["node"]["code"]) == (
        len(wallets) + 2,
        "ウォレットID",
        "UNKNOWN_WALLET",
    )
    assert (
        ask(START, first, input={**given, "idempotencyKey": str(uuid4()), "skipInvalid": False})["code"]
        == "INVALID_ROWS"
    )
    key = str(uuid4())
    begun = ask(START, first, input={**given, "idempotencyKey": key, "skipInvalid": True})["bulkGrant"]
    assert begun["state"] == "AWAITING_APPROVAL"
    bulk = begun["id"]
    assert [posted(ask, first, wallet, programme["asset"]) for wallet in wallets] == [0] * len(wallets)
    following = asyncio.create_task(followed(address, first, bulk))
    await asyncio.sleep(0.3)
    approved = await asyncio.to_thread(
        ask, verb("approveBulkGrant", keyed=True), second, input={"idempotencyKey": str(uuid4()), "bulkGrantId": bulk}
    )
    assert not approved["replayed"]
    told = await asyncio.wait_for(following, 40)
    assert told[0] == {"state": "AWAITING_APPROVAL", "grantedCount": 0, "leftCount": len(wallets), "grantedAmount": 0}
    assert told[-1] == {"state": "FINISHED", "grantedCount": len(wallets), "leftCount": 0, "grantedAmount": total}
    assert [posted(ask, first, wallet, programme["asset"]) for wallet in wallets] == [400_000] * len(wallets)
    again = ask(START, first, input={**given, "idempotencyKey": key, "skipInvalid": True})
    assert (again["replayed"], again["bulkGrant"]["state"]) == (True, "FINISHED")
    ask(
        verb("undoBulkGrant", keyed=True),
        second,
        input={"idempotencyKey": str(uuid4()), "bulkGrantId": bulk, "reason": "WRONG_AMOUNT"},
    )
    await eventually(lambda: ask(LOOK, first, id=bulk)["state"] == "UNDONE", 30)
    assert [posted(ask, first, wallet, programme["asset"]) for wallet in wallets] == [0] * len(wallets)


def test_an_address_is_for_one_file_of_its_person(address: str, people: list[dict], officers: list[dict], made: dict):
    first, second = officers
    neighbour = next(one for one in people if one["role"] == "FINANCE" and one["municipality"] != first["municipality"])
    assert code_of(put(address, made, b"x", None)) == (401, "UNAUTHENTICATED")
    for stranger in (second, neighbour, people[0]):
        assert code_of(put(address, made, b"x", stranger)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    wrong = {"address": made["address"][:-1] + ("A" if made["address"][-1] != "A" else "B")}
    assert code_of(put(address, wrong, b"x", first)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    for path in ("/uploads/upl_x/y", "/uploads/" + first["assetId"] + "/y", f"/uploads/{made['id']}/%00"):
        assert code_of(put(address, {"address": path}, b"x", first)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    assert put(address, made, b"x", first).status_code == 201, "none of them has used it up"
    again = put(address, made, b"y", first, **{"accept-language": "ja"})
    assert code_of(again) == (409, "UPLOAD_ADDRESS_USED")
    assert again.json()["errors"][0]["message"] == "この送り先は一度使われています。新しい送り先を作ってください。"
    assert httpx.get(address + made["address"]).status_code == 405
    assert httpx.post(address + made["address"], content=b"x").status_code == 405


def test_wrong_types_and_sizes_are_refused_before_anything_is_read(address: str, officers: list[dict], made: dict):
    for kind in ("application/json", "text/plain", "application/octet-stream", ""):
        refused = put(address, made, b"x", officers[0], **{"content-type": kind, "accept-language": "en"})
        assert code_of(refused) == (415, "UPLOAD_WRONG_TYPE")
        assert "text/csv" in refused.json()["errors"][0]["message"]
    assert code_of(put(address, made, b"", officers[0])) == (400, "UPLOAD_EMPTY")
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.putrequest("PUT", made["address"])
        for name, value in {
            **CSV,
            "authorization": f"Bearer {officers[0]['token']}",
            "content-length": str(SIXTEEN + 1),
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["errors"][0]["extensions"]["code"]) == (
            413,
            "UPLOAD_TOO_LARGE",
        )
    kept = put(address, made, b"x", officers[0], **{"content-type": "Text/CSV; charset=Shift_JIS; header=present"})
    assert kept.status_code == 201


def test_a_file_that_grows_too_long_on_its_way_is_dropped(
    address: str, ask: Ask, officers: list[dict], made: dict, programme: dict
):
    """Without a declared length: it is counted as it comes, and nothing of it stays."""

    def parts():
        for _ in range(17):
            yield b"x" * 1_048_576

    refused = httpx.put(
        address + made["address"],
        content=parts(),
        headers={**CSV, "authorization": f"Bearer {officers[0]['token']}"},
        timeout=60,
    )
    assert code_of(refused) == (413, "UPLOAD_TOO_LARGE")
    assert code_of(put(address, made, b"x", officers[0])) == (409, "UPLOAD_ADDRESS_USED")
    found = ask(CHECK, officers[0], input={"uploadId": made["id"], "programmeId": programme["id"]})
    assert (found["code"], found["state"]) == ("UPLOAD_NOT_READY", "FAILED")


def test_the_largest_file_is_taken(address: str, ask: Ask, officers: list[dict], made: dict, programme: dict):
    assert put(address, made, b"x" * SIXTEEN, officers[0]).json()["upload"]["bytes"] == SIXTEEN
    found = ask(CHECK, officers[0], input={"uploadId": made["id"], "programmeId": programme["id"]})
    assert (found["code"], found["problem"]) == ("UNREADABLE_FILE", "FILE_LONG_LINE")


async def test_a_file_that_breaks_off_is_dropped(
    address: str, ask: Ask, officers: list[dict], made: dict, programme: dict
):
    given = {"uploadId": made["id"], "programmeId": programme["id"]}
    host = urlsplit(address)
    _, writer = await asyncio.open_connection(host.hostname, host.port)
    head = [
        f"PUT {made['address']} HTTP/1.1",
        f"host: {host.netloc}",
        "content-type: text/csv",
        "content-length: 5000000",
    ]
    head += [f"authorization: Bearer {officers[0]['token']}", "", ""]
    writer.write("\r\n".join(head).encode() + b"walletId,amount\n" * 40_000)
    await writer.drain()

    def state() -> str:
        found = ask(CHECK, officers[0], input=given)
        return found["state"]

    await eventually(lambda: state() == "ARRIVING")
    writer.close()
    await eventually(lambda: state() == "FAILED")
    assert code_of(put(address, made, b"x", officers[0])) == (409, "UPLOAD_ADDRESS_USED")


def test_of_two_sendings_at_once_one_is_taken(address: str, officers: list[dict], made: dict):
    async def both() -> list[int]:
        headers = {**CSV, "authorization": f"Bearer {officers[0]['token']}"}
        async with httpx.AsyncClient(timeout=30) as client:
            sent = [
                client.put(address + made["address"], content=b"walletId,amount\n" * 50_000, headers=headers)
                for _ in range(6)
            ]
            return sorted(one.status_code for one in await asyncio.gather(*sent))

    assert asyncio.run(both()) == [201, 409, 409, 409, 409, 409]


def test_who_may_ask_for_an_address(address: str, ask: Ask, people: list[dict], officers: list[dict]):
    town = officers[0]["municipality"]
    neighbour = next(one for one in people if one["role"] == "FINANCE" and one["municipality"] != town)
    for role in ("RESIDENT", "MERCHANT_STAFF", "DESK", "AUDITOR"):
        persona = next(one for one in people if one["role"] == role and one["municipality"] == town)
        assert ask(UPLOAD, persona, input={"municipality": town, "purpose": "BULK_GRANT"})["code"] == "NOT_PERMITTED"
    assert ask(UPLOAD, neighbour, input={"municipality": town, "purpose": "BULK_GRANT"})["code"] == "NOT_PERMITTED"
    asked = [ask(UPLOAD, officers[1], input={"municipality": town, "purpose": "BULK_GRANT"}) for _ in range(21)]
    assert [one.get("code") for one in asked] == [None] * 20 + ["TOO_MANY_UPLOADS"]
