"""The composition root of the push process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import asyncpg
from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.payment_provider import payment_provider
from domain import logs
from domain.compose import services
from domain.logins import check_login
from domain.services import Services

DEVELOPMENT = "development"
SESSION = {"role": "meguru_relay", "application_name": "meguru-push"}


class Settings(BaseSettings):
    """Settings from the environment, each from `MEGURU_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="MEGURU_", extra="ignore", frozen=True)

    profile: str = "production"
    database_url: str
    redis_url: str | None = None
    funding_url: str | None = None
    funding_key: str = ""
    log_level: str = "info"
    clock_check: bool = True

    @model_validator(mode="after")
    def _production(self) -> Self:
        if self.profile != DEVELOPMENT and not self.clock_check:
            message = "MEGURU_CLOCK_CHECK: may be false in development only"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class Parts:
    """The services, and a factory for the scheduler's own connection."""

    services: Services
    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Open the process's parts, and close them at the end."""
    settings = Settings()  # type: ignore[call-arg] # from the environment
    logs.configure(settings.log_level)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        connection = await asyncpg.connect(settings.database_url, server_settings=SESSION, timeout=5)
        if settings.profile != DEVELOPMENT:
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
