"""Money from outside while the database is lost: what was posted is never answered as if nothing had moved."""

from dataclasses import replace

import asyncpg
import pytest

from domain.database import rows
from domain.ledger.kinds import JournalKind
from domain.ledger.request import Posted
from domain.refusals import OutcomeUnknownError
from tests.support.clock import MovableClock
from tests.support.funded import LATER, FundedTown
from tests.support.wire import Cut, wired_services


async def test_a_payment_that_is_busy_after_its_top_up_has_moved_is_not_busy(
    funded: FundedTown, database_url: str, moved: MovableClock, monkeypatch
):
    monkeypatch.setattr("domain.ledger.poster.PATIENCE_SECONDS", 0.5)
    town, blocker = funded.api.town, await asyncpg.connect(database_url)
    async with blocker.transaction():
        await blocker.execute(
            "select from holder where municipality_id = $1 and id = $2 for update", town.id, town.store
        )
        with pytest.raises(OutcomeUnknownError):
            await funded.pays(funded.services())
    await blocker.close()
    kinds = await rows(
        "select kind from journal where municipality_id = $1 and kind = any ($2::smallint[])",
        town.id,
        [JournalKind.CHARGE, JournalKind.PAYMENT],
    )
    assert [row["kind"] for row in kinds] == [JournalKind.CHARGE], "the charge, and no payment"
    assert isinstance(await funded.pays(funded.services()), Posted)
    moved.forward(LATER)
    await funded.assert_even()


async def test_a_payment_is_answered_even_if_the_ledger_is_lost_behind_it(
    funded: FundedTown, database_url: str, moved: MovableClock, monkeypatch
):
    """Charge and payment are committed; then the ledger is gone, and the job captures later."""
    monkeypatch.setattr("domain.ledger.poster.PATIENCE_SECONDS", 0.5)
    own = funded.services()
    async with wired_services(own, database_url) as (wire, _, services):
        wire.cuts = [Cut.NEVER, Cut.NEVER, Cut.BEFORE_COMMIT]

        def gone() -> None:
            wire.down = True

        wire.committed = gone
        posted = await funded.pays(replace(services, funding=own.funding))
        assert isinstance(posted, Posted)
        assert wire.down
    assert await funded.open() == 1
    moved.forward(LATER)
    await funded.settle(own)
    await funded.assert_even()
