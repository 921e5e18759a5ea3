"""Logs and metrics name the town of every request, by its number, and nothing that a client made up."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from graphql import GraphQLInputObjectType, get_named_type
from structlog.testing import capture_logs

from api import graphql_http
from api.addresses import Addresses
from api.compose import Process
from api.graphql_http import GraphQLOverHttp
from api.graphql_ws import GraphQLOverWebSocket
from api.keys import Keys, make_development_key
from api.metrics import Metrics
from api.rates import Rates
from api.settings import Settings
from api.tokens import Tokens
from api.towns import Towns, label, texts_in
from domain.identifiers import Prefix, encode, encode_event
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.engine.operations import document
from schema.root import schema
from tests.support.api import Api
from tests.support.streamed import streamed

CORE = schema._schema
OF_NO_TOWN = {"viewer", "jobs", "serverTime"}
"""Root fields that are about the person, or about all towns."""
SAID_BY_THE_RESOLVER = {"outcome", "abandon"}
"""They name a key only; whose it was is known once it was found."""


def towns(*numbers: int) -> Towns:
    known = Towns()
    known.learn([Municipality(number, f"{number:06}", "Town", UUID(int=1), UUID(int=2)) for number in numbers])
    return known


def test_what_names_a_town():
    known = towns(3, 4, 5)
    key = uuid4()
    assert known.named({"input": {"walletId": encode(Prefix.WALLET, 3, key), "note": "x"}}) == [3]
    assert known.named({"municipality": "000004"}) == [4]
    assert known.named(["str_nothing", None, 7, True, "000009", "令和七年度分"]) == []
    assert known.named(encode(Prefix.WALLET, 999, key)) == [], "a town that nobody has founded is no label"
    assert known.named((encode_event(5, key, 8),), {"ids": [encode(Prefix.STORE, 3, key)]}) == [3, 5]
    assert [label([]), label([3]), label([3, 5])] == ["none", "3", "several"]


def test_texts_of_a_request():
    assert sorted(texts_in({"a": ["b", {"c": "d"}], "e": None, "f": 1})) == ["b", "d"]
    assert list(texts_in(None)) == []


def names_a_town(kind: Any, seen: tuple[Any, ...] = ()) -> bool:
    """Whether an argument has an id or a town somewhere in it."""
    named = get_named_type(kind)
    if not isinstance(named, GraphQLInputObjectType):
        return bool(named.name == "ID")
    return any(
        name == "municipality" or (field.type not in seen and names_a_town(field.type, (*seen, field.type)))
        for name, field in named.fields.items()
    )


def root_fields() -> Iterator[tuple[str, Any]]:
    for root in (CORE.query_type, CORE.mutation_type, CORE.subscription_type):
        assert root is not None
        yield from root.fields.items()


def test_every_root_field_names_its_town():
    """By an id or a code among its arguments; a new field that does neither needs a decision here."""
    silent = {
        name
        for name, field in root_fields()
        if not any(
            argument == "municipality" or names_a_town(definition.type) for argument, definition in field.args.items()
        )
    }
    assert silent == OF_NO_TOWN | SAID_BY_THE_RESOLVER


# --- of requests


@pytest.fixture
async def process(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    make_development_key(tmp_path)
    facts: Any = {"profile": "development", "database_url": "postgres://a@b/c", "rate_limits": False}
    settings = Settings(**facts)
    monkeypatch.setattr(graphql_http, "addresses", lambda: Addresses(settings))
    known = Towns()
    known.learn(await municipalities.every())
    yield Process(settings, api.services, Tokens(Keys(tmp_path)), Metrics(), Rates(settings), known)


async def test_log_and_metrics_of_every_request_carry_the_town(process: Process, api: Api):
    await api.charge(100)
    number, key = str(api.town.id), str(uuid4())
    token = process.tokens.issue(api.town.resident.person_id, frozenset({Role.RESIDENT}), 60)
    pay = {"idempotencyKey": key, "walletId": api.wallet(), "payee": {"storeId": api.store()}, "amount": 10}
    wallet = api.wallet()
    requests = [
        (document("Pay"), {"input": pay}, "pay", number),
        (document("Outcome"), {"operation": "PAY", "idempotencyKey": key}, "outcome", number),
        (document("Outcome"), {"operation": "PAY", "idempotencyKey": str(uuid4())}, "outcome", "none"),
        (document("Assets"), {"municipality": api.code}, "assets", number),
        (f'{{ wallet(id: "{wallet}") {{ id }} }}', {}, "wallet", number),
        (
            f'query($i: [ID!]!) {{ nodes(ids: $i) {{ id }} store(id: "{api.store()}") {{ id }} }}',
            {"i": [wallet]},
            "nodes",
            number,
        ),
        (f'{{ wallet(id: "{encode(Prefix.WALLET, 2**20, uuid4())}") {{ id }} }}', {}, "wallet", "none"),
        ("{ serverTime }", {}, "serverTime", "none"),
    ]
    transport = httpx.ASGITransport(app=GraphQLOverHttp(lambda: process))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://meguru") as phone:
        with capture_logs() as lines:
            for text, variables, _, _ in requests:
                sent = {"query": text, "variables": variables}
                answer = await phone.post("/graphql", json=sent, headers={"authorization": f"Bearer {token}"})
                assert "errors" not in answer.json()
    answered = [(line["field"], line["municipality"]) for line in lines if line["event"] == "graphql.answered"]
    assert answered == [(field, town) for _, _, field, town in requests]
    page = process.metrics.page().decode()
    for _, _, field, town in requests:
        assert f'meguru_requests_total{{ended="ok",field="{field}",municipality="{town}"}}' in page
        assert f'meguru_request_seconds_count{{field="{field}",municipality="{town}"}}' in page


async def test_operations_of_a_socket_are_in_log_and_metrics_too(process: Process, api: Api):
    socket = GraphQLOverWebSocket(lambda: process, ())
    asking = Context(api.services, api.town.resident, "ja", "trace-1", remembers=False)
    asking.observe = lambda *facts: socket._observe("trace-1", *facts)
    stranger = Context(api.services, Viewer(uuid4(), frozenset({Role.RESIDENT})), "ja", "trace", remembers=False)
    stranger.observe = asking.observe
    follow = f'subscription {{ walletEvents(walletId: "{api.wallet()}") {{ eventId }} }}'
    with capture_logs() as lines:
        await first_of("query($w: ID!) { wallet(id: $w) { id } }", {"w": api.wallet()}, asking)
        refused = await first_of(follow, None, stranger)
    assert refused.errors
    number = str(api.town.id)
    assert [(line["field"], line["municipality"], line["trace_id"]) for line in lines] == [
        ("wallet", number, "trace-1"),
        ("walletEvents", number, "trace-1"),
    ]
    assert f'field="walletEvents",municipality="{number}"' in process.metrics.page().decode()


async def first_of(text: str, variables: dict[str, Any] | None, context: Context) -> Any:
    async with aclosing(streamed(text, variables, context)) as results:
        return await anext(results)
