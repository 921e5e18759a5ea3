"""What only asks leaves no trace: no row of any table is there after a query that was not there before."""

from datetime import timedelta

import asyncpg
import pytest

from tests.hostile.probes import PROBES
from tests.hostile.walk import ask, fields, state_of
from tests.hostile.world import World, askers
from tests.support.clock import MovableClock


@pytest.mark.parametrize("name", sorted(name for name, (kind, _) in fields().items() if kind == "query"))
async def test_a_query_leaves_no_row(
    world: World, elsewhere: World, owner: asyncpg.Connection, moved: MovableClock, name: str
):
    """On a day on which nothing was issued yet, so that no lot of the day is there."""
    probe = PROBES[name]
    arguments = await probe.arguments(world)
    moved.forward(timedelta(days=1))
    lots = "select count(*) from lot where municipality_id = $1"
    before = await state_of(world.id, owner), await owner.fetchval(lots, world.id)
    await ask(world.services, (await askers(world, elsewhere))[probe.asks], name, arguments)
    assert (await state_of(world.id, owner), await owner.fetchval(lots, world.id)) == before
