"""Metrics for Prometheus: what is asked, what settles, how the batches and the bus are doing.

Of several server processes each writes its figures into a folder, and whichever answers tells the sums.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from api.settings import METRICS_FOLDER
from domain import logs
from domain.database import pool_state
from domain.ledger.decide import Decision
from domain.ledger.request import Posted, Request
from domain.refusals import Refusal
from domain.services import Services

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 4, 8, 16, 32, 64)
GAUGES_SECONDS = 1.0


class Metrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._folder = os.environ.get(METRICS_FOLDER)
        if self._folder is not None:
            forget_the_dead(Path(self._folder))
        self._requests = Counter(
            "meguru_requests",
            "Operations by first root field and how they ended.",
            ["field", "ended", "municipality"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "meguru_request_seconds",
            "Time from request to answer.",
            ["field", "municipality"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._interpreted = Counter(
            "meguru_interpreted",
            "Operations that the ordinary executor answered, which the compiled engine did not take.",
            ["field", "municipality"],
            registry=self.registry,
        )
        self._rate_limited = Counter(
            "meguru_rate_limited",
            "Requests that were answered RATE_LIMITED, by what they were counted of.",
            ["by"],
            registry=self.registry,
        )
        self._journals = Counter(
            "meguru_journals",
            "Requests that the ledger decided.",
            ["municipality", "operation", "decision"],
            registry=self.registry,
        )
        self._sizes = Histogram("meguru_batch_size", "Requests in a batch.", buckets=SIZES, registry=self.registry)
        self._statements = Counter("meguru_batch_statements", "Statements of all batches.", registry=self.registry)
        self._commit = Histogram(
            "meguru_batch_seconds", "Time from lock to commit.", buckets=SECONDS, registry=self.registry
        )
        self._waiting = self._gauge("ledger_waiting", "Requests that wait for a batch.")
        self._subscribers = self._gauge("subscribers", "Live subscriptions.")
        self._bus = self._gauge("bus_connected", "1 while the bus is connected, in every process.", mode="livemin")
        self._bus_lost = self._gauge(
            "bus_messages_lost", "Messages that the bus did not take; subscribers read them from the table."
        )
        self._bus_lag = self._gauge(
            "bus_lag_seconds", "How long the newest message of the bus was on its way.", mode="livemax"
        )
        self._pool = self._gauge("pool_connections", "Connections of the pool to the database.", "state")
        self._log_lost = self._gauge(
            "log_lines_lost", "Lines of the log that were not written: the stream was full, closed or too slow."
        )
        self._clock_difference = self._gauge(
            "clock_difference_seconds", "How far the clock and the database's are apart.", mode="livemax"
        )
        self._restarts = self._gauge(
            "task_restarts", "How often a task that must live has ended and was started again.", "task"
        )

    def _gauge(
        self, name: str, documentation: str, *labels: str, mode: Literal["livesum", "livemin", "livemax"] = "livesum"
    ) -> Gauge:
        """A figure of the moment; `mode`: how those of several processes become one."""
        return Gauge(f"meguru_{name}", documentation, labels, multiprocess_mode=mode, registry=self.registry)

    def answered(self, field: str, ended: str, municipality: str, seconds: float, *, interpreted: bool = False) -> None:
        """One operation. `ended`: ok, refused, error, gone (who asked). interpreted: by the ordinary executor.

        municipality: the number of the town that it names, none or several.
        """
        self._requests.labels(field, ended, municipality).inc()
        if interpreted:
            self._interpreted.labels(field, municipality).inc()
        self._seconds.labels(field, municipality).observe(seconds)

    def rate_limited(self, by: str) -> None:
        """One request too many, of an address or of a person and their phone."""
        self._rate_limited.labels(by).inc()

    def committed(
        self, requests: Sequence[Request], decisions: Sequence[Decision], statements: int, seconds: float
    ) -> None:
        """One batch of the ledger."""
        self._sizes.observe(len(requests))
        self._statements.inc(statements)
        self._commit.observe(seconds)
        for request, decision in zip(requests, decisions, strict=True):
            self._journals.labels(str(request.municipality), request.operation.name, _name(decision)).inc()

    async def keep(self, services: Services) -> None:
        """Sets the gauges again and again, until cancelled."""
        while True:
            self._waiting.set(services.ledger.depth)
            self._subscribers.set(services.bus.subscribers)
            self._bus.set(services.bus.connected)
            self._bus_lost.set(services.bus.lost)
            self._bus_lag.set(services.bus.lag_microseconds / 1_000_000)
            self._log_lost.set(logs.lost())
            ahead = None if services.clock_watch is None else services.clock_watch.ahead
            self._clock_difference.set(0 if ahead is None else abs(ahead.total_seconds()))
            for task, restarts in services.living.restarts.items():
                self._restarts.labels(task).set(restarts)
            size, idle = pool_state()
            self._pool.labels("idle").set(idle)
            self._pool.labels("used").set(size - idle)
            await asyncio.sleep(GAUGES_SECONDS)

    def page(self) -> bytes:
        """The text that Prometheus reads: of this process, or the sum over all of them."""
        if self._folder is None:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def forget_the_dead(folder: Path) -> None:
    """Gauges of processes that are no more do not count; their counters do."""
    for path in folder.glob("gauge_live*.db"):
        pid = re.fullmatch(r"gauge_live\w+_(\d+)", path.stem)
        if pid is not None and not Path(f"/proc/{pid[1]}").exists() and Path("/proc").exists():
            mark_process_dead(int(pid[1]), str(folder))  # type: ignore[no-untyped-call]


def _name(decision: Decision) -> str:
    if isinstance(decision, Posted):
        return "REPLAYED" if decision.replayed else "SETTLED"
    return decision.code if isinstance(decision, Refusal) else type(decision).__name__.upper()
