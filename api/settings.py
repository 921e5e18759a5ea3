"""Settings of the API from the environment, read once at start and validated; a mistake ends it with one clear line."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, field_validator

from api.keys import mistakes_of
from api.tokens import LONGEST_LIFE
from domain.events.bus import RECONCILE_SECONDS
from domain.settings import ProcessSettings, settings_from_environment

MONTH_SECONDS = 31 * 86_400
DEVELOPMENT_KEYS = Path(".data/keys")
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes put their metrics together: the library's own variable, set before they start."""


class Settings(ProcessSettings):
    """Each from `MEGURU_<NAME>`."""

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
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses or networks of our own proxies: whose X-Forwarded-For is believed"
    )
    connections_per_address: int = Field(default=200, ge=0, description="of one process; 0 for no limit")
    sockets_per_person: int = Field(default=20, ge=0, description="of one process; 0 for no limit")
    subscriptions_per_person: int = Field(default=100, ge=1, description="of one process")
    rate_limits: bool = Field(default=True, description="whether requests are counted by address, person and phone")
    requests_per_minute: int = Field(default=600, ge=1, description="of a person, and of a phone with all who use it")
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

    def production_mistakes(self) -> Iterator[str]:
        """Yield a line for each setting that production refuses."""
        yield from super().production_mistakes()
        if self.personas_file is not None:
            yield "MEGURU_PERSONAS_FILE: is for development; production has no personas"
        if self.keys_folder is None or not any(self.keys_folder.glob("*.pem")):
            yield "MEGURU_KEYS_FOLDER: must name a folder with at least one <kid>.pem"
        else:
            yield from (f"MEGURU_KEYS_FOLDER: {mistake}" for mistake in mistakes_of(self.keys_folder))
        if self.shop_code_guid.startswith("jp.example."):
            yield "MEGURU_SHOP_CODE_GUID: is the placeholder; production must have its own"


def read_settings() -> Settings:
    """The settings of this process; SettingsError with one line per mistake."""
    return settings_from_environment(Settings)
