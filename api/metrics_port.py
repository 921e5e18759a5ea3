"""`/metrics` on a port of its own: the sums over all server processes, for whoever watches them."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


@contextmanager
def metrics_port(host: str, port: int, folder: str) -> Iterator[None]:
    """Serves what the processes write into their folder; OSError for a port that cannot be listened on."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
