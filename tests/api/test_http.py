"""The gateway over real sockets: the journey, and what careless and hostile clients send."""

import subprocess
import sys
from uuid import uuid4

import httpx
import pytest

from tests.support.apps import Persona, answered, ask, body, first_person, headers, personas
from tests.support.served import ROOT

TIME = {"query": "{ serverTime }"}


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


def post(address: str, sent: object, token: str | None = None, **others: str) -> httpx.Response:
    return httpx.post(f"{address}/graphql", json=sent, headers=headers(token, **others), timeout=20)


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


def test_the_journey_from_phone_to_till(address: str):
    """The script of `make demo` checks every step of charge, quote, pay, live line, refund, replay, drop, abandon and refusal."""
    played = subprocess.run(
        [sys.executable, "-m", "mocks.demo", "--url", address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "Everything held." in played.stdout


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"42", 400, "BAD_REQUEST"),
        (b"null", 400, "BAD_REQUEST"),
        (b"[]", 400, "NO_BATCHES"),
        (b'[{"query": "{ serverTime }"}]', 400, "NO_BATCHES"),
        (b"{", 400, "BAD_JSON"),
        (b"\xff\xfe", 400, "BAD_JSON"),
        (b'{"query": 1}', 400, "BAD_REQUEST"),
        (b'{"query": "{ serverTime }", "variables": []}', 400, "BAD_REQUEST"),
        (b'{"query": "{ serverTime }", "operationName": 7}', 400, "BAD_REQUEST"),
        (b'{"query": "' + b"a" * 70_000 + b'"}', 413, "BODY_TOO_LARGE"),
        (b'{"query": ""}', 200, "BAD_REQUEST"),
        (b'{"query": "{ serverTime }", "operationName": "Other"}', 200, "BAD_REQUEST"),
        (b'{"query": "{ serverTime } { serverTime }"}', 200, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "query A { serverTime } query B { serverTime }"}', 200, "BAD_REQUEST"),
        (b'{"query": "subscription { walletEvents(walletId: \\"x\\") { eventId } }"}', 200, "BAD_REQUEST"),
        (b'{"query": "{ serverTime "}', 200, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ nothing }"}', 200, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_bad_bodies_get_a_clear_error_and_never_a_fault(address: str, content: bytes, status: int, code: str):
    answer = httpx.post(f"{address}/graphql", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert code_of(answer) == code
    assert "Traceback" not in answer.text


def test_a_body_is_json(address: str):
    assert httpx.post(f"{address}/graphql", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415


def test_limits_of_a_document(address: str):
    aliases = " ".join(f"a{number}: serverTime" for number in range(20))
    assert code_of(post(address, {"query": f"{{ {aliases} }}"})) == "TOO_MANY_ALIASES"
    pay = 'pay(input: {idempotencyKey: "%s", walletId: "a", payee: {storeId: "b"}, amount: 1}) { __typename }'
    two = f"mutation {{ a: {pay % uuid4()} b: {pay % uuid4()} }}"
    assert code_of(post(address, {"query": two})) == "ONE_MONEY_MUTATION"
    wordy = "{" + " serverTime" * 2_100 + "}"
    assert post(address, {"query": wordy}).json()["errors"]


def test_nobody_without_a_valid_token(address: str, people: list[Persona]):
    resident = first_person(people, "RESIDENT")
    query = {"query": "{ viewer { person { id } } }"}
    assert code_of(post(address, query)) == "UNAUTHENTICATED"
    for token in ("x", resident["token"][:-4] + "AAAA", resident["token"] + "a"):
        answer = post(address, query, token)
        assert answer.status_code == 401
        assert code_of(answer) == "UNAUTHENTICATED"
    assert post(address, query, resident["token"]).json()["data"]["viewer"]["person"]["id"]


def test_nobody_sees_or_spends_anothers_wallet(address: str, people: list[Persona]):
    first, second = [person for person in people if person["role"] == "RESIDENT"][:2]
    wallet = first["walletIds"][0]
    own = ask(address, "Wallet", first["token"], id=wallet)["balances"]
    assert own
    assert ask(address, "Wallet", second["token"], id=wallet) is None
    payment = {
        "idempotencyKey": str(uuid4()),
        "walletId": wallet,
        "payee": {"storeId": first_person(people, "MERCHANT_STAFF")["storeId"]},
        "amount": 1,
    }
    answer = post(address, body("Pay", input=payment), second["token"], **{"accept-language": "en"}).json()
    refused = answered(answer)
    assert refused["code"] in {"UNKNOWN_WALLET", "NOT_PERMITTED"}
    assert refused["message"].isascii()
    assert ask(address, "Wallet", first["token"], id=wallet)["balances"] == own


@pytest.mark.parametrize("amount", [0, -1, 1.0, "1", True, 2**53, None])
def test_amounts_that_are_none(address: str, people: list[Persona], amount: object):
    resident, store = first_person(people, "RESIDENT"), first_person(people, "MERCHANT_STAFF")
    payment = {
        "idempotencyKey": str(uuid4()),
        "walletId": resident["walletIds"][0],
        "payee": {"storeId": store["storeId"]},
        "amount": amount,
    }
    answer = post(address, body("Pay", input=payment), resident["token"]).json()
    if amount == 0:
        assert answered(answer)["code"] == "AMOUNT_OUT_OF_RANGE"
    else:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_health_metrics_and_keys(address: str):
    assert httpx.get(f"{address}/livez").status_code == 200
    assert httpx.get(f"{address}/readyz").status_code == 200
    keys = httpx.get(f"{address}/.well-known/jwks.json").json()["keys"]
    assert keys
    assert all("d" not in key and key["kid"] for key in keys)
    post(address, TIME)
    metrics = httpx.get(f"{address}/metrics").text
    assert "serverTime" in metrics
    for name in (
        "meguru_bus_lag_seconds",
        'meguru_pool_connections{state="idle"}',
        "meguru_batch_size_count",
        "meguru_ledger_waiting",
    ):
        assert f"\n{name} " in metrics


def test_a_nul_is_in_no_text(address: str):
    for status, sent in (
        (400, {"query": "{ serverTime }", "variables": {"a": {"b": ["x\0"]}}}),
        (200, {"query": '{ assets(municipality: "\\u0000") { id } }'}),
    ):
        answer = httpx.post(f"{address}/graphql", json=sent)
        assert answer.status_code == status
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
