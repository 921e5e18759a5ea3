"""Who asks, and what they are told: the same over HTTP and WebSocket, and one forbidden field leaves the others."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from api.keys import Keys
from api.tokens import Tokens
from domain.viewer import Role
from tests.support.apps import Persona, first_person, headers, personas
from tests.support.till import till, unsigned

ME = "{ viewer { person { id } } }"
TOWN = "012106"
FORBIDDEN = f'{{ serverTime jobs {{ name }} driftReport(municipality: "{TOWN}") {{ differences {{ check }} }} }}'
STAFF = '{ assets(municipality: "012106") { code } grantThresholds(municipality: "012106") { single: __typename } jobs { name } }'
PAYMENT = (
    'mutation { pay(input: {idempotencyKey: "%s", walletId: "x", payee: {storeId: "y"}, amount: 1}) { replayed } }'
)


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


@pytest.fixture(scope="module")
def token_of(scratch: Path, address: str) -> Any:
    """A token of a person as the issuer makes it: for how many seconds, of which version of the session."""
    data = scratch / "api" / "data"
    tokens = Tokens(Keys(data / "keys"))
    keys = {
        (person["name"], person["role"]): UUID(person["personId"])
        for person in orjson.loads((data / "personas.json").read_bytes())
    }

    def issue(person: Persona, seconds: int = 600, version: int = 0) -> str:
        return tokens.issue(keys[person["name"], person["role"]], frozenset({Role(person["role"])}), seconds, version)

    return issue


def errors_of(answer: Any) -> list[tuple[Any, str]]:
    """Path and code of each error."""
    return [(error.get("path"), error["extensions"]["code"]) for error in answer.get("errors", [])]


async def over_both(address: str, query: str, token: str | None) -> list[Any]:
    """What the operation answers over HTTP and over a WebSocket."""
    over_http = httpx.post(f"{address}/graphql", json={"query": query}, headers=headers(token)).json()
    async with till(address, token) as socket:
        over_socket = await socket.ask("1", query)
    return [over_http, over_socket]


@pytest.mark.parametrize(
    ("kind", "reason", "close"),
    [("ended", "SIGN_IN_AGAIN", 4401), ("nonsense", "SIGN_IN_AGAIN", 4401), ("expired", "TOKEN_EXPIRED", 4403)],
)
async def test_a_token_that_is_not_taken(
    address: str, people: list[Persona], token_of: Any, kind: str, reason: str, close: int
):
    resident = first_person(people, "RESIDENT")
    token = {"ended": token_of(resident, version=9), "nonsense": "x", "expired": token_of(resident, -5)}[kind]
    answer = httpx.post(f"{address}/graphql", json={"query": "{ serverTime }"}, headers=headers(token))
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (401, {"code": "UNAUTHENTICATED", "reason": reason})
    async with unsigned(address) as socket:
        await socket.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert (await socket.closed())[0] == close


@pytest.mark.parametrize(
    "query", [ME, "{ serverTime viewer { person { id } } }", PAYMENT % UUID(int=1), "{ jobs { name } }"]
)
async def test_without_a_token_nothing_is_begun_that_needs_one(address: str, query: str):
    for answer in await over_both(address, query, None):
        assert answer.get("data") is None
        assert errors_of(answer) == [(None, "UNAUTHENTICATED")]


async def test_without_a_token_a_field_of_staff_leaves_the_others(address: str):
    for answer in await over_both(address, STAFF, None):
        assert answer["data"]["assets"]
        assert (answer["data"]["grantThresholds"], answer["data"]["jobs"]) == (None, None)
        assert errors_of(answer) == [(["grantThresholds"], "UNAUTHENTICATED"), (["jobs"], "UNAUTHENTICATED")]


@pytest.mark.parametrize("role", ["RESIDENT", "MERCHANT_STAFF"])
async def test_fields_that_a_role_may_not_ask_leave_the_others(address: str, people: list[Persona], role: str):
    token = first_person(people, role)["token"]
    for answer in await over_both(address, FORBIDDEN, token):
        assert answer["data"]["serverTime"]
        assert (answer["data"]["jobs"], answer["data"]["driftReport"]) == (None, None)
        assert sorted(errors_of(answer)) == [(["driftReport"], "NOT_PERMITTED"), (["jobs"], "NOT_PERMITTED")]


async def test_the_staff_of_a_town_are_answered_everything(address: str, people: list[Persona]):
    token = first_person(people, "AUDITOR", TOWN)["token"]
    for answer in await over_both(address, FORBIDDEN, token):
        assert errors_of(answer) == []
        assert answer["data"]["jobs"]
        assert answer["data"]["driftReport"] == {"differences": []}


async def test_a_forbidden_mutation_is_a_refusal_over_both(address: str, people: list[Persona]):
    staff = first_person(people, "MERCHANT_STAFF")["token"]
    query = (PAYMENT % UUID(int=2)).replace("{ replayed }", "{ refusal { code advice retryAfter } }")
    for answer in await over_both(address, query, staff):
        assert answer["data"]["pay"]["refusal"] == {"code": "NOT_PERMITTED", "advice": "NEVER", "retryAfter": None}
