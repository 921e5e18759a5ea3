"""The payers: a process of its own, HTTP/1.1 over plain sockets, one payment at a time per connection.

    python -m bench.client PORT CONNECTIONS SECONDS PAYERS_FILE
prints JSON: payments, seconds, latencies in microseconds at 50 % and 99 %, and answers that were not PaySuccess.
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

QUERY = (
    "mutation Pay($input: PayInput!) { pay(input: $input) { __typename ... on PaySuccess { payment { id receiptNumber amount paidAt }"
    " balances { posted moved } replayed } ... on UserError { code message retry } } }"
)


@dataclass
class Tally:
    """What came back."""

    latencies: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)


async def payer(port: int, until: float, payers: list[list[str]], stores: list[str], tally: Tally) -> None:
    """One connection until a time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        wallet, token = random.choice(payers)
        variables = {
            "input": {
                "idempotencyKey": str(uuid4()), "walletId": wallet, "payee": {"storeId": random.choice(stores)},
                "amount": random.randrange(100, 5_000)
            }
        }  # fmt: skip
        body = orjson.dumps({"query": QUERY, "variables": variables})
        started = time.perf_counter()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
            % (token.encode(), len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if b'"PaySuccess"' in answer:
            tally.latencies.append(time.perf_counter() - started)
        else:
            told = answer.decode()[:200]
            tally.failed[told] = tally.failed.get(told, 0) + 1
    writer.close()


async def main(port: int, connections: int, seconds: float, path: Path) -> None:
    """All connections."""
    known = orjson.loads(path.read_bytes())
    tally = Tally()
    started = time.perf_counter()
    await asyncio.gather(*[payer(port, started + seconds, known["payers"], known["stores"], tally) for _ in range(connections)])
    elapsed = time.perf_counter() - started
    latencies = sorted(tally.latencies) or [0.0]
    report = {
        "payments": len(tally.latencies), "seconds": elapsed, "failed": tally.failed,
        "p50_us": int(latencies[len(latencies) // 2] * 1e6), "p99_us": int(latencies[len(latencies) * 99 // 100] * 1e6),
    }  # fmt: skip
    sys.stdout.write(orjson.dumps(report).decode() + "\n")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])))
