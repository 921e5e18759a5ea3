"""Real PostgreSQL and real Valkey for every worker; one template database, a clone for the tests, a fresh town for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from hypothesis import Phase, settings
from tortoise import Tortoise

from api.migrate import migrate
from domain.compose import services as open_services
from domain.services import Services
from mocks.embedded import postgres, valkey
from mocks.payment_provider import PaymentProvider
from tests.support.clock import MovableClock
from tests.support.town import People, new_town

if TYPE_CHECKING:
    from tests.support.api import Api

GUID = "jp.example.city.coin"
# Mutants are killed by any failure: the same examples for each, and no search for the smallest.
settings.register_profile(
    "mutants", derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate]
)

NEVER_SECONDS = 3_600
"""Longer than any test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that ask for the database. Where mutants are tried, the quick ones are asked first."""
    for item in items:
        if "server_address" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
    if "MEGURU_TEST_TEMPLATE" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("database") is not None)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="meguru-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_address(scratch: Path) -> Iterator[str]:
    """postgres://login@host:port of a server on which databases may be made: the embedded one, or MEGURU_TEST_DATABASE_URL's."""
    address = os.environ.get("MEGURU_TEST_DATABASE_URL")
    if address is not None:
        yield address.rstrip("/")
        return
    server = postgres.start(scratch / "postgres", durable=False)
    yield server.url("").rstrip("/")
    server.stop()


@pytest.fixture(scope="session")
def template(server_address: str) -> str:
    """The name of a migrated database that is only copied: a new one, or MEGURU_TEST_TEMPLATE."""
    ready = os.environ.get("MEGURU_TEST_TEMPLATE")
    if ready is not None:
        return ready

    async def make() -> str:
        name = f"meguru_template_{os.getpid()}"
        await recreate(server_address, name)
        await migrate(f"{server_address}/{name}")
        return name

    return asyncio.run(make())


async def recreate(server_address: str, name: str, template: str | None = None) -> None:
    connection = await asyncpg.connect(f"{server_address}/postgres")
    await connection.execute(f"drop database if exists {name} with (force)")
    await connection.execute(f"create database {name}" + (f" template {template}" if template else ""))
    await connection.close()


@pytest.fixture(scope="session")
def database_url(server_address: str, template: str) -> str:
    name = f"meguru_tests_{os.getpid()}"
    asyncio.run(recreate(server_address, name, template))
    return f"{server_address}/{name}"


@pytest.fixture(scope="session")
def redis(scratch: Path) -> Iterator[valkey.Valkey]:
    server = valkey.start(scratch / "valkey")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(autouse=True)
def clock_is_put_back(clock: MovableClock) -> Iterator[None]:
    """Whatever a test asked of the clock of all tests ends with it."""
    before = clock.shift
    yield
    clock.shift = before


@pytest.fixture
def moved(clock: MovableClock) -> Iterator[MovableClock]:
    """The session's clock, put back afterwards."""
    before = clock.shift
    yield clock
    clock.shift = before


@pytest.fixture(scope="session")
async def services(database_url: str, clock: MovableClock) -> AsyncIterator[Services]:
    """The domain's services of one process, without Redis.

    What is heard live is what was published: the bus does not look into the table by itself.
    """
    async with open_services(
        database_url,
        redis_url=None,
        store_code_guid=GUID,
        clock=clock,
        watches_clock=False,
        bus_reconcile_seconds=NEVER_SECONDS,
    ) as live:
        yield live
    await Tortoise.close_connections()


@pytest.fixture
async def town(services: Services) -> People:
    """A fresh town: nothing of another test is in it."""
    return await new_town(services)


@pytest.fixture
async def provider() -> AsyncIterator[PaymentProvider]:
    """A payment provider that answers over HTTP."""
    async with PaymentProvider().serving() as serving:
        yield serving


@pytest.fixture
async def api(town: People) -> "Api":
    """The town at its apps. Folders with more to ask have their own."""
    from tests.support.api import Api  # the whole contract: only for who asks it

    return Api(town)
