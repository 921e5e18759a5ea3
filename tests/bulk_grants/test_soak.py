"""A hundred thousand rows, with payments beside them, killed now and then: `make soak ARGS="-k hundred"`.

Prints seconds and memory.
"""

import asyncio
import resource
import time
from collections import Counter
from uuid import uuid4

import pytest

from tests.support.officers import Officers

ROWS = 100_000
SLOWEST_PAYMENT_SECONDS = 1.0


def memory() -> int:
    """The most that this process has had. MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024


class Payer:
    """Pays one unit again and again, and remembers how long each took."""

    def __init__(self, api: Officers) -> None:
        self._api = api
        self.took: list[float] = []

    async def go_on(self) -> None:
        while True:
            started = time.perf_counter()
            await self._api.town.pay(1, uuid4())
            self.took.append(time.perf_counter() - started)
            await asyncio.sleep(0.01)


@pytest.mark.soak
async def test_a_hundred_thousand_rows(api: Officers):
    programme = await api.points(100_000_000)
    thresholds = {"municipality": api.code, "single": 100_000, "file": 100_000_000}
    await api.ask(api.town.finance, "SetGrantThresholds", input=thresholds)
    await api.town.charge(50_000)
    wallets = [wallet for _ in range(10) for wallet in await api.residents(ROWS // 10)]
    upload = await api.upload(api.csv(wallets, 300))
    before = memory()
    started = time.perf_counter()
    check = (await api.check(upload, programme))["check"]
    assert (check["validCount"], check["totalAmount"]) == (ROWS, 300 * ROWS)
    checked = time.perf_counter()
    bulk = (await api.start(upload, programme))["bulkGrant"]["id"]
    begun = time.perf_counter()
    payer = Payer(api)
    paying = asyncio.create_task(payer.go_on())
    kills = 0
    while (await api.row_of(bulk)).state.name != "FINISHED":
        run = asyncio.create_task(api.run(bulk))
        done, _ = await asyncio.wait([run], timeout=20)
        kills += not done
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
    granted = time.perf_counter()
    paying.cancel()
    await asyncio.gather(paying, return_exceptions=True)
    assert Counter(await api.held_by(wallets)) == {300: ROWS}
    look = await api.look(bulk)
    assert (look["grantedCount"], look["grantedAmount"]) == (ROWS, 300 * ROWS)
    assert await api.left(programme) == 100_000_000 - 300 * ROWS
    await api.town.assert_sound()
    took = sorted(payer.took)
    print(
        f"\n{ROWS:,} rows: check {checked - started:.1f} s, start {begun - checked:.1f} s, grants {granted - begun:.1f} s"
        f" ({ROWS / (granted - begun):,.0f} a second, killed {kills} times); memory {before} -> {memory()} MiB;"
        f" {len(took)} payments beside: median {took[len(took) // 2] * 1000:.0f} ms, 99 % {took[len(took) * 99 // 100] * 1000:.0f} ms"
    )
    assert took[len(took) * 99 // 100] < SLOWEST_PAYMENT_SECONDS
    again = time.perf_counter()
    await api.undo(bulk)
    await api.run(bulk)
    print(f"undo {time.perf_counter() - again:.1f} s")
    assert set(await api.held_by(wallets)) == {0}
    assert await api.left(programme) == 100_000_000
    await api.town.assert_sound()
