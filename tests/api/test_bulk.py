"""A file over real sockets: its address, its sending, the dry run, the grants, live progress and the balances.

And what is sent wrongly.
"""

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from domain.identifiers import decode
from tests.support.api import ASSET, picked
from tests.support.apps import Persona, ask, body, first_person, headers, personas
from tests.support.eventually import eventually

CSV = {"content-type": "text/csv"}
FOLLOWED = ("state", "grantedCount", "leftCount", "grantedAmount")
SIXTEEN = 16 * 1_048_576

Upload = dict[str, Any]


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


@pytest.fixture(scope="module")
def officers(people: list[Persona]) -> list[dict]:
    """Both finance officers of the first town."""
    town = people[0]["municipality"]
    both = [person for person in people if person["role"] == "FINANCE" and person["municipality"] == town]
    assert len(both) == 2
    return both


def new_upload(address: str, officer: Persona, municipality: str | None = None) -> Any:
    purpose = {"municipality": municipality or officer["municipality"], "purpose": "BULK_GRANT"}
    return ask(address, "CreateUpload", officer["token"], input=purpose)


@pytest.fixture
def upload(address: str, officers: list[Persona]) -> Upload:
    """A new address for a file."""
    return new_upload(address, officers[0])["upload"]


def put(
    address: str, upload: Upload, content: bytes | Iterator[bytes], persona: Persona | None, **others: str
) -> httpx.Response:
    sent = headers(None if persona is None else persona["token"], **{**CSV, **others})
    return httpx.put(address + upload["address"], content=content, headers=sent, timeout=60)


def neighbour_of(people: list[Persona], officer: Persona) -> Persona:
    """A finance officer of another town."""
    town = officer["municipality"]
    return next(person for person in people if person["role"] == "FINANCE" and person["municipality"] != town)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


