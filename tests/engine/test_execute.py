"""What is refused before anything is executed, on both ways: over HTTP and over the WebSocket."""

import asyncio
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
from tests.support.town import People

RESIDENT = Viewer(uuid4(), frozenset({Role.RESIDENT}))


async def lean(query: str, context: Context) -> Any:
    return await execute(query, None, context, None)


async def by_strawberry(query: str, context: Context) -> Any:
    return await schema.execute(query, None, context)


BOTH = pytest.mark.parametrize("run", [lean, by_strawberry])


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
