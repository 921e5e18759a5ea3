"""The payers: a process of its own, HTTP/1.1 over plain sockets, one payment at a time per connection.

    python -m bench.client PORT CONNECTIONS SECONDS PAYERS_FILE OPERATION
prints JSON: payments, seconds, latencies in microseconds at 50 % and 99 %, and the answers that settled nothing.
"""

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import orjson
import uvloop

from schema.engine.operations import document

STORES_EACH = 5
"""How many stores each payer goes to."""


@dataclass
class Tally:
    """What came back."""

    latencies: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)


class Payer(asyncio.Protocol):
    """One connection until a time. As little as possible happens here: the server's processors are ours too."""

    def __init__(
        self, until: float, requests: list[tuple[bytes, bytes]], tally: Tally, done: "asyncio.Future[None]"
    ) -> None:
        self._until = until
        self._requests = requests
        self._tally = tally
        self._done = done
        self._got = b""
        self._started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the first payment."""
        self._transport = transport
        self._send()

    def _send(self) -> None:
        before, after = random.choice(self._requests)
        self._started = time.perf_counter()
        self._transport.write(before + str(uuid4()).encode() + after % random.randrange(1_000, 50_000))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Takes an answer, which may come in parts, and sends the next payment."""
        self._got += data
        head, blank_line, body = self._got.partition(b"\r\n\r\n")
        if not blank_line or len(body) < int(head.rpartition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        self._got = b""
        if is_settled(body):
            self._tally.latencies.append(time.perf_counter() - self._started)
        else:
            answer = body.decode()[:200]
            self._tally.failed[answer] = self._tally.failed.get(answer, 0) + 1
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, or a failure of the run."""
        if exc is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(exc)


def is_settled(body: bytes) -> bool:
    """Whether an answer has a payment and no refusal; read without parsing, since every microsecond is the server's."""
    return b'"refusal":null' in body and b'"payment":{' in body


def request(text: str, wallet: str, store: str, token: str) -> tuple[bytes, bytes]:
    """One payment's bytes before its key and after it; the second has a place for an amount of 4 or 5 digits."""
    variables = {"input": {"idempotencyKey": "KEY", "walletId": wallet, "payee": {"storeId": store}, "amount": 12345}}
    body = orjson.dumps({"query": text, "variables": variables}).replace(b"12345", b"%-5d")
    length = len(body) - len(b"KEY") + 36 - len(b"%-5d") + 5
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer"
        b" %b\r\ncontent-length: %d\r\n\r\n" % (token.encode(), length)
    )
    before, _, after = body.partition(b"KEY")
    return head + before, after


async def payer(port: int, until: float, requests: list[tuple[bytes, bytes]], tally: Tally) -> None:
    """One connection until a time."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    await loop.create_connection(lambda: Payer(until, requests, tally, done), "127.0.0.1", port)
    await done


async def main(port: int, connections: int, seconds: float, path: Path, operation: str) -> None:
    """All connections, with one of the apps' operations."""
    known, text = orjson.loads(path.read_bytes()), document(operation)
    requests = [
        request(text, wallet, random.choice(known["stores"]), token)
        for wallet, token in known["payers"]
        for _ in range(STORES_EACH)
    ]
    tally = Tally()
    started = time.perf_counter()
    await asyncio.gather(*[payer(port, started + seconds, requests, tally) for _ in range(connections)])
    elapsed = time.perf_counter() - started
    latencies = sorted(tally.latencies) or [0.0]
    report = {
        "payments": len(tally.latencies),
        "seconds": elapsed,
        "failed": tally.failed,
        "p50_us": int(latencies[len(latencies) // 2] * 1e6),
        "p99_us": int(latencies[len(latencies) * 99 // 100] * 1e6),
    }
    sys.stdout.write(orjson.dumps(report).decode() + "\n")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]))
