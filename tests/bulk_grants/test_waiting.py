"""Of two files that are started at once, the second waits until the first is written, and then sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.bulk_grants import start
from domain.database import rows
from tests.support.eventually import eventually
from tests.support.officers import Officers

WAITING = "select 1 from pg_locks where locktype = 'advisory' and not granted"


@asynccontextmanager
async def first_held(api: Officers, monkeypatch: pytest.MonkeyPatch, upload: str, programme: str) -> AsyncIterator[Any]:
    """A start that has written everything and not committed yet; its task. It commits where the block ends."""
    written, released = asyncio.Event(), asyncio.Event()
    record = start.record

    async def held(*facts: Any) -> None:
        await record(*facts)
        if not written.is_set():
            written.set()
            await released.wait()

    monkeypatch.setattr(start, "record", held)
    task = asyncio.create_task(api.start(upload, programme))
    try:
        await asyncio.wait_for(written.wait(), 10)
        yield task
    finally:
        released.set()


async def waits_or_has_ended(task: "asyncio.Task[Any]") -> bool:
    return task.done() or bool(await rows(WAITING))


async def test_a_second_officers_file_for_the_same_people_waits_and_is_asked(
    api: Officers, monkeypatch: pytest.MonkeyPatch
):
    programme = await api.points(100_000)
    wallets = await api.residents(6)
    first = await api.upload(api.csv(wallets[:4]))
    second = await api.upload(api.csv(wallets[2:][::-1]), api.town.other_finance)
    async with first_held(api, monkeypatch, first, programme) as begun:
        second_start = asyncio.create_task(api.start(second, programme, api.town.other_finance))
        await eventually(lambda: waits_or_has_ended(second_start))
    bulk = (await begun)["bulkGrant"]["id"]
    refused = await second_start
    assert (refused.get("code"), refused.get("duplicateRows")) == ("POSSIBLE_DUPLICATES", [4, 5])
    await api.run(bulk)
    assert await api.held_by(wallets) == [100] * 4 + [0] * 2
    await api.town.assert_sound()


async def test_an_officers_second_file_waits_and_counts_what_the_first_has_promised(
    api: Officers, monkeypatch: pytest.MonkeyPatch
):
    """Each is within what one officer may give alone on a day, and both together are not."""
    limits = {"municipality": api.code, "single": 100_000, "file": 500}
    await api.ask(api.town.finance, "SetGrantThresholds", input=limits)
    programme, other = await api.points(100_000), await api.points(100_000)
    first, second = [await api.upload(api.csv(await api.residents(3))) for _ in range(2)]
    async with first_held(api, monkeypatch, first, programme) as begun:
        second_start = asyncio.create_task(api.start(second, other))
        await eventually(lambda: waits_or_has_ended(second_start))
    assert (await begun)["bulkGrant"]["state"] == "RUNNING"
    assert (await second_start)["bulkGrant"]["state"] == "AWAITING_APPROVAL"
    await api.town.assert_sound()
