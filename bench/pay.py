"""`make bench`: payments per second over HTTP, against pgbench writing the same rows one payment at a time.

In the same run.

    python -m bench.pay [--seconds 4] [--wallets 2000] [--stores 200] [--operation PayInBrief]
Starts its own durable PostgreSQL and its own server. 32 and 128 connections from another process, one and two server
processes.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import orjson

from api.keys import Keys, make_development_key
from api.migrate import migrate
from api.tokens import Tokens
from bench import town
from domain.compose import services
from domain.ledger.audit import drift
from domain.viewer import Role
from mocks.embedded import postgres, valkey
from mocks.embedded.process import free_port
from schema.core.ids import Prefix, encode

HERE = Path(__file__).parent
TOKEN_SECONDS = 3_600
WARM_SECONDS = 3
ROUNDS = 3
CLIENTS = (8, 32)


@dataclass(frozen=True)
class Ground:
    """What all runs share."""

    folder: Path
    database_url: str
    redis_url: str
    port_of_database: int
    wallets: int
    stores: int
    operation: str


async def prepare(ground: Ground) -> None:
    """The schema, the town, the payers' tokens and the reference's function."""
    await migrate(ground.database_url)
    number, people, stores = await town.make(ground.database_url, 2 * ground.wallets, ground.stores)
    make_development_key(ground.folder / "keys")
    tokens = Tokens(Keys(ground.folder / "keys"))
    # The first half pays over HTTP; the second half is the reference's, which would fill every wallet's last minute
    # with payments.
    roles = frozenset({Role.RESIDENT})
    payers = [
        [encode(Prefix.WALLET, number, wallet), tokens.issue(person, roles, TOKEN_SECONDS)]
        for person, wallet in people[: ground.wallets]
    ]
    (ground.folder / "payers.json").write_bytes(
        orjson.dumps({"payers": payers, "stores": [encode(Prefix.STORE, number, store) for store in stores]})
    )
    owner = await asyncpg.connect(ground.database_url)
    await owner.execute((HERE / "reference.sql").read_text())
    await owner.execute("vacuum analyze")
    await owner.close()


def reference(ground: Ground, clients: int, seconds: int) -> float:
    """Pgbench's payments per second."""
    script = ground.folder / "pay.pgb"
    script.write_text(
        f"\\set w random({ground.wallets + 1}, {2 * ground.wallets})\n\\set s random(1, {ground.stores})\nselect"
        " bench_pay(:w, :s, 500);\n"
    )
    command = [
        str(postgres.binary("pgbench")),
        "-n",
        "-M",
        "prepared",
        "-f",
        str(script),
        "-c",
        str(clients),
        "-j",
        "2",
        "-T",
        str(seconds),
    ]
    command += ["-h", "127.0.0.1", "-p", str(ground.port_of_database), "-U", "meguru", "meguru"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(done.stderr or done.stdout)
    return float(rate[1])


def best_clients(ground: Ground, seconds: int) -> int:
    """How many clients pgbench does best with."""
    rates = {clients: reference(ground, clients, seconds) for clients in CLIENTS}
    for clients, rate in rates.items():
        print(f"reference: pgbench {clients:2d} clients  {rate:6.0f} payments/s")
    return max(rates, key=lambda clients: rates[clients])


@contextmanager
def server(ground: Ground, processes: int) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Our server on a port."""
    port = free_port()
    environment = {
        **os.environ,
        "MEGURU_PROFILE": "development",
        "MEGURU_DATABASE_URL": ground.database_url,
        "MEGURU_REDIS_URL": ground.redis_url,
        "MEGURU_KEYS_FOLDER": str(ground.folder / "keys"),
        "MEGURU_LOG_LEVEL": "warning",
        "MEGURU_CONNECTIONS_PER_ADDRESS": "0",
        "MEGURU_RATE_LIMITS": "false",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--processes", str(processes)], env=environment
    )
    try:
        wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(15)


def wait(port: int) -> None:
    """Until the server answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def load(ground: Ground, port: int, connections: int, seconds: int) -> dict[str, Any]:
    """The payers' report."""
    command = [
        sys.executable,
        "-m",
        "bench.client",
        str(port),
        str(connections),
        str(seconds),
        str(ground.folder / "payers.json"),
        ground.operation,
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its children, from /proc; 0 where there is none."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if path.parent.name == str(pid) or fields[1] == str(pid):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def counters(port: int) -> dict[str, float]:
    """The server's own counts, of all its processes."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        name: float(value)
        for name, value in re.findall(r"^(meguru_batch_\w+(?:_total|_sum|_count)) ([\d.e+]+)$", text, re.MULTILINE)
    }


def measure(ground: Ground, processes: int, connections: int, clients: int, seconds: int) -> None:
    """One line of the report: the medians of ROUNDS, in each the reference right before ours.

    Since machines change their pace.
    """
    with server(ground, processes) as (port, process):
        load(ground, port, connections, WARM_SECONDS)
        rates, ratios, reports, used = [], [], [], 0.0
        before = counters(port)
        for _ in range(ROUNDS):
            best = reference(ground, clients, seconds)
            cpu = cpu_seconds(process.pid)
            reports.append(report := load(ground, port, connections, seconds))
            used += cpu_seconds(process.pid) - cpu
            rates.append(report["payments"] / report["seconds"])
            ratios.append(rates[-1] / best)
        after = counters(port)
    grown = {name: after[name] - before[name] for name in after}
    batches, sizes = grown["meguru_batch_size_count"], grown["meguru_batch_size_sum"]
    payments = sum(report["payments"] for report in reports)
    p50, p99 = (median(report[name] for report in reports) / 1000 for name in ("p50_us", "p99_us"))
    print(
        f"{processes} process{'es' if processes > 1 else '  '} {connections:4d} connections  {median(rates):6.0f}"
        f" payments/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   server CPU {used / payments * 1e6:5.0f} us/payment  "
        f" statements/payment {grown['meguru_batch_statements_total'] / sizes:5.2f}   commits/payment"
        f" {batches / sizes:5.3f}   mean batch {sizes / batches:5.1f}   ratio to pgbench {median(ratios):4.2f}"
        f" ({min(ratios):4.2f} to {max(ratios):4.2f})"
    )
    for report in reports:
        if report["failed"]:
            print(f"   not settled: {report['failed']}")


async def audit(ground: Ground) -> None:
    """Of our own payments nothing may drift; the reference's rows are in the same tables and must agree too."""
    async with services(ground.database_url, redis_url=None, store_code_guid="") as _:
        differences = await drift([1])
    print("drift after all runs:", differences or "none")


def main() -> None:
    """The whole report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--wallets", type=int, default=2_000)
    parser.add_argument("--stores", type=int, default=200)
    parser.add_argument("--operation", default="PayInBrief", help="in schema/operations; Pay answers the whole receipt")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="meguru-bench-"))
    folder.chmod(0o755)
    database = postgres.start(folder / "postgres")
    bus = valkey.start(folder / "valkey")
    try:
        ground = Ground(
            folder=folder,
            database_url=database.url(),
            redis_url=bus.url(),
            port_of_database=database.port,
            wallets=options.wallets,
            stores=options.stores,
            operation=options.operation,
        )
        asyncio.run(prepare(ground))
        clients = best_clients(ground, options.seconds)
        for processes in (1, 2):
            for connections in (32, 128):
                measure(ground, processes, connections, clients, options.seconds)
        asyncio.run(audit(ground))
    finally:
        bus.stop()
        database.stop()


if __name__ == "__main__":
    main()
