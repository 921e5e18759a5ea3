"""The forms of requests and answers over HTTP: GET, media types, persisted queries, pages of other origins."""

import json
from uuid import uuid4

import httpx
import pytest
from starlette.types import Send

from api.app import for_web_clients
from api.http_request import GRAPHQL_JSON, JSON, media_type
from api.settings import Settings
from domain.settings import Profile
from tests.support.apps import ask, body, first_person, headers, personas

TIME = {"query": "{ serverTime }"}


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JSON),
        (b"", JSON),
        (b"*/*", JSON),
        (b"application/json", JSON),
        (b"application/graphql-response+json", GRAPHQL_JSON),
        (b"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL_JSON),
        (b"application/json, application/graphql-response+json", JSON),
        (b"application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
        (b"application/graphql-response+json,application/json;q=0.9", GRAPHQL_JSON),
        (b"APPLICATION/GRAPHQL-RESPONSE+JSON", GRAPHQL_JSON),
        (b"application/graphql-response+json;q=0", JSON),
        (b"application/graphql-response+json;q=x, */*;q=0.1", JSON),
        (b"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9", GRAPHQL_JSON),
        (b"text/html", JSON),
    ],
)
def test_the_client_chooses_the_form(accept: bytes | None, form: bytes):
    assert media_type(accept) == form


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (TIME, 200),
        ({"query": "{ nothing }"}, 400),
        ({"query": "{"}, 400),
        ({"query": "{ viewer { person { id } } }"}, 401),
        ({"query": "query ($id: ID!) { wallet(id: $id) { id } }", "variables": {}}, 401),
        ({"query": "query ($first: Int!) { serverTime @skip(if: $first) }"}, 400),
    ],
)
def test_the_graphql_media_type_tells_by_status_whether_it_was_carried_out(address: str, sent: object, status: int):
    answer = httpx.post(f"{address}/graphql", json=sent, headers={"accept": GRAPHQL_JSON.decode()})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert ("data" in answer.json()) is (status == 200)
    plain = httpx.post(f"{address}/graphql", json=sent)
    assert (plain.status_code, plain.headers["content-type"]) == (200, "application/json; charset=utf-8")


def test_a_query_by_get(address: str):
    resident = first_person(personas(address), "RESIDENT")
    wallet = resident["walletIds"][0]
    request = {
        "query": "query One($id: ID!) { wallet(id: $id) { id } } query Two { serverTime }",
        "variables": f'{{"id": "{wallet}"}}',
        "operationName": "One",
    }
    answer = httpx.get(f"{address}/graphql", params=request, headers=headers(resident["token"]))
    assert answer.json() == {"data": {"wallet": {"id": wallet}}}
    assert "accept" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 400, "BAD_REQUEST"),
        ({"query": "{ serverTime }", "variables": "[1]"}, 400, "BAD_REQUEST"),
        ({"query": "{ serverTime }", "variables": "{"}, 400, "BAD_JSON"),
        ({"query": "{ serverTime }", "extensions": '"x"'}, 400, "BAD_REQUEST"),
        (
            {"query": "query A { serverTime } mutation B { __typename }", "operationName": "B"},
            405,
            "METHOD_NOT_ALLOWED",
        ),
    ],
)
def test_what_get_does_not_take(address: str, params: dict[str, str], status: int, code: str):
    answer = httpx.get(f"{address}/graphql", params=params)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_no_money_moves_by_get(address: str):
    people = personas(address)
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    wallet = resident["walletIds"][0]
    before = ask(address, "Wallet", resident["token"], id=wallet)["balances"]
    key = str(uuid4())
    payment = {"idempotencyKey": key, "walletId": wallet, "payee": {"storeId": store["storeId"]}, "amount": 1}
    sent = body("Pay", input=payment)
    params = {"query": sent["query"], "variables": json.dumps(sent["variables"])}
    answer = httpx.get(f"{address}/graphql", params=params, headers=headers(resident["token"]))
    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"
    assert ask(address, "Wallet", resident["token"], id=wallet)["balances"] == before
    outcome = ask(address, "Outcome", resident["token"], operation="PAY", idempotencyKey=key)
    assert outcome["state"] == "UNKNOWN"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_gets_nothing_by_get(address: str, site: str):
    answer = httpx.get(
        f"{address}/graphql", params=TIME, headers={"sec-fetch-site": site, "origin": "https://a.example"}
    )
    assert (answer.status_code, code_of(answer)) == (403, "CROSS_SITE_REQUEST")
    assert httpx.get(f"{address}/graphql", params=TIME, headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_the_hash_of_a_persisted_query_is_answered_with_the_words_that_clients_know(address: str):
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    answer = httpx.post(f"{address}/graphql", json={"extensions": extensions})
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
    assert code_of(answer) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert httpx.post(f"{address}/graphql", json={**TIME, "extensions": extensions}).json()["data"]["serverTime"]


def test_web_clients_of_this_machine_may_ask_and_those_of_strangers_may_not(address: str):
    request = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    allowed = httpx.options(f"{address}/graphql", headers={"origin": "http://localhost:5173", **request})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:5173"
    stranger = httpx.options(f"{address}/graphql", headers={"origin": "https://a.example", **request})
    assert stranger.status_code == 400
    assert "access-control-allow-origin" not in stranger.headers
    answer = httpx.post(f"{address}/graphql", json=TIME, headers={"origin": "https://a.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "is_allowed"), [("https://office.example.jp", True), ("http://localhost:5173", False)]
)
async def test_production_allows_the_origins_of_its_list(origin: str, *, is_allowed: bool):
    async def answers(scope: object, receive: object, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    settings = Settings.model_construct(profile=Profile.PRODUCTION, allowed_origins=("https://office.example.jp",))
    transport = httpx.ASGITransport(for_web_clients(answers, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.example.jp") as client:
        answer = await client.post("/graphql", headers={"origin": origin})
    assert (answer.headers.get("access-control-allow-origin") == origin) is is_allowed
