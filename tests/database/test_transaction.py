"""A transaction that is cancelled anywhere gives its connection back."""

import asyncio
import random

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connections

from domain.compose import tortoise_config
from domain.database import CommitLostError, client, rows, transaction
from domain.services import Services
from schema.core.errors import outage_of
from tests.support.eventually import eventually
from tests.support.wire import Cut, wired

SEED = 20_261_124
OPEN = "select count(*) as n from pg_stat_activity where datname = current_database() and usename = current_user and state like 'idle in transaction%'"


@pytest.mark.parametrize("times", [100, pytest.param(1_000, marks=pytest.mark.soak)])
async def test_cancelled_at_random_points_the_pool_stays_whole(services: Services, times: int):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    await rows("select 1")
    ended = {"cancelled": 0, "done": 0}

    async def work() -> None:
        async with transaction():
            await rows("select pg_sleep(0.002)")
            await rows("select 1")

    for _ in range(times):
        task = asyncio.create_task(work())
        await asyncio.wait([task], timeout=chance.uniform(0, 0.008))
        task.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
        assert result is None or isinstance(result, asyncio.CancelledError), result
        ended["done" if result is None else "cancelled"] += 1
    assert min(ended.values()) > 0, ended
    pool = client()._pool
    assert pool is not None
    await eventually(lambda: pool.get_idle_size() == pool.get_size())
    assert (await rows(OPEN))[0]["n"] == 0
    outcomes = await asyncio.gather(
        *[rows("select pg_sleep(0.01), $1::int as n", number) for number in range(pool.get_max_size())]
    )
    assert [line[0]["n"] for line in outcomes] == list(range(pool.get_max_size()))


@pytest.mark.parametrize(("cut", "kept"), [(Cut.AFTER_COMMIT, 1), (Cut.BEFORE_COMMIT, 0)])
async def test_a_lost_commit_is_told_from_one_that_was_refused(
    services: Services, database_url: str, cut: Cut, kept: int
):
    """Whoever writes outside of the ledger hears OUTCOME_UNKNOWN too, and never that nothing was written."""
    _ = services
    owner = await asyncpg.connect(database_url)
    await owner.execute("drop table if exists written")
    await owner.execute("create table written (id int unique deferrable initially deferred)")
    await owner.execute("grant all on written to public")
    async with wired(database_url) as (wire, address):
        credentials = tortoise_config(address, None, 1)["connections"]["default"]["credentials"]
        other = AsyncpgDBClient(**credentials, connection_name="default")
        token = get_connections().set("default", other)
        try:
            wire.cuts = [cut]
            with pytest.raises(CommitLostError) as lost:
                async with transaction():
                    await rows("insert into written values (1) returning id")
            refusal = outage_of(lost.value)
            assert refusal is not None
            assert refusal.code == "OUTCOME_UNKNOWN"
            assert await owner.fetchval("select count(*) from written") == kept
            with pytest.raises(asyncpg.UniqueViolationError):  # at COMMIT, and the server says so
                async with transaction():
                    await rows("insert into written values (2), (2) returning id")
        finally:
            get_connections().reset(token)
            await other.close()
    await owner.execute("drop table written")
    await owner.close()
