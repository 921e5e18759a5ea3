"""What municipal staff read of jobs: by the roles that a municipality has given, and failures by their kind."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from domain.jobs.kinds import JobFailure, failure_in
from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from tests.support.api import Api

TEXT = "ValueError: wallet wal_1 of 夕張市 is broken"


@pytest.fixture
async def failed(database_url: str) -> AsyncIterator[str]:
    """A job whose last run failed, as versions of before have written it."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(database_url)
    await connection.execute("insert into job (name, next_run_at, last_error) values ($1, now(), $2)", name, TEXT)
    yield name
    await connection.execute("delete from job where name = $1", name)
    await connection.close()


async def codes(api: Api, viewer: Viewer | None) -> list[str]:
    result = await execute("{ jobs { name lastError } }", {}, Context(api.services, viewer, "ja", "trace"), None)
    return [error.extensions["code"] for error in result.errors or ()]


async def test_a_role_in_the_token_alone_shows_no_jobs(api: Api, failed: str):
    town = api.town
    assert failed in [job["name"] for job in await api.ask(town.auditor, "Jobs")]
    assert await codes(api, replace(town.resident, roles=frozenset(Role))) == ["NOT_PERMITTED"]
    assert await codes(api, Viewer(uuid4(), frozenset(Role))) == ["NOT_PERMITTED"]
    assert await codes(api, None) == ["UNAUTHENTICATED"]


async def test_a_failure_is_told_by_its_kind(api: Api, failed: str):
    shown = {job["name"]: job["lastError"] for job in await api.ask(api.town.finance, "Jobs")}
    assert shown[failed] == "OTHER"
    assert failure_in("DRIFT") is JobFailure.DRIFT
    assert failure_in(None) is None
