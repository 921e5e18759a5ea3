"""`make demo`: plays a payment from phone to till in the terminal, and checks every step.

Over real HTTP and WebSocket clients, with the operations of the apps (`schema/operations`).

    python -m mocks.demo [--url http://127.0.0.1:8000]

When nothing answers at --url, it starts a server of its own on a free port and a temporary folder, and stops it at the
end. Exit code 0 only if everything held; else 1, with what differed.
"""

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console

from mocks import demo_offers, demo_payment, demo_value
from mocks.demo_scene import Scene, UnplayableError, cast, new_key, till
from mocks.embedded import guard
from mocks.embedded.process import LaunchError, end, free_port, last_lines, wait_until
from mocks.embedded.supervisor import PROJECT

READY_SECONDS = 300.0
STOP_SECONDS = 15.0


async def play(scene: Scene) -> None:
    """All steps. What is charged is what is spent, so the play may be repeated for ever."""
    after = await scene.look_around()
    first = random.randrange(1_001, 2_500)  # noqa: S311 - no secret
    second = demo_payment.CHARGED + demo_payment.GIVEN_BACK - first
    key = new_key()
    async with till(scene, after):
        await demo_payment.charge(scene)
        await demo_payment.quote(scene, first)
        payment = await demo_payment.pay(scene, first, key)
        await demo_payment.refund(scene, payment)
        await demo_payment.replay(scene, payment, key)
        await demo_payment.lose_the_answer(scene, second)
        await demo_payment.abandon(scene, first + 1)
        await demo_payment.be_refused(scene)
        await demo_value.mixed(scene)
        await demo_offers.points(scene)
        await demo_offers.coupon(scene)
        await demo_offers.voucher(scene)


async def run(url: str, console: Console) -> list[str]:
    """Plays on the server of an address; what differed."""
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        answer = await http.get("/dev/personas")
        if answer.status_code != httpx.codes.OK:
            needed = "the demo needs a server in the development profile (make run)"
            return [f"GET {url}/dev/personas answered {answer.status_code}: {needed}"]
        try:
            scene = Scene(url, console, http, *cast(answer.json()))
        except UnplayableError as error:
            return [str(error)]
        console.print(f"[bold]Meguru めぐる[/] at {url}")
        for role, person in (("phone", scene.phone), ("till", scene.till), ("desk", scene.desk)):
            console.print(f"   {role:6} {person.name}")
        try:
            await play(scene)
        except UnplayableError as error:
            scene.different.append(f"step {scene.steps}: {error}")
        return scene.different


def is_answering(url: str) -> bool:
    """Whether somebody answers at an address, whatever the answer."""
    try:
        httpx.get(f"{url}/readyz", timeout=3, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def is_ready(url: str) -> bool:
    """Whether a Meguru at an address may be sent requests."""
    try:
        return httpx.get(f"{url}/readyz", timeout=3, trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def own_server(console: Console) -> Iterator[str]:
    """The address of a server on a free port and a temporary folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="meguru-demo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
        port, log = free_port(), Path(folder) / "supervisor.log"
        command = [sys.executable, "-m", "mocks.embedded.supervisor", "--port", str(port), "--data", folder]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        guard.watch(process.pid, signal.SIGTERM)
        url = f"http://127.0.0.1:{port}"
        try:
            with console.status("seeding two demo towns ..."):
                up = wait_until(lambda: process.poll() is not None or is_ready(url), READY_SECONDS)
            if not up or process.poll() is not None:
                message = "the demo's own server did not start:\n" + "\n".join(last_lines(log, 15))
                raise LaunchError(message)
            yield url
        finally:
            end(process, signal.SIGTERM, seconds=STOP_SECONDS)


def stop(*_: object) -> None:
    """SIGTERM ends the demo like Ctrl-C: with its server stopped."""
    raise KeyboardInterrupt


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description="A payment from phone to till, every step checked.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of a running server")
    url = parser.parse_args().url.rstrip("/")
    console = Console(highlight=False, soft_wrap=True)
    signal.signal(signal.SIGTERM, stop)
    try:
        if is_answering(url):
            different = asyncio.run(run(url, console))
        else:
            console.print(
                f"Nothing answers at {url}: starting a server of its own, stopped after (the first start seeds for"
                " about a minute)."
            )
            with own_server(console) as own:
                different = asyncio.run(run(own, console))
    except (LaunchError, httpx.HTTPError, OSError) as error:
        different = [f"{type(error).__name__}: {error}"]
    except KeyboardInterrupt:
        return 130
    if different:
        console.print("\n[bold red]Not everything held:[/]")
        for line in different:
            console.print(f"   {line}", markup=False)
        return 1
    console.print("\n[bold green]Everything held.[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
