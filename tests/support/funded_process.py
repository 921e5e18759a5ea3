"""`python -m tests.support.funded_process`: another process of the service, which does one thing and may be killed at a step of it.

Reads one line of JSON, connects, says `ready`, waits for a second line, and does it. Its last line is `done` or a refusal's code.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from domain.compose import services as open_services
from domain.jobs.schedule import settle_funding
from domain.payments.pay import Pay
from domain.payments.top_up import TopUp, pay_with_top_up
from domain.refusals import Refusal
from domain.services import Services, utc_now
from domain.viewer import Role, Viewer
from domain.vouchers.funded import purchase_with_funding
from domain.vouchers.purchase import Purchase
from tests.support.funded import LATER, PRICE, TOKEN, FundedTown, Steps, dying

ROOT = Path(__file__).resolve().parents[2]


class Kills(Steps):
    """Dies as a process does."""

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class OtherProcess:
    """The process as its starter sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self) -> str:
        """Lets it do its thing; what it said at the end, empty if it was killed."""
        said, _ = await self._process.communicate(b"go\n")
        if self._process.returncode == -signal.SIGKILL:
            return ""
        assert self._process.returncode == 0
        return said.decode().split()[-1]


@asynccontextmanager
async def other_process(database_url: str, town: FundedTown, verb: str, dies_at: int = 0):
    """A process that is connected and waits. `verb`: buys, pays or settles."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.funded_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    people = town.api.town
    order = {
        "database": database_url,
        "provider": town.provider.address,
        "verb": verb,
        "dies_at": dies_at,
        "municipality": people.id,
        "person": people.resident.person_id,
        "wallet": people.wallet,
        "store": people.store,
        "product": town.product,
        "source": town.source,
        "key": town.key,
    }
    try:
        process.stdin.write(orjson.dumps(order, default=str) + b"\n")
        assert (await process.stdout.readline()) == b"ready\n"
        yield OtherProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _buys(services: Services, order: dict[str, Any]) -> None:
    viewer = Viewer(UUID(order["person"]), frozenset({Role.RESIDENT}))
    purchase = Purchase(
        UUID(order["key"]), order["municipality"], UUID(order["wallet"]), UUID(order["product"]), units=1
    )
    await purchase_with_funding(services, viewer, purchase, TOKEN)


async def _pays(services: Services, order: dict[str, Any]) -> None:
    viewer = Viewer(UUID(order["person"]), frozenset({Role.RESIDENT}))
    payment = Pay(
        UUID(order["key"]),
        order["municipality"],
        UUID(order["wallet"]),
        UUID(order["store"]),
        PRICE,
        confirm_duplicate=True,
    )
    await pay_with_top_up(services, viewer, payment, TopUp(UUID(order["source"]), 50_000))


async def _settles(services: Services, _: dict[str, Any]) -> None:
    await settle_funding(services)


VERBS: dict[str, Callable[[Services, dict[str, Any]], Awaitable[None]]] = {
    "buys": _buys,
    "pays": _pays,
    "settles": _settles,
}


async def main() -> None:
    order = orjson.loads(sys.stdin.buffer.readline())
    late = order["verb"] == "settles"
    async with open_services(
        order["database"],
        redis_url=None,
        store_code_guid="",
        pool_size=2,
        clock=lambda: utc_now() + LATER if late else utc_now(),
        watches_clock=False,
    ) as services:
        process = dying(services, order["provider"], Kills(order["dies_at"]))
        print("ready", flush=True)
        sys.stdin.buffer.readline()
        try:
            await VERBS[order["verb"]](process, order)
        except Refusal as refusal:
            print(refusal.code, flush=True)
        else:
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
