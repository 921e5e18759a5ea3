"""The scheduler: each job at its time, a failure alone, and one leader."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from domain.database import Fault, classify
from domain.jobs import reads, schedule
from domain.jobs.kinds import DriftFoundError
from domain.jobs.schedule import JOBS, Job, audit_drift, lead, run_due
from domain.payments.hold import Authorize, authorize
from domain.services import Services
from push import __main__ as push
from push.compose import SESSION, Parts
from tests.support.clock import MovableClock
from tests.support.eventually import eventually
from tests.support.town import People

Connection = "asyncpg.Connection[asyncpg.Record]"
Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(autouse=True)
async def never_ran(services: Services, owner: Connection) -> AsyncIterator[None]:
    """No job has run yet, and afterwards none has either."""
    await owner.execute("delete from job")
    yield
    await owner.execute("delete from job")


@pytest.fixture
async def connect(database_url: str) -> AsyncIterator[Connect]:
    """Opens connections as the push process does."""
    opened = []

    async def another() -> Connection:
        opened.append(await asyncpg.connect(database_url, server_settings=SESSION))
        return opened[-1]

    yield another
    for connection in opened:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close()


@pytest.fixture
async def relay(connect: Connect) -> Connection:
    connection = await connect()
    assert await connection.fetchval("select current_user") == "meguru_relay"
    return connection


async def jobs() -> dict[str, reads.Job]:
    return {job.name: job for job in await reads.every()}


def recorded(monkeypatch: pytest.MonkeyPatch, *names: str, failing: str | None = None) -> list[str]:
    """Instead of the jobs, others of these names, one an hour; the list of those that ran."""
    ran: list[str] = []

    def job(name: str) -> Job:
        async def run(_: Services) -> int:
            ran.append(name)
            if name == failing:
                raise ValueError("it is broken")
            return 7

        return Job(name, timedelta(hours=1), run)

    monkeypatch.setattr(schedule, "JOBS", tuple(job(name) for name in names))
    return ran


async def test_each_job_runs_once_when_it_is_due_and_not_again_before_its_time(
    services: Services, relay: Connection, moved: MovableClock
):
    assert {"lapse_holds", "audit_drift"} <= {job.name for job in JOBS}
    before = services.clock()
    assert await run_due(services, relay) == len(JOBS)
    known = await jobs()
    assert set(known) == {job.name for job in JOBS}
    for job in JOBS:
        ran = known[job.name]
        assert before <= ran.last_started_at <= ran.last_finished_at <= services.clock()
        assert ran.next_run_at == ran.last_started_at + job.every
        assert ran.last_error is None
    assert await run_due(services, relay) == 0
    first = min(job.every for job in JOBS)
    moved.forward(first - timedelta(seconds=10))
    assert await run_due(services, relay) == 0
    assert await jobs() == known
    moved.forward(timedelta(seconds=20))
    due = {job.name for job in JOBS if job.every == first}
    assert await run_due(services, relay) == len(due) < len(JOBS)
    again = await jobs()
    assert {name for name in known if again[name] != known[name]} == due
    assert all(again[name].last_started_at >= known[name].next_run_at for name in due)
    assert await run_due(services, relay) == 0


async def test_after_a_long_pause_a_job_runs_once_and_not_for_each_time_it_missed(
    services: Services, relay: Connection, moved: MovableClock
):
    await run_due(services, relay)
    moved.forward(timedelta(hours=5))
    assert await run_due(services, relay) == len([job for job in JOBS if job.every <= timedelta(hours=5)]) > 0
    assert await run_due(services, relay) == 0
    lapse = (await jobs())["lapse_holds"]
    assert services.clock() < lapse.next_run_at <= services.clock() + MINUTE


async def test_a_job_that_fails_is_recorded_comes_again_and_stops_no_other(
    services: Services, relay: Connection, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    ran = recorded(monkeypatch, "first", "second", "third", failing="second")
    assert await run_due(services, relay) == 3
    assert ran == ["first", "second", "third"]
    known = await jobs()
    assert (known["second"].last_error, known["second"].rows_last) == ("OTHER", 0)
    assert known["second"].last_finished_at is not None
    assert known["second"].next_run_at == known["second"].last_started_at + timedelta(hours=1)
    for name in ("first", "third"):
        assert (known[name].last_error, known[name].rows_last) == (None, 7)
    assert await run_due(services, relay) == 0, "a failure is not tried again before its time"
    mended = recorded(monkeypatch, "first", "second", "third")
    moved.forward(timedelta(hours=1, seconds=1))
    assert await run_due(services, relay) == 3
    assert mended == ["first", "second", "third"]
    assert (await jobs())["second"].last_error is None


async def test_the_scheduler_removes_the_rows_of_jobs_that_are_no_more_as_it_starts(
    services: Services, relay: Connection, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    recorded(monkeypatch, "settle_top_ups", "stays", failing="settle_top_ups")
    await run_due(services, relay)
    before = await jobs()
    assert before["settle_top_ups"].last_error is not None
    recorded(monkeypatch, "stays", "new")
    stop = asyncio.Event()
    process = asyncio.create_task(push.work(Parts(services, connect), stop))
    await eventually(lambda: started(process, "new"))
    stop.set()
    await process
    known = await jobs()
    assert set(known) == {"stays", "new"}
    assert known["stays"] == before["stays"], "not due, and as it was"


async def started(process: "asyncio.Task[None]", job: str) -> bool:
    """Whether the process has started the job; its failure is raised."""
    if process.done():
        process.result()
    return job in await jobs()


async def test_a_job_that_was_ended_in_the_middle_is_still_due(
    services: Services, relay: Connection, monkeypatch: pytest.MonkeyPatch
):
    begun = asyncio.Event()

    async def hang(_: Services) -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(schedule, "JOBS", (Job("interrupted", timedelta(hours=1), hang),))
    task = asyncio.create_task(run_due(services, relay))
    await asyncio.wait_for(begun.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    ended = (await jobs())["interrupted"]
    assert ended.last_finished_at is None
    ran = recorded(monkeypatch, "interrupted")
    assert await run_due(services, relay) == 1
    assert ran == ["interrupted"]


async def test_of_two_connections_one_leads_and_the_other_once_the_first_ends(connect: Connect):
    first, second = await connect(), await connect()
    assert await lead(first)
    assert not await lead(second)
    await first.close()
    await eventually(lambda: lead(second))
    assert not await lead(await connect())


async def test_of_two_push_processes_one_runs_the_jobs_and_the_other_when_its_connection_is_cut(
    services: Services, connect: Connect, owner: Connection, monkeypatch: pytest.MonkeyPatch
):
    runs: list[int] = []
    pids: dict[int, str] = {}

    async def run_due(_: Services, connection: Connection) -> int:
        await connection.execute("select 1")
        runs.append(connection.get_server_pid())
        return 0

    async def process(name: str) -> None:
        async def named() -> Connection:
            connection = await connect()
            pids[connection.get_server_pid()] = name
            return connection

        await push.work(Parts(services, named), asyncio.Event())

    monkeypatch.setattr(push, "run_due", run_due)
    monkeypatch.setattr(push, "TICK_SECONDS", 0.005)
    tasks = {name: asyncio.create_task(process(name)) for name in ("one", "other")}
    await eventually(lambda: len(pids) == 2 and len(runs) > 20)
    assert len(set(runs)) == 1, "one of them runs everything"
    leader = runs[0]
    await owner.execute("select pg_terminate_backend($1)", leader)
    await eventually(lambda: runs[-1] != leader)
    assert pids[runs[-1]] != pids[leader]
    [ended] = await asyncio.gather(tasks[pids[leader]], return_exceptions=True)
    assert isinstance(ended, Exception)
    assert classify(ended) is Fault.UNAVAILABLE, f"main opens another connection after these, not after {ended!r}"
    tasks[pids[runs[-1]]].cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


async def test_the_lapse_job_releases_a_hold_whose_time_is_over(
    town: People, relay: Connection, owner: Connection, moved: MovableClock
):
    await town.charge(1_000)
    over, still = uuid4(), uuid4()
    for hold, seconds in ((over, 30), (still, 3_000)):
        ends = town.services.clock() + timedelta(seconds=seconds)
        authorization = Authorize(
            key=uuid4(),
            id=hold,
            municipality=town.id,
            wallet_id=town.wallet,
            store_id=town.store,
            amount=300,
            expires_at=ends,
        )
        await authorize(town.services, town.resident, authorization)
    states = "select id, state from hold where municipality_id = $1"
    await run_due(town.services, relay)
    assert dict(await owner.fetch(states, town.id)) == {over: 0, still: 0}
    moved.forward(MINUTE + timedelta(seconds=1))
    assert await run_due(town.services, relay) >= 1
    lapsed = dict(await owner.fetch(states, town.id))
    assert lapsed[over] != 0
    assert lapsed[still] == 0
    job = (await jobs())["lapse_holds"]
    assert job.rows_last >= 1
    assert job.last_error is None
    assert await town.available() == 700
    await town.assert_sound()


async def test_the_audit_calls_somebody_when_a_balance_was_tampered_with(
    town: People, relay: Connection, owner: Connection, moved: MovableClock
):
    await town.charge(100)
    tamper = "update account set posted = posted + $2 where municipality_id = $1 and kind = 1"
    assert await audit_drift(town.services) == 0
    await owner.execute(tamper, town.id, 1)
    try:
        with pytest.raises(DriftFoundError, match="account_balance"):
            await audit_drift(town.services)
        assert await run_due(town.services, relay) == len(JOBS)
        known = await jobs()
        assert known["audit_drift"].last_error == "DRIFT"
        assert known["lapse_holds"].last_error is None
    finally:
        await owner.execute(tamper, town.id, -1)
    moved.forward(timedelta(hours=24, seconds=1))
    await run_due(town.services, relay)
    assert (await jobs())["audit_drift"].last_error is None
    await town.assert_sound()
