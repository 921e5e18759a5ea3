"""What is refused before anything is executed, on both ways: over HTTP and over the WebSocket."""

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest

from domain.identifiers import Prefix, encode
from domain.municipalities import reads as municipalities
from domain.services import Services
from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.root import schema
from tests.support.streamed import streamed
from tests.support.town import People

RESIDENT = Viewer(uuid4(), frozenset({Role.RESIDENT}))


async def lean(query: str, context: Context) -> Any:
    return await execute(query, None, context, None)


async def by_strawberry(query: str, context: Context) -> Any:
    return await schema.execute(query, None, context)


async def first_result(query: str, context: Context) -> Any:
    """As the WebSocket asks."""
    async with aclosing(streamed(query, None, context)) as results:
        return await anext(results)


BOTH = pytest.mark.parametrize("run", [lean, by_strawberry, first_result])


def context(services: Services, viewer: Viewer | None = RESIDENT, *, introspects: bool = False) -> Context:
    return Context(services, viewer, "ja", "trace", introspects=introspects)


def code(result: Any) -> str:
    return result.errors[0].extensions["code"]


@BOTH
async def test_introspection_only_where_it_is_allowed(services: Services, run: Any):
    for query in (
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Query") { name } }',
        "{ ...A } fragment A on Query { __schema { types { name } } }",
    ):
        refused = await run(query, context(services))
        assert refused.data is None
        assert code(refused) == "NO_INTROSPECTION"
        assert (await run(query, context(services, introspects=True))).errors is None
    assert (await run("{ __typename serverTime }", context(services))).errors is None


@BOTH
async def test_an_operation_is_named_where_there_are_several(services: Services, run: Any):
    assert code(await run("query A { serverTime } query B { serverTime }", context(services))) == "BAD_REQUEST"


@BOTH
async def test_fields_that_need_a_token(services: Services, run: Any):
    assert code(await run("{ viewer { person { id } } }", context(services, None))) == "UNAUTHENTICATED"
    assert (
        code(await run("{ ... { ...A } } fragment A on Query { viewer { person { id } } }", context(services, None)))
        == "UNAUTHENTICATED"
    )
    assert (await run("{ serverTime }", context(services, None))).errors is None


async def test_an_empty_set_of_roles_is_a_token_too(services: Services, town: People):
    """Whoever is signed in sees nothing in particular; keys are for those who have a role."""
    nobody = context(services, Viewer(uuid4(), frozenset()))
    wallet, payment = (encode(prefix, town.id, uuid4()) for prefix in (Prefix.WALLET, Prefix.PAYMENT))
    query = (
        f'{{ viewer {{ person {{ id }} roles {{ __typename }} wallets {{ id }} }} wallet(id: "{wallet}") {{ id }}'
        f' payment(id: "{payment}") {{ id }} node(id: "{wallet}") {{ id }} nodes(ids: ["{wallet}"]) {{ id }} }}'
    )
    for run in (lean, by_strawberry):
        result = await run(query, nobody)
        assert result.errors is None
        assert result.data.pop("viewer").keys() == {"person", "roles", "wallets"}
        assert result.data == {"wallet": None, "payment": None, "node": None, "nodes": [None]}
        outcome = await run(f'{{ outcome(operation: PAY, idempotencyKey: "{uuid4()}") {{ state }} }}', nobody)
        assert (outcome.data, code(outcome)) == (None, "NOT_PERMITTED")
        abandon = f'abandon(input: {{operation: PAY, idempotencyKey: "{uuid4()}"}})'
        closed = await run(f"mutation {{ {abandon} {{ outcome {{ state }} refusal {{ code }} }} }}", nobody)
        assert closed.errors is None
        assert closed.data == {"abandon": {"outcome": None, "refusal": {"code": "NOT_PERMITTED"}}}


