"""Metrics for Prometheus: what is asked, what settles, how the batches and the bus are doing."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from domain.ledger.decide import Decision
from domain.ledger.request import Posted, Request
from domain.refusals import Refusal
from domain.services import Services

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("meguru_requests", "Operations by first root field and how they ended.", ["field", "ended"], registry=self.registry)
        self._seconds = Histogram("meguru_request_seconds", "Time from request to answer.", ["field"], buckets=SECONDS, registry=self.registry)
        self._journals = Counter(
            "meguru_journals", "Requests that the ledger decided.", ["municipality", "operation", "decision"], registry=self.registry
        )
        self._sizes = Histogram("meguru_batch_size", "Requests in a batch.", buckets=SIZES, registry=self.registry)
        self._statements = Counter("meguru_batch_statements", "Statements of all batches.", registry=self.registry)
        self._commit = Histogram("meguru_batch_seconds", "Time from lock to commit.", buckets=SECONDS, registry=self.registry)
        self._waiting = Gauge("meguru_ledger_waiting", "Requests that wait for a batch.", registry=self.registry)
        self._subscribers = Gauge("meguru_subscribers", "Subscriptions of this process.", registry=self.registry)
        self._bus = Gauge("meguru_bus_connected", "1 while the bus is connected.", registry=self.registry)
        self._bus_lost = Gauge(
            "meguru_bus_messages_lost", "Messages that the bus did not take; subscribers read them from the table.", registry=self.registry
        )

    def answered(self, field: str, ended: str, seconds: float) -> None:
        """One operation. `ended`: ok, refused, error."""
        self._requests.labels(field, ended).inc()
        self._seconds.labels(field).observe(seconds)

    def committed(self, requests: Sequence[Request], decisions: Sequence[Decision], statements: int, seconds: float) -> None:
        """One batch of the ledger."""
        self._sizes.observe(len(requests))
        self._statements.inc(statements)
        self._commit.observe(seconds)
        for request, decision in zip(requests, decisions, strict=True):
            self._journals.labels(str(request.municipality), request.operation.name, _name(decision)).inc()

    def page(self, services: Services) -> bytes:
        """The text that Prometheus reads."""
        self._waiting.set(services.poster.depth)
        self._subscribers.set(services.bus.subscribers)
        self._bus.set(services.bus.connected)
        self._bus_lost.set(services.bus.lost)
        return generate_latest(self.registry)


def _name(decision: Decision) -> str:
    if isinstance(decision, Posted):
        return "REPLAYED" if decision.replayed else "SETTLED"
    return decision.code if isinstance(decision, Refusal) else type(decision).__name__.upper()
