"""Settings from the environment, read once at start and validated; a mistake ends the process with one clear line."""

import logging
import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableError

from api.keys import mistakes_of
from api.tokens import LONGEST_LIFE
from domain.events.bus import RECONCILE_SECONDS

MONTH_SECONDS = 31 * 86_400
DEVELOPMENT_KEYS = Path(".data/keys")
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes put their metrics together: the library's own variable, set before they start."""


class Profile(StrEnum):
    """Where the process runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(Exception):
    """Settings that no process can start with; the text says which and why."""


class Settings(BaseSettings):
    """Each from `MEGURU_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="MEGURU_", extra="ignore", frozen=True)

    profile: Profile = Profile.PRODUCTION
    database_url: str = Field(description="postgres://login@host:port/database of the server's login")
    redis_url: str | None = Field(default=None, description="redis://host:port/0; without it, one process serves alone")
    keys_folder: Path | None = Field(
        default=None, description="folder of <kid>.pem: private keys of tokens, ES256, PKCS 8"
    )
    longest_token_seconds: int = Field(
        default=LONGEST_LIFE, ge=60, le=MONTH_SECONDS, description="from issue to expiry; longer is refused"
    )
    personas_file: Path | None = Field(default=None, description="development only: the people of the demo towns")
    shop_code_guid: str = Field(
        default="jp.example.city.coin", max_length=32, description="the GUID of our shops' static codes"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="origins whose pages may use the API, beside our own"
    )
    funding_url: str | None = Field(
        default=None, description="https://host/path of the payment provider; without it no payment tops up"
    )
    funding_key: str = Field(default="", description="the key that the payment provider gave")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses or networks of our own proxies: whose X-Forwarded-For is believed"
    )
    connections_per_address: int = Field(default=200, ge=0, description="of one process; 0 for no limit")
    sockets_per_person: int = Field(default=20, ge=0, description="of one process; 0 for no limit")
    subscriptions_per_person: int = Field(default=100, ge=1, description="of one process")
    rate_limits: bool = Field(default=True, description="whether requests are counted by address, person and phone")
    requests_per_minute: int = Field(default=600, ge=1, description="of a person, and of each of their phones")
    requests_per_minute_of_address: int = Field(default=6_000, ge=1, description="many phones share one address")
    bus_reconcile_seconds: float = Field(
        default=RECONCILE_SECONDS, gt=0, le=3_600, description="how often live events are compared with the table"
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65_535, description="where `/metrics` is served, beside the port of the API"
    )
    pool_size: int = Field(default=10, ge=1, le=100)
    drain_seconds: float = Field(
        default=3.0, ge=0, le=60, description="how long a process serves on after SIGTERM, until nobody sends it more"
    )
    clock_check: bool = Field(
        default=True, description="whether to refuse while the clock differs from the database's; production must"
    )
    log_level: str = "info"

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: str) -> str:
        if not is_address(value, {"postgres", "postgresql"}) or not urlsplit(value).path.strip("/"):
            message = (
                "must be postgres://login@host:port/database; a password with / : @ or # is written with %2F %3A"
                " %40 %23"
            )
            raise ValueError(message)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not is_address(value, {"redis", "rediss"}):
            message = "must be redis://host:port/0"
            raise ValueError(message)
        return value

    @field_validator("funding_url")
    @classmethod
    def _funding(cls, value: str | None) -> str | None:
        if value is not None and not is_address(value, {"https", "http"}):
            message = "must be https://host/path"
            raise ValueError(message)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            try:
                ip_network(value, strict=False)
            except ValueError as error:
                message = f"{value!r} is no address and no network, such as 10.0.0.0/8"
                raise ValueError(message) from error
        return values

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in logging.getLevelNamesMapping():
            message = "must be debug, info, warning or error"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _production(self) -> Self:
        mistakes = list(self._mistakes()) if self.profile is Profile.PRODUCTION else []
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def _mistakes(self) -> Iterator[str]:
        if self.personas_file is not None:
            yield "MEGURU_PERSONAS_FILE: is for development; production has no personas"
        if not self.clock_check:
            yield "MEGURU_CLOCK_CHECK: may be false in development only; production dates receipts by its clock"
        if self.keys_folder is None or not any(self.keys_folder.glob("*.pem")):
            yield "MEGURU_KEYS_FOLDER: must name a folder with at least one <kid>.pem"
        else:
            yield from (f"MEGURU_KEYS_FOLDER: {mistake}" for mistake in mistakes_of(self.keys_folder))
        if self.funding_url is not None and (not self.funding_url.startswith("https:") or not self.funding_key):
            yield "MEGURU_FUNDING_URL: must be https in production, with MEGURU_FUNDING_KEY"
        if self.shop_code_guid.startswith("jp.example."):
            yield "MEGURU_SHOP_CODE_GUID: is the placeholder; production must have its own"

    @property
    def development(self) -> bool:
        """Whether personas, playground, introspection and fault rehearsal are there."""
        return self.profile is Profile.DEVELOPMENT


def is_address(value: str, schemes: set[str]) -> bool:
    """Whether a text is an address with a host, and a port that is a number if there is one."""
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def read_settings() -> Settings:
    """The settings of this process; SettingsError with one line per mistake."""
    try:
        return Settings()  # type: ignore[call-arg] # from the environment
    except ValidationError as error:
        lines = [line for mistake in error.errors() for line in _lines(mistake["loc"], mistake["msg"])]
    except UnreadableError as error:
        lines = [_unreadable(str(error))]
    raise SettingsError("\n".join(lines))  # without its cause: the values may be secrets


def _lines(where: tuple[int | str, ...], text: str) -> list[str]:
    said = text.removeprefix("Value error, ")
    return [f"MEGURU_{'_'.join(map(str, where)).upper()}: {said}"] if where else said.splitlines()


def _unreadable(said: str) -> str:
    field = re.search(r'field "(\w+)"', said)
    return f'MEGURU_{"" if field is None else field[1].upper()}: must be JSON, such as ["https://wallet.example.jp"]'
