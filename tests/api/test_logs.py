"""What a process says while people hand it their secrets: at its loudest, nothing of them is in a log or a metric."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.support.api import ASSET, unwrapped
from tests.support.apps import Persona, body, headers, personas
from tests.support.served import served

CSV = {"content-type": "text/csv"}
SECRETS = {
    "card": "tok_GEHEIM_KARTE",
    "label": "家族カード4242",
    "household": "SETAI-778899",
    "note": "母の薬代の覚え",
    "csv": "山田花子の備考",
    "pin": "86420975",
    "funding": "tok_GEHEIM_ZAHLUNG",
}


@pytest.fixture(scope="module")
def loud(scratch: Path) -> Iterator[tuple[str, Path]]:
    folder = scratch / "loud"
    folder.mkdir()
    with served(folder, MEGURU_LOG_LEVEL="debug") as (address, _):
        yield address, folder


class Campaign:
    """People at their apps, over real sockets."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.people = personas(address)
        self.town = self.people[0]["municipality"]
        self.secrets: dict[str, str] = dict(SECRETS)

    def person(self, role: str, number: int = 0) -> Persona:
        own = [person for person in self.people if person["municipality"] == self.town]
        return [person for person in own if person["role"] == role][number]

    def ask(self, operation: str, persona: Persona, /, **variables: object) -> Any:
        """What it answers, or the errors of the request."""
        sent, signed = body(operation, **variables), headers(persona["token"], **{"x-meguru-client": "app/1"})
        answer = httpx.post(f"{self.address}/graphql", json=sent, headers=signed, timeout=30).json()
        return unwrapped(next(iter(answer["data"].values()))) if answer.get("data") else answer

    def put(self, path: str, content: bytes, persona: Persona | None, **others: str) -> int:
        signed = headers(None if persona is None else persona["token"], **{**CSV, **others})
        return httpx.put(self.address + path, content=content, headers=signed, timeout=30).status_code


def key() -> str:
    return str(uuid4())


def value_by_file(c: Campaign) -> None:
    officer, resident, desk = c.person("FINANCE"), c.person("RESIDENT"), c.person("DESK")
    wallet = resident["walletIds"][0]
    points = {**ASSET, "municipality": c.town, "code": f"L{uuid4().hex[:6].upper()}"}
    grants = {
        "idempotencyKey": key(),
        "municipality": c.town,
        "kind": "GRANT",
        "nameJa": "事業",
        "nameEn": "Programme",
        "assetId": c.ask("CreateAsset", officer, input=points)["asset"]["id"],
        "budget": 90_000,
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
    }
    programme = c.ask("CreateProgramme", officer, input=grants)["programme"]["id"]
    grant = {"idempotencyKey": key(), "programmeId": programme, "walletId": wallet, "amount": 10}
    assert "grant" in c.ask("GrantValue", officer, input=grant)
    claim = {"walletId": wallet, "resident": True, "birthYear": 1980, "householdCode": c.secrets["household"]}
    assert "verifiedAt" in c.ask("RecordClaim", desk, input=claim)
    upload = c.ask("CreateUpload", officer, input={"municipality": c.town, "purpose": "BULK_GRANT"})["upload"]
    c.secrets["address"] = upload["address"].rpartition("/")[2]
    content = f"walletId,amount,note\r\n{wallet},5,{c.secrets['csv']}\r\nwal_wrong,x,{c.secrets['csv']}\r\n".encode()
    assert c.put(upload["address"], content, None) == 401
    assert c.put(upload["address"], content, resident) == 404
    assert c.put(upload["address"], content, officer, **{"content-type": "text/html"}) == 415
    assert c.put(upload["address"] + "x", content, officer) == 404
    assert httpx.get(c.address + upload["address"]).status_code == 405
    assert c.put(upload["address"], content, officer) == 201
    assert c.put(upload["address"], content, officer) == 409
    file = {"uploadId": upload["id"], "programmeId": programme}
    assert c.ask("CheckBulkGrant", officer, input=file)["check"]["invalidCount"] == 1
    start = {**file, "idempotencyKey": key(), "skipInvalid": True}
    assert "bulkGrant" in c.ask("StartBulkGrant", officer, input=start)


