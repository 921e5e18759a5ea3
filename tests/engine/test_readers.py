"""How long a query may take and who still waits for it: reads stop, and the pool keeps its connections. Money goes on."""

import asyncio
import json
from contextlib import aclosing
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.readers import ReaderGoneError, while_reader_waits
from domain.database import pool_state
from domain.events import stream
from domain.events.turns import SUBSCRIBERS
from domain.services import Services
from domain.viewer import Role, Viewer
from schema.core import live
from schema.core.context import Context
from schema.core.fields import Declaration
from schema.core.ids import Prefix, encode
from schema.core.node import FINDERS
from schema.engine import execute as engine
from schema.engine.answers import answers
from schema.engine.execute import execute, is_query
from schema.engine.operations import document
from tests.support.api import Api
from tests.support.eventually import eventually

ANYBODY = Viewer(uuid4(), frozenset(Role))


class Endless:
    """A reading function that does not end; it knows whether it was stopped."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()

    async def __call__(self, *_: object) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    """What follows the ids of wallets."""
    reading = Endless()
    monkeypatch.setitem(FINDERS, Prefix.WALLET, reading)
    return reading


NODE = f'{{ node(id: "{encode(Prefix.WALLET, 1, uuid4())}") {{ id }} }}'


def context(services: Services, viewer: Viewer = ANYBODY, *, socket: bool = False) -> Context:
    return Context(services, viewer, "ja", "trace", remembers=not socket)


async def test_a_query_ends_in_time_and_its_reads_with_it(
    services: Services, endless: Endless, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "OPERATION_SECONDS", 0.05)
    result = await execute(NODE, None, context(services), None)
    assert result.data is None
    assert [error.extensions for error in result.errors or ()] == [{"code": "OPERATION_TIMED_OUT"}]
    assert endless.stopped.is_set()


async def test_a_payment_has_no_time_limit(api: Api, monkeypatch: pytest.MonkeyPatch):
    """With no time at all, every query is given up, and the payment has its outcome."""
    await api.charge(500)
    monkeypatch.setattr(engine, "OPERATION_SECONDS", 0)
    wallet = f'query {{ wallet(id: "{api.wallet()}") {{ balances {{ posted }} }} }}'
    given_up = await execute(wallet, None, context(api.services, api.town.resident), None)
    assert [error.extensions for error in given_up.errors or ()] == [{"code": "OPERATION_TIMED_OUT"}]
    assert (await api.pay(200))["payment"]["amount"] == 200
    assert await api.town.balance() == 300


async def test_reads_that_were_given_up_lose_no_connection(api: Api, monkeypatch: pytest.MonkeyPatch):
    for step in range(60):
        monkeypatch.setattr(engine, "OPERATION_SECONDS", step / 20_000)
        reading = context(api.services, api.town.resident)
        await execute(document("WalletHistory"), {"id": api.wallet(), "first": 20}, reading, None)
    monkeypatch.undo()
    await eventually(lambda: pool_state()[0] == pool_state()[1])
    assert await api.balances() == {}


async def gone(after: asyncio.Event) -> dict[str, str]:
    """What a server tells once the client has closed its connection."""
    await after.wait()
    return {"type": "http.disconnect"}


async def test_a_query_stops_when_its_reader_goes(services: Services, endless: Endless):
    async def answer() -> bytes:
        await execute(NODE, None, context(services), None)
        return b"an answer"

    with pytest.raises(ReaderGoneError):
        await while_reader_waits(lambda: gone(endless.started), answer())
    assert endless.stopped.is_set()


async def test_whoever_waits_has_the_answer_and_its_fault():
    slow = asyncio.Event()
    asyncio.get_running_loop().call_later(0.3, slow.set)

    async def answer() -> bytes:
        await slow.wait()
        return b"an answer"

    async def fault() -> bytes:
        raise LookupError

    stays = asyncio.Event()
    assert await while_reader_waits(lambda: gone(stays), answer()) == b"an answer"
    with pytest.raises(LookupError):
        await while_reader_waits(lambda: gone(stays), fault())


@pytest.mark.parametrize(
    ("name", "stops"), [("WalletHistory", True), ("QuotePayment", True), ("Pay", False), ("Abandon", False)]
)
def test_only_queries_stop(name: str, stops: bool):
    assert is_query(document(name), None) is stops


async def test_a_payment_over_a_socket_goes_on_when_its_client_has_gone(api: Api, monkeypatch: pytest.MonkeyPatch):
    """Cancelled at every step of its way: once its resolver was entered, it settles."""
    await api.charge(10_000)
    entered: list[bool] = []
    check = Declaration.check
    monkeypatch.setattr(Declaration, "check", lambda *arguments: (entered.append(True), check(*arguments))[1])
    left_early = 0
    for steps in range(0, 80, 2):
        entered.clear()
        key = uuid4()
        paying = asyncio.create_task(pay_by_socket(api, key))
        for _ in range(steps):
            await asyncio.sleep(0)
        left_early += paying.cancel()
        await asyncio.wait({paying})
        begun = bool(entered)
        state = (await api.ask(api.town.resident, "Outcome", operation="PAY", idempotencyKey=str(key)))["state"]
        assert state == ("SETTLED" if begun else "UNKNOWN"), steps
    assert left_early > 10, "most were left before they had ended"


async def pay_by_socket(api: Api, key: UUID) -> None:
    payment = {"idempotencyKey": str(key), "walletId": api.wallet(), "payee": {"storeId": api.store()}, "amount": 7}
    variables = {"input": {**payment, "confirmDuplicate": True}}
    reading = context(api.services, api.town.resident, socket=True)
    async with aclosing(answers(document("Pay"), variables, reading, None)) as answered:
        async for _ in answered:
            pass


async def test_a_person_has_so_many_subscriptions_and_no_more(api: Api, monkeypatch: pytest.MonkeyPatch):
    """One that ended makes room; somebody else's are not counted."""
    subscribers = api.services.shared(SUBSCRIBERS)
    monkeypatch.setattr(subscribers, "limit", 3)
    before = api.services.bus.subscribers
    following = [asyncio.create_task(follow(api)) for _ in range(3)]
    await eventually(lambda: api.services.bus.subscribers == before + 3)
    refused = await follow(api)
    assert codes(refused) == ["TOO_MANY_SUBSCRIPTIONS"]
    following.pop().cancel()
    await eventually(lambda: subscribers.count(api.town.resident.person_id) == 2)
    following.append(asyncio.create_task(follow(api)))
    await eventually(lambda: api.services.bus.subscribers == before + 3)
    for task in following:
        task.cancel()
    await asyncio.wait(following)
    assert subscribers.count(api.town.resident.person_id) == 0


