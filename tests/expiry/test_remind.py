"""Reminders 30, 7 and 1 day before the last day: events of the wallet, each once."""

import asyncio
from contextlib import aclosing
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.database import rows
from domain.events.stream import stream
from domain.expiry import remind as reminders
from domain.expiry.expire import expire
from domain.expiry.reads import START, due
from domain.expiry.remind import remind
from domain.jobs.schedule import JOBS
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from domain.viewer import Viewer
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import journals, to_tokyo


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


async def reminders_of(
    api: Api, wallet: UUID | None = None, viewer: Viewer | None = None
) -> list[tuple[str, int, int, str]]:
    """Code of the asset, amount, days left and last day of every reminder of a wallet."""
    events = await api.ask(viewer or api.town.resident, "WalletPastEvents", id=api.wallet(wallet), first=50)
    nodes = [edge["node"] for edge in events["events"]["edges"]]
    assert len({node["eventId"] for node in nodes}) == len(nodes)
    return [
        (node["asset"]["code"], node["expiringAmount"], node["daysLeft"], node["expiresOn"])
        for node in nodes
        if node["__typename"] == "ValueExpiring"
    ]


async def points(api: Api, days: int, code: str = "POINT", **facts: Any) -> tuple[str, str]:
    """A programme whose value has its last day so many days from now; and that day."""
    last = api.day(timedelta(days=days))
    return await api.programme(await api.asset(code, expiryRule="FIXED_DATE", expiresOn=last), 100_000, **facts), last


async def test_30_7_and_1_day_before(api: Api, moved: MovableClock):
    programme, last = await points(api, 60)
    await api.grant(programme, 500)
    for days, expected in (
        (31, []),
        (30, [30]),
        (29, [30]),
        (8, [30]),
        (7, [30, 7]),
        (2, [30, 7]),
        (1, [30, 7, 1]),
        (0, [30, 7, 1]),
    ):
        to_tokyo(moved, 12, days=(date.fromisoformat(last) - date.fromisoformat(api.day())).days - days)
        await asyncio.gather(*[remind(api.services) for _ in range(3)])
        assert await reminders_of(api) == [("POINT", 500, left, last) for left in expected]
    moved.forward(timedelta(days=1))
    await remind(api.services)
    assert len(await reminders_of(api)) == 3, "nothing is said of what has ended"
    await expire(api.services)
    await api.town.assert_sound()


async def test_one_for_each_wallet_asset_and_end_with_what_is_left(api: Api, moved: MovableClock):
    first, last = await points(api, 40)
    second, _ = await points(api, 40, "OTHER", endsAt=api.at(timedelta(days=20)))
    neighbour, theirs = await api.town.new_resident()
    await api.grant(first, 500)
    await api.grant(second, 300)
    await api.grant(first, 70, theirs)
    moved.forward(timedelta(days=2))
    await api.grant(first, 40)
    await api.pay(100, excludeAssetIds=[])
    moved.forward(timedelta(days=18))
    await remind(api.services)
    assert sorted(await reminders_of(api)) == sorted([("POINT", 440, 20, last), ("OTHER", 300, 20, last)]), (
        "late, and once for two lots of one end"
    )
    assert await reminders_of(api, theirs, neighbour) == [("POINT", 70, 20, last)]
    history = await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=50)
    assert [edge["node"]["kind"] for edge in history["transactions"]["edges"]] == [
        "PAYMENT",
        "GRANT",
        "GRANT",
        "GRANT",
    ], "nothing moved"
    await api.town.assert_sound()


async def test_what_was_just_received_is_not_reminded_of_at_that_step(api: Api, moved: MovableClock):
    programme, last = await points(api, 20)
    await api.grant(programme, 500)
    await remind(api.services)
    assert await reminders_of(api) == []
    moved.forward(timedelta(days=14))
    await remind(api.services)
    assert await reminders_of(api) == [("POINT", 500, 6, last)]
    await api.town.assert_sound()


async def test_what_is_spent_or_without_an_end_is_not_told(api: Api, moved: MovableClock):
    programme, last = await points(api, 40)
    await api.grant(programme, 500)
    await api.grant(await api.programme(await api.asset("EVER"), 1_000), 100)
    moved.forward(timedelta(days=11))
    page = await due(api.services.clock(), START, reminders.PAGE)
    ending = [value for value in page if value.municipality == api.town.id]
    assert [value.last_on.isoformat() for value in ending] == [last]
    await api.pay(600)
    await remind(api.services)
    assert await reminders_of(api) == []
    with pytest.raises(reminders.NothingToExpireError):
        await api.services.ledger.post(reminders.request_of(ending[0]))
    assert await journals(api, JournalKind.EXPIRY_REMINDER) == 0
    await api.town.assert_sound()


async def test_a_reminder_is_live_in_the_wallets_own_sequence(api: Api, moved: MovableClock):
    programme, _ = await points(api, 40)
    await api.grant(programme, 500)
    moved.forward(timedelta(days=11))
    async with aclosing(stream(api.services, api.town.id, api.town.wallet, 1)) as events:
        waiting = asyncio.ensure_future(anext(events))
        await remind(api.services)
        row = await asyncio.wait_for(waiting, 10)
        assert isinstance(row, EventRow)
        assert (row.sequence, row.kind, row.assets) == (2, JournalKind.EXPIRY_REMINDER, [])
        await api.pay(100)
        row = await asyncio.wait_for(anext(events), 10)
        assert isinstance(row, EventRow)
        assert (row.sequence, row.kind) == (3, JournalKind.PAYMENT)


async def test_a_run_is_bounded_and_the_next_goes_on(api: Api, moved: MovableClock, monkeypatch: pytest.MonkeyPatch):
    programme, _ = await points(api, 40)
    residents = [await api.town.new_resident() for _ in range(7)]
    await asyncio.gather(*[api.grant(programme, 10, wallet) for _, wallet in residents])
    moved.forward(timedelta(days=11))
    await remind(api.services)
    moved.forward(timedelta(days=23))
    for name, value in (("PAGE", 2), ("AT_ONCE", 1), ("RUN_LIMIT", 3)):
        monkeypatch.setattr(reminders, name, value)
    runs = []
    while done := await remind(api.services):
        runs.append(done)
    assert max(runs) <= 4, "a page more than the limit at most"
    assert len(runs) > 1
    assert await journals(api, JournalKind.EXPIRY_REMINDER) == 14
    await api.town.assert_sound()


async def test_the_scheduler_runs_it_every_hour_and_a_told_wallet_costs_one_row(api: Api, moved: MovableClock):
    assert [job.every for job in JOBS if job.name == "remind_expiry"] == [timedelta(hours=1)]
    programme, last = await points(api, 40)
    await api.grant(programme, 500)
    moved.forward(timedelta(days=11))
    await remind(api.services)
    [guard] = await rows("select period, value from guard where municipality_id = $1 and kind = 40", api.town.id)
    assert (guard["period"].split(":")[1:], guard["value"]) == ([last, "30"], 1)
