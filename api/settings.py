"""Settings from the environment, read once at start and validated; a mistake ends the process with one clear line."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    keys_folder: Path | None = Field(default=None, description="folder of <kid>.pem: private keys of tokens, ES256, PKCS 8")
    personas_file: Path | None = Field(default=None, description="development only: the people of the demo towns")
    shop_code_guid: str = Field(default="jp.example.city.coin", max_length=32, description="the GUID of our shops' static codes")
    allowed_origins: tuple[str, ...] = Field(default=(), description="origins whose pages may open WebSockets, beside our own")
    pool_size: int = Field(default=10, ge=1, le=100)
    log_level: str = "info"

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"postgres", "postgresql"} or not urlsplit(value).path.strip("/"):
            message = "must be postgres://login@host:port/database"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _production(self) -> Self:
        if self.profile is Profile.PRODUCTION:
            if self.personas_file is not None:
                message = "MEGURU_PERSONAS_FILE is for development; production has no personas"
                raise ValueError(message)
            if self.keys_folder is None or not any(self.keys_folder.glob("*.pem")):
                message = "MEGURU_KEYS_FOLDER must name a folder with at least one <kid>.pem"
                raise ValueError(message)
            if any(self.keys_folder.glob("development-*.pem")):
                message = "MEGURU_KEYS_FOLDER holds a development key; production must have keys of its own"
                raise ValueError(message)
            if self.shop_code_guid.startswith("jp.example."):
                message = "MEGURU_SHOP_CODE_GUID is the placeholder; production must have its own"
                raise ValueError(message)
        return self

    @property
    def development(self) -> bool:
        """Whether personas, playground, introspection and fault rehearsal are there."""
        return self.profile is Profile.DEVELOPMENT


def read_settings() -> Settings:
    """The settings of this process; SettingsError with one line per mistake."""
    try:
        return Settings()  # type: ignore[call-arg] # from the environment
    except ValidationError as error:
        lines = [_line(found["loc"], found["msg"]) for found in error.errors()]
        raise SettingsError("\n".join(lines)) from None  # the values may be secrets


def _line(where: tuple[int | str, ...], what: str) -> str:
    name = "MEGURU_" + "_".join(map(str, where)).upper() if where else "settings"
    return f"{name}: {what.removeprefix('Value error, ')}"
