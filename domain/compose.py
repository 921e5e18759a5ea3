"""The domain's services on a live database, for the composition root of each process.

The roots read the environment; this module does not.
"""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise import Tortoise

from domain.access.access import Access
from domain.background import Living
from domain.clock_watch import ClockWatch
from domain.disk_watch import DiskWatch
from domain.events.bus import RECONCILE_SECONDS, Bus
from domain.identifiers import Uuid7
from domain.ledger.batch import Sources
from domain.ledger.ledger import Ledger
from domain.ledger.poster import SESSION, Observer, Poster
from domain.ports import Provider
from domain.services import Services, utc_now

ACCESS_SESSION = {"role": "meguru_app", "application_name": "meguru-access", "jit": "off"}
CONNECT_SECONDS = 5
MODELS = [
    "domain.approvals.tables",
    "domain.assets.tables",
    "domain.coupons.tables",
    "domain.stores.tables",
    "domain.municipalities.tables",
    "domain.points.tables",
    "domain.programmes.tables",
    "domain.residents.tables",
    "domain.vouchers.tables",
]


def tortoise_config(
    database_url: str, role: str | None, pool_size: int, statement_seconds: float | None = None
) -> dict[str, Any]:
    """Return Tortoise's configuration for a database; its connections take the PostgreSQL role `role`.

    statement_seconds: how long a statement may take; None: as long as it needs.
    """
    url = urlsplit(database_url)
    credentials = {
        "host": url.hostname,
        "port": url.port or 5432,
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "database": url.path.strip("/"),
        "minsize": 1,
        "maxsize": pool_size,
        "command_timeout": statement_seconds,
        "timeout": CONNECT_SECONDS,
        "server_settings": {"application_name": "meguru", "jit": "off", **({"role": role} if role else {})},
    }
    return {
        "connections": {"default": {"engine": "domain.database", "credentials": credentials}},
        "apps": {"meguru": {"models": MODELS, "migrations": "migrations", "default_connection": "default"}},
        "use_tz": True,
    }


@asynccontextmanager
async def services(
    database_url: str,
    *,
    redis_url: str | None,
    store_code_guid: str,
    pool_size: int = 10,
    statement_seconds: float | None = None,
    bus_reconcile_seconds: float = RECONCILE_SECONDS,
    observer: Observer | None = None,
    clock: Callable[[], datetime] = utc_now,
    watches_clock: bool = True,
    funding: Provider | None = None,
) -> AsyncIterator[Services]:
    """Open the services, all on one clock, and close them in order at the end.

    watches_clock: whether that clock raises WrongClockError while it differs from the database's. False is for clocks
    that are moved on purpose.
    """
    config = tortoise_config(database_url, "meguru_app", pool_size, statement_seconds)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    ids = Uuid7(lambda: time.time_ns() // 1_000_000, secrets.randbits)
    living = Living()
    bus = Bus(redis_url, living, reconcile_seconds=bus_reconcile_seconds)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(database_url, server_settings=SESSION, timeout=CONNECT_SECONDS)

    async def follow() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(database_url, server_settings=ACCESS_SESSION, timeout=CONNECT_SECONDS)

    access = Access(follow, bus.publish_access, living)
    bus.on_access = access.heard
    watch = ClockWatch(clock) if watches_clock else None
    if watch is not None:
        clock = watch.now
        await watch.try_to_measure()
        living.keep("clock.watch", watch.keep)
    disk_watch = DiskWatch()
    poster = Poster(connect, Sources(clock, ids, secrets.randbits), bus.publish, observer, disk_watch.saw)
    await bus.start()
    access.start()
    opened = Services(
        ledger=Ledger(poster),
        bus=bus,
        access=access,
        clock=clock,
        ids=ids,
        store_code_guid=store_code_guid,
        funding=funding,
        living=living,
        clock_watch=watch,
        disk_watch=disk_watch,
    )
    try:
        yield opened
    finally:
        await opened.background.close()
        await living.close()
        await poster.close()
        await access.close()
        await bus.close()
        await Tortoise.close_connections()
