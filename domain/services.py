"""What the domain's verbs work with; one per process, made by its composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from domain.background import Background
from domain.events.bus import Bus
from domain.identifiers import Uuid7
from domain.ledger.ledger import Ledger
from domain.ports import Provider
from domain.shared import Shared

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The ledger, the bus, one clock, one source of ids, and what the rooms keep in this process."""

    ledger: Ledger
    bus: Bus
    clock: Callable[[], datetime]
    ids: Uuid7
    shop_code_guid: str
    funding: Provider | None = None
    background: Background = field(default_factory=Background)
    objects: dict[Shared[Any], Any] = field(default_factory=dict)

    def shared(self, declaration: Shared[T]) -> T:
        """What this process keeps for a declaration of a room, such as its cache of assets; made at the first use."""
        known: T | None = self.objects.get(declaration)
        if known is None:
            known = self.objects[declaration] = declaration.make()
        return known


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)
