"""The services that the domain's verbs use; one set per process, created by its composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from domain.access.access import Access
from domain.background import Background, Living
from domain.clock_watch import ClockWatch
from domain.disk_watch import DiskWatch
from domain.events.bus import Bus
from domain.identifiers import Uuid7
from domain.ledger.ledger import Ledger
from domain.ports import Provider
from domain.shared import Shared

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The ledger, the bus, sessions and rights, the clock, the source of ids, and what rooms share in the process."""

    ledger: Ledger
    bus: Bus
    access: Access
    clock: Callable[[], datetime]
    ids: Uuid7
    store_code_guid: str
    funding: Provider | None = None
    background: Background = field(default_factory=Background)
    living: Living = field(default_factory=Living)
    clock_watch: ClockWatch | None = None
    """None where the clock is moved on purpose, as tests do."""
    disk_watch: DiskWatch = field(default_factory=DiskWatch)
    objects: dict[Shared[Any], Any] = field(default_factory=dict)

    def shared(self, declaration: Shared[T]) -> T:
        """Return the process's instance of a shared object, such as the cache of assets; created on first use."""
        known: T | None = self.objects.get(declaration)
        if known is None:
            known = self.objects[declaration] = declaration.make()
        return known


def utc_now() -> datetime:
    """Return the current time of the system clock, in UTC."""
    return datetime.now(UTC)
