"""A transaction that is cancelled anywhere gives its connection back."""

import asyncio
import random

import pytest

from domain.database import client, rows, transaction
from domain.services import Services
from tests.support.eventually import eventually

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
