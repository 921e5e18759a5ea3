"""Settings that every process has, from the environment, and how any settings are read: a mistake ends the process."""

import logging
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableError


class Profile(StrEnum):
    """Where the process runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(Exception):
    """Settings that no process can start with; the text says which and why."""


class ProcessSettings(BaseSettings):
    """Each from `MEGURU_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="MEGURU_", extra="ignore", frozen=True)

    profile: Profile = Profile.PRODUCTION
    database_url: str = Field(description="postgres://login@host:port/database of the server's login")
    redis_url: str | None = Field(default=None, description="redis://host:port/0; without it, one process serves alone")
    funding_url: str | None = Field(
        default=None, description="https://host/path of the payment provider; without it no payment tops up"
    )
    funding_key: str = Field(default="", description="the key that the payment provider gave")
    clock_check: bool = Field(
        default=True, description="whether to refuse while the clock differs from the database's; production must"
    )
    log_level: str = "info"

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: str) -> str:
        if not _is_address(value, {"postgres", "postgresql"}) or not urlsplit(value).path.strip("/"):
            message = (
                "must be postgres://login@host:port/database; a password with / : @ or # is written with %2F %3A"
                " %40 %23"
            )
            raise ValueError(message)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value, {"redis", "rediss"}):
            message = "must be redis://host:port/0"
            raise ValueError(message)
        return value

    @field_validator("funding_url")
    @classmethod
    def _funding(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value, {"https", "http"}):
            message = "must be https://host/path"
            raise ValueError(message)
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in logging.getLevelNamesMapping():
            message = "must be debug, info, warning or error"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _production(self) -> Self:
        mistakes = [] if self.development else list(self.production_mistakes())
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def production_mistakes(self) -> Iterator[str]:
        """Yield a line for each setting that production refuses."""
        if not self.clock_check:
            yield "MEGURU_CLOCK_CHECK: may be false in development only; production dates receipts by its clock"
        if self.funding_url is not None and (not self.funding_url.startswith("https:") or not self.funding_key):
            yield "MEGURU_FUNDING_URL: must be https in production, with MEGURU_FUNDING_KEY"

    @property
    def development(self) -> bool:
        """Whether personas, playground, introspection and fault rehearsal are there."""
        return self.profile is Profile.DEVELOPMENT


S = TypeVar("S", bound=ProcessSettings)


def settings_from_environment(kind: type[S]) -> S:
    """Return the settings of this process; raise SettingsError with one line per mistake, none of which has a value."""
    try:
        return kind()  # type: ignore[call-arg] # from the environment
    except ValidationError as error:
        lines = [line for mistake in error.errors() for line in _lines(mistake["loc"], mistake["msg"])]
    except UnreadableError as error:
        lines = [_unreadable(str(error))]
    raise SettingsError("\n".join(lines))  # without its cause: the values may be secrets


def _is_address(value: str, schemes: set[str]) -> bool:
    """Whether a text is an address with a host, and a port that is a number if there is one."""
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _lines(where: tuple[int | str, ...], text: str) -> list[str]:
    said = text.removeprefix("Value error, ")
    return [f"MEGURU_{'_'.join(map(str, where)).upper()}: {said}"] if where else said.splitlines()


def _unreadable(said: str) -> str:
    field = re.search(r'field "(\w+)"', said)
    return f'MEGURU_{"" if field is None else field[1].upper()}: must be JSON, such as ["https://wallet.example.jp"]'
