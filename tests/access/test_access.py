"""Sessions and rights that a process stands on: never older than promised, in the order of commits, without a query each."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.access import access as access_module
from domain.access.access import FRESH_SECONDS, Access, AccessUnknownError
from domain.database import rows
from domain.events.stream import stream
from domain.ledger.holders import withdraw_access
from domain.viewer import Relation
from schema.core.context import Context, UnauthenticatedError
from schema.core.errors import NotFoundError
from schema.core.live import Right, while_allowed
from tests.support.eventually import eventually
from tests.support.town import People

RAISE = "update person set session_version = session_version + 1 where id = $1"


class Line:
    """The line between a process and its database: it can be cut."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cut = False
        self.connection: asyncpg.Connection[Any] | None = None
        self.told: list[UUID] = []

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self.cut:
            raise ConnectionRefusedError
        self.connection = await asyncpg.connect(self.url)
        return self.connection

    def break_off(self) -> None:
        self.cut = True
        if self.connection is not None:
            self.connection.terminate()


@asynccontextmanager
async def following(line: Line) -> AsyncIterator[Access]:
    access = Access(line.connect, line.told.extend)
    access.start()
    try:
        yield access
    finally:
        await access.close()


@pytest.fixture
async def line(database_url: str) -> Line:
    return Line(database_url)