async def test_a_subscription_is_refused_before_it_begins(services: Services, town: People):
    """Without a token also where there is no such object; with one, its object is not there for the wrong role."""
    streams = {
        "walletEvents": f'walletEvents(walletId: "{encode(Prefix.WALLET, town.id, town.wallet)}") {{ eventId }}',
        "storeEvents": 'storeEvents(storeId: "str_nothing") { eventId }',
        "bulkGrantProgress": 'bulkGrantProgress(id: "blk_nothing") { id }',
    }
    for field, text in streams.items():
        request = context(services, None)
        refused = await first_result(f"subscription {{ {text} }}", request)
        assert (refused.data, code(refused), request.field) == (None, "UNAUTHENTICATED", field)
        for viewer in (Viewer(uuid4(), frozenset()), RESIDENT):
            assert code(await first_result(f"subscription {{ {text} }}", context(services, viewer))) == "NOT_FOUND"
    several = f"subscription A {{ {streams['walletEvents']} }} subscription B {{ {streams['storeEvents']} }}"
    for viewer in (None, town.resident):
        refused = await first_result(several, context(services, viewer))
        assert (refused.data, code(refused)) == (None, "BAD_REQUEST")


@pytest.mark.parametrize("run", [lean, by_strawberry])
async def test_a_fault_in_an_answer_leaves_what_moved(town: People, monkeypatch: pytest.MonkeyPatch, run: Any):
    """Neither payment nor refusal is there, so the client asks `outcome`, as the error says."""

    def broken(*_: object) -> None:
        message = "nothing that a client should read"
        raise RuntimeError(message)

    await town.charge(1_000)
    monkeypatch.setattr("schema.payments.types.sentences", broken)
    key = uuid4()
    wallet, store = encode(Prefix.WALLET, town.id, town.wallet), encode(Prefix.STORE, town.id, town.store)
    fields = f'idempotencyKey: "{key}", walletId: "{wallet}", payee: {{storeId: "{store}"}}, amount: 300'
    answered = await run(
        f"mutation {{ pay(input: {{{fields}}}) {{ payment {{ amount explain }} refusal {{ code }} replayed }} }}",
        context(town.services, town.resident),
    )
    assert answered.data == {"pay": {"payment": None, "refusal": None, "replayed": False}}
    (error,) = answered.errors
    assert (error.path, error.extensions) == (["pay", "payment", "explain"], {"code": "INTERNAL", "traceId": "trace"})
    assert "outcome" in error.message
    outcome = await run(
        f'{{ outcome(operation: PAY, idempotencyKey: "{key}") {{ state receipt {{ amount }} }} }}',
        context(town.services, town.resident),
    )
    assert (outcome.errors, outcome.data) == (None, {"outcome": {"state": "SETTLED", "receipt": {"amount": 300}}})
    assert await town.balance() == 700
    await town.assert_sound()


async def test_a_fault_is_masked(services: Services):
    """A context without a clock stands for a bug of ours: what it says stays inside."""
    broken = Context(None, RESIDENT, "ja", "trace-7")  # type: ignore[arg-type]
    result = await execute("{ serverTime }", None, broken, None)
    assert result.errors[0].extensions == {"code": "INTERNAL", "traceId": "trace-7"}
    assert "clock" not in result.errors[0].message


async def test_a_subscription_goes_over_the_socket(services: Services):
    result = await execute('subscription { walletEvents(walletId: "x") { eventId } }', None, context(services), None)
    assert code(result) == "BAD_REQUEST"


async def test_a_forged_id_is_not_found(services: Services):
    forged = encode(Prefix.STORE, 40_000, uuid4())
    result = await lean(f'{{ store(id: "{forged}") {{ name }} }}', context(services, None))
    assert (result.data, result.errors) == ({"store": None}, None)


@pytest.mark.parametrize("code", ["", "01210", "0121060", "岩見沢市です。", "\x00\x00\x00\x00\x00\x00", "x" * 1_000])
async def test_a_code_that_no_town_has_is_not_found(services: Services, code: str):
    result = await execute(
        "query($m: String!) { assets(municipality: $m) { id } }", {"m": code}, context(services, None), None
    )
    assert (result.data, result.errors) == ({"assets": []}, None)
    refused = await execute(
        "query($m: String!) { trialBalance(municipality: $m) { balanced } }", {"m": code}, context(services), None
    )
    assert refused.errors is not None
    assert refused.errors[0].extensions["code"] == "NOT_PERMITTED"


async def test_a_cancelled_reader_does_not_cancel_what_others_wait_for(services: Services, town: People):
    request = context(services)

    async def read() -> Any:
        return await request.load(municipalities.by_ids, town.id)

    first, second = asyncio.create_task(read()), asyncio.create_task(read())
    await asyncio.sleep(0)  # both wait now
    first.cancel()
    municipality = await second
    assert (municipality.id, first.cancelled()) == (town.id, True)
