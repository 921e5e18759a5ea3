"""What every command of `meguru` needs: the settings, the services, and how it fails."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import NoReturn

import typer

from api.settings import Settings, read_settings
from domain import logs
from domain.compose import services
from domain.services import Services
from domain.settings import SettingsError

READY_SECONDS = 30.0


class MistakeError(Exception):
    """A mistake of the caller, found when the services are open; its text is one line that says what to do."""


def run_or_fail(work: Coroutine[None, None, None]) -> None:
    """Run a command to its end, close what it opened, and fail for a mistake of the caller."""
    try:
        asyncio.run(work)
    except MistakeError as mistake:
        fail(str(mistake))


def fail(line: str) -> NoReturn:
    """End with exit code 2 and one line that says what to do."""
    typer.echo(line, err=True)
    sys.exit(2)


def settings_or_fail() -> Settings:
    """The settings of the environment."""
    try:
        return read_settings()
    except SettingsError as error:
        fail(str(error))


@asynccontextmanager
async def services_of_settings() -> AsyncIterator[Services]:
    """The domain's services for a command that ends soon. Logs go to standard error: standard output is its answer."""
    settings = settings_or_fail()
    logs.configure(settings.log_level)
    async with services(
        settings.database_url,
        redis_url=None,
        store_code_guid=settings.shop_code_guid,
        pool_size=2,
        watches_clock=settings.clock_check,
    ) as opened:
        # A command that ended while a connection was still being opened would leave a traceback behind its one line.
        await opened.access.fresh(READY_SECONDS)
        yield opened
