"""How often somebody may ask: the arithmetic by hand, several processes, Redis away, and what a client is told."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from api import graphql_http
from api.addresses import Addresses
from api.compose import Process
from api.graphql_http import GraphQLOverHttp
from api.keys import Keys, make_development_key
from api.metrics import Metrics
from api.rates import OPERATIONS, SHARE, Buckets, Rate, Rates
from api.settings import Settings
from api.tokens import Tokens
from api.towns import Towns
from domain.identifiers import Prefix, encode
from domain.viewer import Role, Viewer
from mocks.embedded import valkey
from mocks.embedded.process import free_port
from schema.core.context import Context
from schema.engine.operations import document
from schema.root import schema
from tests.support.api import Api
from tests.support.streamed import streamed

EIGHTY = Rate(80, 3_600)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def with_limits(**values: Any) -> Settings:
    facts = {"profile": "development", "database_url": "postgres://a@b/c", **values}
    return Settings(**facts)


# --- one bucket


def test_a_bucket_by_hand():
    """6 in 60 seconds: 6 at once, then one every 10 seconds; who is refused loses nothing by it."""
    clock = Clock()
    buckets, key = Buckets(clock), [("a", Rate(6, 60))]
    assert [buckets.take(key) for _ in range(6)] == [None] * 6
    assert [buckets.take(key) for _ in range(3)] == [pytest.approx(10)] * 3
    clock.now += 7
    assert buckets.take(key) == pytest.approx(3)
    clock.now += 3
    assert buckets.take(key) is None
    assert buckets.take(key) == pytest.approx(10)
    clock.now += 3_600
    assert [buckets.take(key) is None for _ in range(7)] == [True] * 6 + [False], "a day's rest saves nothing up"


def test_of_several_keys_all_or_none_are_taken():
    buckets = Buckets(Clock())
    both, other = [("a", Rate(1)), ("b", Rate(5))], [("b", Rate(5))]
    assert buckets.take(both) is None
    assert buckets.take(both) == pytest.approx(60)
    assert [buckets.take(other) is None for _ in range(5)] == [True] * 4 + [False]


def test_keys_are_apart():
    buckets = Buckets(Clock())
    assert [buckets.take([(name, Rate(1))]) is None for name in ("a", "b", "a")] == [True, True, False]


# --- a process, and several


async def count(rates: Rates, times: int, key: str = "a") -> int:
    """How many of so many requests may go on."""
    return sum([await rates.take([(key, EIGHTY)]) is None for _ in range(times)])


async def test_a_process_counts_alone_without_redis():
    rates = Rates(with_limits())
    assert await count(rates, 100) == 80
    assert await count(Rates(with_limits(rate_limits=False)), 100) == 100


async def test_all_processes_count_together(redis: valkey.Valkey):
    """Each asks Redis from an eighth of the bucket on; what it counted alone before is the most by which they may be out."""
    key = str(uuid4())
    processes = [Rates(with_limits(redis_url=redis.url())) for _ in range(3)]
    taken = [await count(rates, 80, key) for rates in processes]
    assert taken[0] == 80
    assert 80 <= sum(taken) <= 80 + len(processes) * 80 / SHARE
    seconds = await processes[2].take([(key, EIGHTY)])
    assert seconds is not None
    assert 1 <= seconds <= 45, "one comes every 45 seconds"
    for rates in processes:
        await rates.close()


async def test_while_redis_is_away_each_process_counts_alone():
    rates = Rates(with_limits(redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    assert await count(rates, 100) == 80
    await rates.close()


async def test_a_person_a_phone_and_an_operation():
    clock = Clock()
    rates = Rates(with_limits(requests_per_minute=20), clock)
    person, other = uuid4(), uuid4()
    phones = [Viewer(person, frozenset(), device=name) for name in ("a", "b")]
    of_gift = [await rates.of_viewer(phones[number % 2], ("activateGift",)) for number in range(12)]
    assert of_gift == [None] * OPERATIONS["activateGift"].count + [6, 6]
    assert await rates.of_viewer(Viewer(other, frozenset()), ("activateGift", "activateGift")) is None
    rest = [await rates.of_viewer(phones[0], ("wallet",)) for _ in range(11)]
    assert rest == [None] * 10 + [3], (
        "20 of the person, of whom 10 were gifts; whoever was refused there was not counted"
    )
    assert await rates.of_viewer(None, ("wallet",)) is None


async def test_a_phone_has_one_bucket_for_all_who_use_it():
    """Somebody with many accounts asks no more often than somebody with one; another phone has its own."""
    rates = Rates(with_limits(requests_per_minute=20), Clock())
    people = [uuid4() for _ in range(4)]
    waits = [await rates.of_viewer(Viewer(people[number % 4], frozenset(), device="a"), ()) for number in range(21)]
    assert waits == [None] * 20 + [3], "five of each person"
    assert await rates.of_viewer(Viewer(people[0], frozenset(), device="b"), ()) is None
    assert await rates.of_viewer(Viewer(people[0], frozenset()), ()) is None


def test_operations_with_a_rate_of_their_own_are_there():
    roots = (schema._schema.query_type, schema._schema.mutation_type)
    assert OPERATIONS.keys() <= {name for root in roots if root is not None for name in root.fields}


# --- what a client is told


@pytest.fixture
async def process(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    make_development_key(tmp_path)
    limits = with_limits(requests_per_minute=3, requests_per_minute_of_address=5)
    monkeypatch.setattr(graphql_http, "addresses", lambda: Addresses(limits))
    metrics = Metrics()
    rates = Rates(limits, limited=metrics.rate_limited)
    yield Process(limits, api.services, Tokens(Keys(tmp_path)), metrics, rates, Towns())


def client(process: Process, address: str = "203.0.113.9") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=GraphQLOverHttp(lambda: process), client=(address, 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://meguru")


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_person_who_asks_too_often_is_told_when_to_ask_again(process: Process, api: Api, accept: str):
    await api.charge(1_000)
    token = process.tokens.issue(api.town.resident.person_id, frozenset({Role.RESIDENT}), 60)
    sent_headers = {"authorization": f"Bearer {token}", "accept": accept}
    terms = {"walletId": api.wallet(), "payee": {"storeId": api.store()}, "amount": 10, "confirmDuplicate": True}
    answers = []
    async with client(process) as phone:
        for _ in range(4):
            sent = {"query": document("Pay"), "variables": {"input": {**terms, "idempotencyKey": str(uuid4())}}}
            answers.append(await phone.post("/graphql", json=sent, headers=sent_headers))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 'meguru_rate_limited_total{by="person"} 1.0' in process.metrics.page().decode()
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    (error,) = refused.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": int(refused.headers["retry-after"])}
    assert "data" not in refused.json()
    assert await api.town.balance() == 970, "the fourth moved nothing"


async def test_a_token_may_say_to_which_phone_it_was_issued(process: Process, api: Api):
    keys = process.tokens.keys
    plain = process.tokens.issue(api.town.resident.person_id, frozenset({Role.RESIDENT}), 60)
    claims = jwt.decode(plain, options={"verify_signature": False})
    signed = jwt.encode({**claims, "did": "phone-1"}, keys.private(), "ES256", headers={"kid": keys.signing})
    assert (await process.tokens.verify(plain, process.services.access)).viewer.device is None
    assert (await process.tokens.verify(signed, process.services.access)).viewer.device == "phone-1"


async def test_an_address_that_asks_too_often_whether_or_not_with_a_token(process: Process):
    time = {"query": "{ serverTime }"}
    async with client(process) as phone, client(process, "203.0.113.10") as other:
        answers = [await phone.post("/graphql", json=time, headers={"authorization": "Bearer x"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [401] * 5
        refused = await phone.post("/graphql", json=time)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        assert (await other.post("/graphql", json=time)).status_code == 200
    assert 'meguru_rate_limited_total{by="address"} 1.0' in process.metrics.page().decode()


async def test_operations_of_a_socket_count_too(api: Api):
    rates = Rates(with_limits(requests_per_minute=2))
    asking = Context(
        api.services,
        api.town.resident,
        "ja",
        "trace",
        remembers=False,
        admit=lambda context, fields: rates.of_viewer(context.viewer, fields),
    )
    wallet = encode(Prefix.WALLET, api.town.id, api.town.wallet)
    for text in ("{ serverTime }", "{ serverTime }"):
        assert (await first_of(text, asking)).errors is None
    for text in ("{ serverTime }", f'subscription {{ walletEvents(walletId: "{wallet}") {{ eventId }} }}'):
        (error,) = (await first_of(text, asking)).errors
        assert error.extensions["code"] == "RATE_LIMITED"
        assert 1 <= error.extensions["retryAfter"] <= 30


async def first_of(text: str, context: Context) -> Any:
    async with aclosing(streamed(text, None, context)) as results:
        return await anext(results)