@pytest.fixture
async def writer(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Another process that changes rights: it tells nobody."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def other(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The people whose session is read from the table from now on."""
    read: list[UUID] = []
    real = access_module.session_version

    async def session_version(person: UUID) -> int | None:
        read.append(person)
        return await real(person)

    monkeypatch.setattr(access_module, "session_version", session_version)
    return read


async def test_a_session_is_read_once_and_again_when_it_changed(
    town: People, line: Line, writer: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
):
    person, stranger = town.resident.person_id, town.desk.person_id
    read = counted(monkeypatch)
    async with following(line) as access:
        assert [await access.session_version(person) for _ in range(100)] == [0] * 100
        assert await access.session_version(stranger) == 0
        assert read == [person, stranger]
        await writer.execute(RAISE, person)
        await asyncio.wait_for(until(access, person, 1), FRESH_SECONDS)
        assert await access.session_version(stranger) == 0
        assert read == [person, stranger, person], "only who changed is read again"


async def until(access: Access, person: UUID, version: int) -> None:
    while await access.session_version(person) != version:
        await asyncio.sleep(0.01)


async def test_a_slow_transaction_hides_nobody_and_is_not_overlooked(
    town: People, line: Line, writer: "asyncpg.Connection[Any]", other: "asyncpg.Connection[Any]"
):
    """The number of a transaction is not the order of its commit: the first one commits last."""
    first, second = town.resident.person_id, town.desk.person_id
    async with following(line) as access:
        assert [await access.session_version(person) for person in (first, second)] == [0, 0]
        slow = writer.transaction()
        await slow.start()
        await writer.execute(RAISE, first)
        await other.execute(RAISE, second)
        await asyncio.wait_for(until(access, second, 1), FRESH_SECONDS)
        assert await access.session_version(first) == 0, "it is not committed"
        await slow.commit()
        await asyncio.wait_for(until(access, first, 1), FRESH_SECONDS)


async def test_a_session_that_changes_while_it_is_read_is_not_remembered(
    town: People, line: Line, writer: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
):
    person = town.resident.person_id
    async with following(line) as access:
        await access.fresh()
        real = access_module.session_version
        raised = False

        async def overtaken(reader: UUID) -> int | None:
            nonlocal raised
            version = await real(reader)
            if not raised:
                raised = True
                await writer.execute(RAISE, person)
                access.heard([person])
            return version

        monkeypatch.setattr(access_module, "session_version", overtaken)
        assert await access.session_version(person) == 1


async def test_what_is_known_does_not_serve_while_the_database_is_away(
    town: People, line: Line, writer: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(access_module, "WAIT_SECONDS", 0.2)
    person = town.resident.person_id
    async with following(line) as access:
        assert await access.session_version(person) == 0
        line.break_off()
        await eventually(lambda: access.age_seconds > FRESH_SECONDS)
        with pytest.raises(AccessUnknownError):
            await access.fresh(0.2)
        await writer.execute(RAISE, person)
        line.cut = False
        await access.fresh(5)
        assert await access.session_version(person) == 1, "nothing from before the outage is trusted"


async def test_all_processes_are_told_once_and_only_sooner(town: People, line: Line, writer: "asyncpg.Connection[Any]"):
    person = town.resident.person_id
    async with following(line) as access:
        await access.fresh()
        await writer.execute(RAISE, person)
        await eventually(lambda: person in line.told)
        with access.watch(person) as changed:
            access.heard([person])
            assert changed.is_set()
        with access.watch(town.desk.person_id) as changed:
            await writer.execute(RAISE, town.desk.person_id)
            access.hurry([town.desk.person_id])
            await asyncio.wait_for(changed.wait(), 5)
        before = access.age_seconds
        await eventually(lambda: access.age_seconds < before)
        await eventually(lambda: access.age_seconds > 0.2)
        assert line.told.count(town.desk.person_id) == 1, "what was heard is not told again"


async def stream_of(town: People, access: Access, allowed: Callable[[], Awaitable[object]], version: int | None = None):
    services = replace(town.services, access=access)
    context = Context(services, town.staff, "ja", "trace", remembers=False, session_version=version)
    return while_allowed(context, allowed, stream(services, town.id, town.store, None))


def staff_of(town: People) -> Callable[[], Awaitable[object]]:
    async def allowed() -> None:
        records = await rows(
            "select 1 from holder_access where holder_id = $1 and person_id = $2 and revoked_at is null",
            town.store,
            town.staff.person_id,
        )
        if not records:
            raise NotFoundError

    return allowed


async def opened(town: People, items: Any) -> "asyncio.Task[Any]":
    before = town.services.bus.subscribers
    first = asyncio.create_task(anext(items))
    await eventually(lambda: town.services.bus.subscribers == before + 1)
    return first


async def test_an_event_is_held_back_until_rights_are_known_again(town: People, line: Line):
    await town.charge(100)
    async with following(line) as access:
        items = await stream_of(town, access, staff_of(town))
        first = await opened(town, items)
        line.break_off()
        await eventually(lambda: access.age_seconds > FRESH_SECONDS)
        await town.pay(7)
        done, _ = await asyncio.wait({first}, timeout=0.5)
        assert not done
        line.cut = False
        assert (await asyncio.wait_for(first, 5)).amounts == [7]
        await items.aclose()


async def test_an_event_is_not_delivered_to_who_lost_the_right_meanwhile(town: People, line: Line):
    await town.charge(100)
    async with following(line) as access:
        items = await stream_of(town, access, staff_of(town))
        first = await opened(town, items)
        line.break_off()
        await eventually(lambda: access.age_seconds > FRESH_SECONDS)
        await town.pay(7)
        await withdraw_access(town.id, town.store, town.staff.person_id, Relation.STAFF, town.services.clock())
        line.cut = False
        with pytest.raises(NotFoundError):
            await asyncio.wait_for(first, 5)
    assert town.services.bus.subscribers == 0


async def test_a_stream_of_an_ended_session_ends(town: People, line: Line, writer: "asyncpg.Connection[Any]"):
    async with following(line) as access:
        first = await opened(town, await stream_of(town, access, staff_of(town), version=0))
        await writer.execute(RAISE, town.staff.person_id)
        with pytest.raises(UnauthenticatedError):
            await asyncio.wait_for(first, 2)


async def test_when_very_many_changed_everybody_looks_again(
    town: People, line: Line, writer: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.access.reads.MANY", 2)
    async with following(line) as access:
        await access.fresh()
        with access.watch(town.resident.person_id) as changed:
            changed.clear()
            others = [viewer.person_id for viewer in (town.desk, town.finance, town.auditor)]
            await writer.execute("update person set session_version = session_version + 1 where id = any ($1)", others)
            await asyncio.wait_for(changed.wait(), 2)
        assert line.told == []


@pytest.mark.parametrize("waiting", [True, False])
async def test_a_right_that_ended_is_told_though_it_changes_again(town: People, line: Line, waiting: bool):
    """The bus and then the poll tell of one change; who waits for an item, or for none yet, hears of the end once."""
    changed = asyncio.Event()

    async def ended() -> None:
        changed.set()
        raise NotFoundError

    async def silent() -> AsyncGenerator[Any, None]:
        await asyncio.Event().wait()
        yield None

    async with following(line) as access:
        context = Context(replace(town.services, access=access), town.staff, "ja", "trace", remembers=False)
        right = Right(context, ended, changed)
        watching = asyncio.create_task(right.watch())
        following_on = asyncio.create_task(right.next_of(silent())) if waiting else None
        await asyncio.sleep(0)
        changed.set()
        await watching
        with pytest.raises(NotFoundError):
            await asyncio.wait_for(following_on or right.next_of(silent()), 5)
