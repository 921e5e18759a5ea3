"""The composition root of the push process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from adapters.payment_provider import payment_provider
from domain import logs
from domain.compose import services
from domain.logins import check_login
from domain.services import Services
from domain.settings import ProcessSettings, settings_from_environment

SESSION = {"role": "meguru_relay", "application_name": "meguru-push"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The services, and a factory for the scheduler's own connection."""

    services: Services
    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Open the process's parts, and close them at the end. Raises SettingsError."""
    settings = settings_from_environment(ProcessSettings)
    logs.configure(settings.log_level)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        connection = await asyncpg.connect(settings.database_url, server_settings=SESSION, timeout=5)
        if not settings.development:
            await check_login(connection)
        return connection

    async with (
        payment_provider(settings.funding_url, settings.funding_key) as funding,
        services(
            settings.database_url,
            redis_url=settings.redis_url,
            store_code_guid="",
            pool_size=2,
            funding=funding,
            watches_clock=settings.clock_check,
        ) as live,
    ):
        yield Parts(live, connect)
