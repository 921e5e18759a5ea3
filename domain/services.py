"""What the domain's verbs work with; one per process, made by its composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.assets.create import ChargeLots
from domain.assets.reads import Known
from domain.events.bus import Bus
from domain.identifiers import Uuid7
from domain.ledger.poster import Poster


@dataclass(frozen=True, slots=True)
class Services:
    """The ledger's poster, the bus, and one clock and one source of ids."""

    poster: Poster
    bus: Bus
    clock: Callable[[], datetime]
    ids: Uuid7
    shop_code_guid: str
    charge_lots: ChargeLots = field(default_factory=ChargeLots)
    assets: Known = field(default_factory=Known)


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)