@pytest.fixture(scope="module")
def programme(address: str, officers: list[Persona]) -> dict[str, str]:
    """Points and a programme that grants them."""
    town, token = officers[0]["municipality"], officers[0]["token"]
    points = {**ASSET, "municipality": town, "code": f"BULK{uuid4().hex[:6].upper()}"}
    asset = ask(address, "CreateAsset", token, input=points)["asset"]["id"]
    grants = {
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
    waiting = ask(address, "CreateProgramme", token, input=grants)["approval"]["id"]
    ask(address, "ApproveChange", officers[1]["token"], input={"approvalId": waiting})
    return {"asset": asset, "id": ask(address, "CreateProgramme", token, input=grants)["programme"]["id"]}


def check_of(address: str, officer: Persona, upload: Upload, programme: dict[str, str]) -> Any:
    file = {"uploadId": upload["id"], "programmeId": programme["id"]}
    return ask(address, "CheckBulkGrant", officer["token"], input=file)


def posted(address: str, officer: Persona, wallets: list[str], asset: str) -> list[int]:
    """What each wallet has of an asset."""
    shown = [ask(address, "Wallet", officer["token"], id=wallet)["balances"] for wallet in wallets]
    return [sum(balance["posted"] for balance in balances if balance["asset"]["id"] == asset) for balances in shown]


async def followed(address: str, persona: Persona, bulk: str) -> list[dict[str, Any]]:
    """All that the live line says, until the server ends it."""
    states = []
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
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": body("BulkGrantProgress", id=bulk)}))
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if message["type"] == "complete":
                return states
            if message["type"] == "next":
                states.append(picked(message["payload"]["data"]["bulkGrantProgress"], *FOLLOWED))


async def test_a_file_from_its_address_to_the_wallets(
    address: str, people: list[Persona], officers: list[Persona], upload: Upload, programme: dict[str, str]
):
    first, second = officers
    wallets, elsewhere = wallets_of_town(people, first)
    assert (len(wallets) >= 2, bool(elsewhere)) == (True, True)
    assert (upload["maximumBytes"], "text/csv" in upload["contentTypes"]) == (SIXTEEN, True)
    lines = [
        "ｳｫﾚｯﾄID,金額,備考",
        *[f'{wallet},"４００，０００",子育て世帯' for wallet in wallets],
        f"{elsewhere[0]},1,",
        "",
    ]
    content = "\r\n".join(lines).encode("cp932")
    sent = put(address, upload, content, first)
    assert (sent.status_code, sent.json()) == (201, {"upload": {"id": upload["id"], "bytes": len(content)}})
    check, total = check_of(address, first, upload, programme)["check"], 400_000 * len(wallets)
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
    start = {"uploadId": upload["id"], "programmeId": programme["id"], "idempotencyKey": str(uuid4())}
    refused = ask(address, "StartBulkGrant", first["token"], input={**start, "skipInvalid": False})
    assert refused["code"] == "INVALID_ROWS"
    start = {**start, "idempotencyKey": str(uuid4()), "skipInvalid": True}
    waiting = ask(address, "StartBulkGrant", first["token"], input=start)["bulkGrant"]
    assert waiting["state"] == "AWAITING_APPROVAL"
    assert posted(address, first, wallets, programme["asset"]) == [0] * len(wallets)
    await assert_granted_once_approved(address, officers, waiting["id"], len(wallets), total)
    assert posted(address, first, wallets, programme["asset"]) == [400_000] * len(wallets)
    again = ask(address, "StartBulkGrant", first["token"], input=start)
    assert (again["replayed"], again["bulkGrant"]["state"]) == (True, "FINISHED")
    undo = {"idempotencyKey": str(uuid4()), "bulkGrantId": waiting["id"], "reason": "WRONG_AMOUNT"}
    proposed = ask(address, "UndoBulkGrant", second["token"], input=undo)["approval"]["id"]
    ask(address, "ApproveChange", first["token"], input={"approvalId": proposed})
    await eventually(lambda: ask(address, "BulkGrant", first["token"], id=waiting["id"])["state"] == "UNDONE", 30)
    assert posted(address, first, wallets, programme["asset"]) == [0] * len(wallets)


def wallets_of_town(people: list[Persona], officer: Persona) -> tuple[list[str], list[str]]:
    """The wallets of the officer's town, and those of the others."""
    town = decode(officer["assetId"])[1]
    every = list(dict.fromkeys(wallet for person in people for wallet in person.get("walletIds", ())))
    own = [wallet for wallet in every if decode(wallet)[1] == town]
    return own, [wallet for wallet in every if wallet not in own]


async def assert_granted_once_approved(
    address: str, officers: list[Persona], bulk: str, count: int, total: int
) -> None:
    """The second officer approves while the first follows."""
    first, second = officers
    following = asyncio.create_task(followed(address, first, bulk))
    await asyncio.sleep(0.3)
    approval = {"idempotencyKey": str(uuid4()), "bulkGrantId": bulk}
    approved = await asyncio.to_thread(ask, address, "ApproveBulkGrant", second["token"], input=approval)
    assert not approved["replayed"]
    states = await asyncio.wait_for(following, 40)
    assert states[0] == {"state": "AWAITING_APPROVAL", "grantedCount": 0, "leftCount": count, "grantedAmount": 0}
    assert states[-1] == {"state": "FINISHED", "grantedCount": count, "leftCount": 0, "grantedAmount": total}


def test_an_address_is_for_one_file_of_its_person(
    address: str, people: list[Persona], officers: list[Persona], upload: Upload
):
    first, second = officers
    neighbour = neighbour_of(people, first)
    assert code_of(put(address, upload, b"x", None)) == (401, "UNAUTHENTICATED")
    for stranger in (second, neighbour, people[0]):
        assert code_of(put(address, upload, b"x", stranger)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    wrong = {"address": upload["address"][:-1] + ("A" if upload["address"][-1] != "A" else "B")}
    assert code_of(put(address, wrong, b"x", first)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    for path in ("/uploads/upl_x/y", "/uploads/" + first["assetId"] + "/y", f"/uploads/{upload['id']}/%00"):
        assert code_of(put(address, {"address": path}, b"x", first)) == (404, "UPLOAD_ADDRESS_UNKNOWN")
    assert put(address, upload, b"x", first).status_code == 201, "none of them has used it up"
    again = put(address, upload, b"y", first, **{"accept-language": "ja"})
    assert code_of(again) == (409, "UPLOAD_ADDRESS_USED")
    assert again.json()["errors"][0]["message"] == "この送り先は一度使われています。新しい送り先を作ってください。"
    assert httpx.get(address + upload["address"]).status_code == 405
    assert httpx.post(address + upload["address"], content=b"x").status_code == 405


def test_wrong_types_and_sizes_are_refused_before_anything_is_read(
    address: str, officers: list[Persona], upload: Upload
):
    for kind in ("application/json", "text/plain", "application/octet-stream", ""):
        refused = put(address, upload, b"x", officers[0], **{"content-type": kind, "accept-language": "en"})
        assert code_of(refused) == (415, "UPLOAD_WRONG_TYPE")
        assert "text/csv" in refused.json()["errors"][0]["message"]
    assert code_of(put(address, upload, b"", officers[0])) == (400, "UPLOAD_EMPTY")
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.putrequest("PUT", upload["address"])
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
    kept = put(address, upload, b"x", officers[0], **{"content-type": "Text/CSV; charset=Shift_JIS; header=present"})
    assert kept.status_code == 201


def test_a_file_that_grows_too_long_on_its_way_is_dropped(
    address: str, officers: list[Persona], upload: Upload, programme: dict[str, str]
):
    """Without a declared length: it is counted as it comes, and nothing of it stays."""

    def parts():
        for _ in range(17):
            yield b"x" * 1_048_576

    assert code_of(put(address, upload, parts(), officers[0])) == (413, "UPLOAD_TOO_LARGE")
    assert code_of(put(address, upload, b"x", officers[0])) == (409, "UPLOAD_ADDRESS_USED")
    refused = check_of(address, officers[0], upload, programme)
    assert (refused["code"], refused["state"]) == ("UPLOAD_NOT_READY", "FAILED")


def test_the_largest_file_is_taken(address: str, officers: list[Persona], upload: Upload, programme: dict[str, str]):
    assert put(address, upload, b"x" * SIXTEEN, officers[0]).json()["upload"]["bytes"] == SIXTEEN
    refused = check_of(address, officers[0], upload, programme)
    assert (refused["code"], refused["problem"]) == ("UNREADABLE_FILE", "FILE_LONG_LINE")


async def test_a_file_that_breaks_off_is_dropped(
    address: str, officers: list[Persona], upload: Upload, programme: dict[str, str]
):
    host = urlsplit(address)
    _, writer = await asyncio.open_connection(host.hostname, host.port)
    head = [
        f"PUT {upload['address']} HTTP/1.1",
        f"host: {host.netloc}",
        "content-type: text/csv",
        "content-length: 5000000",
    ]
    head += [f"authorization: Bearer {officers[0]['token']}", "", ""]
    writer.write("\r\n".join(head).encode() + b"walletId,amount\n" * 40_000)
    await writer.drain()

    def state() -> str:
        return check_of(address, officers[0], upload, programme)["state"]

    await eventually(lambda: state() == "ARRIVING")
    writer.close()
    await eventually(lambda: state() == "FAILED")
    assert code_of(put(address, upload, b"x", officers[0])) == (409, "UPLOAD_ADDRESS_USED")


def test_of_two_sendings_at_once_one_is_taken(address: str, officers: list[Persona], upload: Upload):
    async def both() -> list[int]:
        signed = headers(officers[0]["token"], **CSV)
        async with httpx.AsyncClient(timeout=30) as client:
            sent = [
                client.put(address + upload["address"], content=b"walletId,amount\n" * 50_000, headers=signed)
                for _ in range(6)
            ]
            return sorted(answer.status_code for answer in await asyncio.gather(*sent))

    assert asyncio.run(both()) == [201, 409, 409, 409, 409, 409]


def test_who_may_ask_for_an_address(address: str, people: list[Persona], officers: list[Persona]):
    town = officers[0]["municipality"]
    for role in ("RESIDENT", "MERCHANT_STAFF", "DESK", "AUDITOR"):
        assert new_upload(address, first_person(people, role, town), town)["code"] == "NOT_PERMITTED"
    assert new_upload(address, neighbour_of(people, officers[0]), town)["code"] == "NOT_PERMITTED"
    answers = [new_upload(address, officers[1]) for _ in range(21)]
    assert [answer.get("code") for answer in answers] == [None] * 20 + ["TOO_MANY_UPLOADS"]
