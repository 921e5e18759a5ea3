"""What is answered where no operation and no file is even begun: our own faults, addresses that ask too often, tokens."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from api import graphql_http, uploads
from api.addresses import Addresses
from api.compose import Process
from api.graphql_http import GraphQLOverHttp
from api.keys import Keys, make_development_key
from api.metrics import Metrics
from api.rates import Rates
from api.settings import Settings
from api.tokens import Tokens
from api.towns import Towns
from domain.identifiers import Prefix, encode
from domain.viewer import Role
from tests.support.api import Api

SECRET = "hunter2"
TIME = json.dumps({"query": "{ serverTime }"})
JSON = {"content-type": "application/json"}
CSV = {"content-type": "text/csv"}


@pytest.fixture
async def process(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    """An address may ask five times in a minute."""
    make_development_key(tmp_path)
    facts: Any = {"profile": "development", "database_url": "postgres://a@b/c", "requests_per_minute_of_address": 5}
    settings = Settings(**facts)
    monkeypatch.setattr(graphql_http, "addresses", lambda: Addresses(settings))
    metrics = Metrics()
    rates = Rates(settings, limited=metrics.rate_limited)
    yield Process(settings, api.services, Tokens(Keys(tmp_path)), metrics, rates, Towns())


@pytest.fixture
async def phone(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    put = Route(uploads.PATH, uploads.uploads(lambda: process), methods=["PUT"])
    app = Starlette(routes=[put, Mount("/graphql", GraphQLOverHttp(lambda: process))])
    transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://meguru") as client:
        yield client


def upload_path(api: Api) -> str:
    return f"/uploads/{encode(Prefix.UPLOAD, api.town.id, uuid4())}/secret"


def extensions_of(answer: httpx.Response) -> dict[str, Any]:
    [error] = answer.json()["errors"]
    assert error["message"]
    assert SECRET not in answer.text
    return error["extensions"]


async def broken(*_: object) -> None:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_fault_of_ours_before_the_operation_is_500_with_the_number_to_report(
    phone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, accept: str
):
    monkeypatch.setattr(graphql_http, "operation_of", broken)
    answer = await phone.post("/graphql/", content=TIME, headers={**JSON, "accept": accept})
    assert answer.status_code == 500
    assert extensions_of(answer) == {"code": "INTERNAL", "traceId": answer.headers["x-trace-id"]}
    assert "data" not in answer.json()


async def test_a_fault_of_ours_before_a_file_is_taken_is_500_with_the_number_to_report(
    phone: httpx.AsyncClient, process: Process, api: Api, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uploads, "look_up", broken)
    token = process.tokens.issue(api.town.finance.person_id, frozenset({Role.FINANCE}), 60)
    answer = await phone.put(upload_path(api), content=b"x", headers={**CSV, "authorization": f"Bearer {token}"})
    assert answer.status_code == 500
    assert extensions_of(answer) == {"code": "INTERNAL", "traceId": answer.headers["x-trace-id"]}


async def test_a_token_that_is_not_taken_says_why_also_for_a_file(phone: httpx.AsyncClient, process: Process, api: Api):
    over = process.tokens.issue(api.town.finance.person_id, frozenset({Role.FINANCE}), -60)
    for token, reason in (("x", "SIGN_IN_AGAIN"), (over, "TOKEN_EXPIRED")):
        signed = {"authorization": f"Bearer {token}"}
        over_graphql = await phone.post("/graphql/", content=TIME, headers=JSON | signed)
        put = await phone.put(upload_path(api), content=b"x", headers=CSV | signed)
        assert (over_graphql.status_code, put.status_code) == (401, 401)
        assert extensions_of(over_graphql) == extensions_of(put) == {"code": "UNAUTHENTICATED", "reason": reason}


async def test_files_count_among_the_requests_of_an_address_before_anything_is_looked_up(
    phone: httpx.AsyncClient, process: Process, api: Api, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(4):
        assert (await phone.put(upload_path(api), content=b"x", headers=CSV)).status_code == 401
    assert (await phone.post("/graphql/", content=TIME, headers=JSON)).status_code == 200
    monkeypatch.setattr(uploads, "viewer_of", broken)
    refused = await phone.put(upload_path(api), content=b"x", headers=CSV)
    assert refused.status_code == 429
    seconds = int(refused.headers["retry-after"])
    assert 1 <= seconds <= 12
    assert extensions_of(refused) == {"code": "RATE_LIMITED", "retryAfter": seconds}
    assert 'meguru_rate_limited_total{by="address"} 1.0' in process.metrics.page().decode()