def gifts_and_cards(c: Campaign) -> None:
    officer, other, resident = c.person("FINANCE"), c.person("FINANCE", 1), c.person("RESIDENT")
    wallet = resident["walletIds"][0]
    assets = c.ask("Assets", officer, municipality=c.town)
    coin = next(asset["id"] for asset in assets if asset["code"] == "COIN")
    terms = {
        "code": f"V{uuid4().hex[:8]}",
        "nameJa": "商品券",
        "nameEn": "Voucher",
        "price": 1,
        "faceValue": 2,
        "stock": 10,
        "unitsPerPerson": 10,
        "subVouchers": [{"nameJa": "券", "nameEn": "V", "faceValue": 2, "minimumUnit": 1, "free": False}],
        "saleStartsAt": "2020-01-01T00:00:00Z",
        "saleEndsAt": "2098-01-01T00:00:00Z",
        "usableFrom": "2020-01-01T00:00:00Z",
        "expiresOn": "2099-01-01",
        "widerThanCoinReason": "地域通貨の期限が近い人のため",
        "legalProfile": "MUNICIPALITY",
        "sixMonthExempt": False,
    }
    draft = {"municipality": c.town, "product": terms}
    product = c.ask("CreateVoucherProduct", officer, input=draft)["product"]["id"]
    assert c.ask("SubmitVoucherProduct", officer, input={"productId": product})["product"]["state"] == "REVIEW"
    approval = {"idempotencyKey": key(), "productId": product}
    assert "product" in c.ask("ApproveVoucherProduct", other, input=approval)
    bought = {"idempotencyKey": key(), "walletId": wallet, "productId": product, "units": 1, "gift": True}
    gift = c.ask("PurchaseVoucher", resident, input=bought)["purchase"]["gift"]["id"]
    numbers = c.ask("IssueGiftNumbers", resident, input={"giftId": gift, "pin": c.secrets["pin"]})
    c.secrets |= {"serial": numbers["serialNumber"], "secret": numbers["secretNumber"]}
    typed = {
        "idempotencyKey": key(),
        "walletId": wallet,
        "giftId": gift,
        "serialNumber": numbers["serialNumber"],
        "secretNumber": numbers["secretNumber"],
        "pin": "0000",
    }
    assert c.ask("ActivateGift", resident, input=typed)["code"] == "GIFT_CODE"
    assert "activation" in c.ask("ActivateGift", resident, input={**typed, "pin": c.secrets["pin"]})
    cards(c, resident, coin, product)


def cards(c: Campaign, resident: Persona, coin: str, product: str) -> None:
    wallet = resident["walletIds"][0]
    card = {"walletId": wallet, "assetId": coin, "token": c.secrets["card"], "label": c.secrets["label"]}
    source = c.ask("LinkFundingSource", resident, input=card)["fundingSource"]["id"]
    payment = {
        "idempotencyKey": key(),
        "walletId": wallet,
        "payee": {"storeId": c.person("MERCHANT_STAFF")["storeId"]},
        "amount": 1,
        "note": c.secrets["note"],
        "confirmDuplicate": True,
    }
    c.ask("Pay", resident, input=payment)
    top_up = {"fundingSourceId": source, "maximum": 49_999}
    c.ask("Pay", resident, input={**payment, "idempotencyKey": key(), "amount": 49_000, "topUp": top_up})
    purchase = {"idempotencyKey": key(), "walletId": wallet, "productId": product, "units": 1}
    c.ask("PurchaseVoucher", resident, input={**purchase, "fundingToken": c.secrets["funding"]})


async def what_goes_wrong(c: Campaign) -> None:
    """Secrets where they do not belong: in documents that are none, in values of another kind, in headers."""
    resident = c.person("RESIDENT")
    for secret in list(c.secrets.values()):
        for query in (
            f'{{ wallet(id: "{secret}") {{ id }} }}',
            f"{{ {secret} ",
            f'{{ wallet(id: ["{secret}"], x: "{secret}") {{ id }} }}',
        ):
            c.ask(query, resident)
        c.ask("query($id: Int!) { wallet(id: $id) { id } }", resident, id=secret)
        httpx.post(
            f"{c.address}/graphql",
            content=secret.encode(),
            headers={"authorization": f"Bearer {secret.encode().hex()}"},
        )
    async with connect(f"ws://{urlsplit(c.address).netloc}/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {resident['token']}"}})
        )
        await socket.recv()
        await socket.send(
            json.dumps(
                {
                    "type": "subscribe",
                    "id": "1",
                    "payload": {"query": f'{{ wallet(id: "{c.secrets["secret"]}") {{ id }} }}'},
                }
            )
        )
        await socket.recv()
        await socket.send(json.dumps({"type": c.secrets["secret"]}))


async def test_no_secret_is_logged_or_counted(loud: tuple[str, Path]):
    address, folder = loud
    c = Campaign(address)
    value_by_file(c)
    gifts_and_cards(c)
    await what_goes_wrong(c)
    metrics = httpx.get(f"{address}/metrics").text
    said = {path.name: path.read_text(errors="replace") for path in folder.rglob("*.log*") if path.is_file()}
    assert any("graphql.answered" in text for text in said.values()), "the logs of the server are among them"
    assert any("upload.received" in text for text in said.values())
    tokens = {f"token of {person['role']}": person["token"].rpartition(".")[2] for person in c.people}
    for secret_name, secret in (c.secrets | tokens).items():
        assert secret not in metrics, secret_name
        for name, text in said.items():
            assert secret not in text, (secret_name, name)
            assert secret.encode("unicode-escape").decode() not in text, (secret_name, name)