async def test_a_query_over_a_socket_ends_in_time_too(
    services: Services, endless: Endless, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "OPERATION_SECONDS", 0.05)
    async with aclosing(answers(NODE, None, context(services, socket=True), None)) as answered:
        results = [answer async for answer in answered]
    assert [codes(json.loads(answer.payload)) for answer in results] == [["OPERATION_TIMED_OUT"]]
    assert endless.stopped.is_set()


@pytest.mark.parametrize(
    ("module", "limit", "read"),
    [
        (live, "OPERATION_SECONDS", "resolvers.events.wallet_of"),
        (stream, "BEGIN_SECONDS", "domain.events.stream.sequence_of"),
    ],
)
async def test_a_subscription_begins_in_time_or_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch, module: ModuleType, limit: str, read: str
):
    reading = Endless()
    monkeypatch.setattr(read, reading)
    monkeypatch.setattr(module, limit, 0.05)
    assert codes(await follow(api)) == ["OPERATION_TIMED_OUT"]
    assert reading.stopped.is_set()
    assert api.services.bus.subscribers == 0


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


async def follow(api: Api) -> Any:
    """The first that a subscription answers."""
    reading = context(api.services, api.town.resident, socket=True)
    variables = {"walletId": api.wallet()}
    async with aclosing(answers(document("WalletEvents"), variables, reading, None)) as answered:
        return json.loads((await anext(answered)).payload)
