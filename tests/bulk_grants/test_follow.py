"""Who sees a grant by file, and following it live."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.background import Background
from domain.bulk_grants.progress import progress
from domain.identifiers import Prefix, encode
from schema.core.context import Context
from schema.engine.operations import document
from schema.root import schema
from tests.support.api import picked
from tests.support.officers import Officers
from tests.support.town import new_town

SHOWN = ("state", "grantedCount", "leftCount", "programme.id")


async def follow(api: Officers, viewer: object, bulk: str) -> list[Any]:
    """All that the subscription says, until it ends."""
    context = Context(api.services, viewer, "ja", "trace", remembers=False)  # type: ignore[arg-type]
    results = await schema.subscribe(document("BulkGrantProgress"), {"id": bulk}, context)
    states = []
    async for result in results:  # type: ignore[union-attr]
        if result.errors:
            return [error.extensions for error in result.errors]
        states.append(picked(result.data["bulkGrantProgress"], *SHOWN))
    return states


async def test_progress_begins_with_now_grows_and_ends_with_the_end(api: Officers):
    programme = await api.points()
    bulk = await api.started(api.csv(await api.residents(400)), programme)
    following = [
        asyncio.create_task(follow(api, viewer, bulk)) for viewer in (api.town.finance, api.town.desk, api.town.auditor)
    ]
    await asyncio.sleep(0.05)
    await api.run(bulk)
    for states in await asyncio.wait_for(asyncio.gather(*following), 20):
        assert states[0]["state"] == "RUNNING"
        assert states[-1] == {"state": "FINISHED", "grantedCount": 400, "leftCount": 0, "programme": {"id": programme}}
        counts = [state["grantedCount"] for state in states]
        assert counts == sorted(counts)
    assert await asyncio.wait_for(follow(api, api.town.finance, bulk), 5) == [states[-1]], (
        "one that has ended is told once"
    )
    assert api.services.bus.subscribers == 0


async def test_progress_goes_on_without_the_bus(api: Officers, monkeypatch: pytest.MonkeyPatch):
    bulk = await api.started(api.csv(await api.residents(3)), await api.points())
    monkeypatch.setattr(api.services.bus, "publish", lambda _: None)
    following = asyncio.create_task(follow(api, api.town.finance, bulk))
    await asyncio.sleep(0.05)
    await api.run(bulk)
    states = await asyncio.wait_for(following, 10)
    assert (states[0]["grantedCount"], states[-1]["state"]) == (0, "FINISHED")


async def test_a_follower_that_goes_away_leaves_nothing_behind(api: Officers):
    bulk = await api.started(api.csv(await api.residents(3)), await api.points())
    row = await api.row_of(bulk)
    items = progress(api.services, row.municipality, row.id)
    assert (await anext(items)).state.name == "RUNNING"
    await items.aclose()
    assert api.services.bus.subscribers == 0


async def test_another_town_finds_nothing_and_may_do_nothing(api: Officers):
    bulk = await api.started(api.csv(await api.residents(3)), await api.points())
    neighbours = Officers(await new_town(api.services))
    theirs = neighbours.town
    for viewer in (theirs.finance, theirs.desk, theirs.auditor, api.town.resident, api.town.staff):
        assert await api.look(bulk, viewer) is None
        assert await api.ask(viewer, "Node", id=bulk) is None
        assert await follow(api, viewer, bulk) == [{"code": "NOT_FOUND"}]
    for operation in ("PauseBulkGrant", "ResumeBulkGrant", "CancelBulkGrant"):
        for viewer in (theirs.finance, theirs.desk, api.town.desk, api.town.auditor, api.town.resident):
            assert (await api.do(operation, bulk, viewer))["code"] == "NOT_PERMITTED"
        number = (await api.row_of(bulk)).id
        stranger = encode(Prefix.BULK_GRANT, theirs.id, number)
        assert (await api.do(operation, stranger, theirs.finance))["code"] == "UNKNOWN_BULK_GRANT"
        assert (await api.do(operation, "blk_x"))["code"] == "UNKNOWN_BULK_GRANT"
    assert (await api.undo(bulk, theirs.finance))["code"] == "NOT_PERMITTED"
    assert await neighbours.look(stranger) is None
    look = await api.look(bulk)
    assert (look["state"], look["leftCount"]) == ("RUNNING", 3)


async def test_staff_find_it_by_its_id_and_in_the_list(api: Officers):
    programme = await api.points()
    bulks = [await api.started(api.csv(await api.residents(1), amount), programme) for amount in (1, 2, 3)]
    first_two = {"municipality": api.code, "first": 2}
    page = await api.ask(api.town.desk, "BulkGrants", **first_two)
    assert [edge["node"]["totalAmount"] for edge in page["edges"]] == [3, 2]
    rest = await api.ask(api.town.desk, "BulkGrants", **first_two, after=page["pageInfo"]["endCursor"])
    assert ([edge["node"]["id"] for edge in rest["edges"]], rest["pageInfo"]["hasNextPage"]) == ([bulks[0]], False)
    node = await api.ask(
        api.town.auditor, "query($id: ID!) { node(id: $id) { __typename id ... on BulkGrant { state } } }", id=bulks[1]
    )
    assert node == {"__typename": "BulkGrant", "id": bulks[1], "state": "RUNNING"}


async def test_rows_come_in_pages_by_state(api: Officers):
    bulk = await api.started(api.csv(await api.residents(5)), await api.points())
    await api.run(bulk)
    assert [row["row"] for row in await api.rows(bulk, first=2)] == [2, 3]
    assert [row["row"] for row in await api.rows(bulk, first=2, after="3", state="GRANTED")] == [4, 5]
    assert await api.rows(bulk, state="REFUSED") == []


async def test_it_begins_by_itself_in_the_process_that_started_it(api: Officers):
    api.services = replace(api.services, background=Background())
    bulk = await api.started(api.csv(await api.residents(100)), await api.points())
    states = await asyncio.wait_for(follow(api, api.town.finance, bulk), 20)
    assert (states[-1]["state"], states[-1]["grantedCount"]) == ("FINISHED", 100)
    await api.services.background.close()


async def test_background_work_is_bounded_and_ends_with_the_process():
    begun: list[str] = []

    async def work(name: str) -> None:
        begun.append(name)
        await asyncio.Event().wait()

    background = Background(limit=2)
    assert [background.start(name, work(name)) for name in ("a", "a", "b", "c")] == [True, False, True, False]
    await asyncio.sleep(0)
    assert begun == ["a", "b"]
    await background.close()
    assert background.start("c", work("c"))
    await background.close()
