"""The composition root of the API: settings in, the parts of one process out, and their end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from adapters.payment_provider import payment_provider
from api.keys import Keys, make_development_key
from api.metrics import Metrics
from api.rates import Rates
from api.settings import DEVELOPMENT_KEYS, Settings
from api.tokens import Tokens
from api.towns import Towns
from domain.compose import services
from domain.database import STATEMENT_SECONDS
from domain.events.turns import SUBSCRIBERS
from domain.logins import refuse_strong_login
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Process:
    """Everything that one API process works with."""

    settings: Settings
    services: Services
    tokens: Tokens
    metrics: Metrics
    rates: Rates
    towns: Towns


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[Process]:
    """One API process."""
    folder = settings.keys_folder or DEVELOPMENT_KEYS
    if settings.development:
        make_development_key(folder)
    else:
        with suppress(ConnectionError):  # the database is away: `meguru serve` had waited for it, and looked
            await refuse_strong_login(settings.database_url)
    metrics, towns = Metrics(), Towns()
    rates = Rates(settings, limited=metrics.rate_limited)
    async with (
        payment_provider(settings.funding_url, settings.funding_key) as funding,
        services(
            settings.database_url,
            redis_url=settings.redis_url,
            store_code_guid=settings.shop_code_guid,
            pool_size=settings.pool_size,
            statement_seconds=STATEMENT_SECONDS,
            bus_reconcile_seconds=settings.bus_reconcile_seconds,
            watches_clock=settings.clock_check,
            observer=metrics,
            funding=funding,
        ) as live,
    ):
        live.shared(SUBSCRIBERS).limit = settings.subscriptions_per_person
        live.living.keep("disk.watch", live.disk_watch.keep)
        live.living.keep("metrics.gauges", partial(metrics.keep, live))
        live.living.keep("metrics.towns", towns.keep)
        try:
            yield Process(settings, live, Tokens(Keys(folder), settings.longest_token_seconds), metrics, rates, towns)
        finally:
            await rates.close()
