"""`make demo`: plays a payment from phone to till in the terminal, with real HTTP and WebSocket clients, and checks every step.

    python -m mocks.demo [--url http://127.0.0.1:8000]

When nothing answers at --url, it starts a server of its own on a free port and a temporary folder, and stops it at the end.
Exit code 0 only if everything held; else 1, with what differed.
"""

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from mocks import demo_value
from mocks.embedded import guard
from mocks.embedded.process import LaunchError, end, free_port, last_lines, wait_until
from mocks.embedded.supervisor import PROJECT

READY_SECONDS = 300.0
STOP_SECONDS = 15.0
LIVE_SECONDS = 10.0
CHARGED, GIVEN_BACK = 3_000, 500

STORE = "query Shop($id: ID!) { store(id: $id) { name code asOfEventId } }"
BALANCE = "query Balance($id: ID!) { wallet(id: $id) { balances { available asset { id } } } }"
CHARGE = """mutation Charge($input: ChargeInput!) { charge(input: $input) { __typename
  ... on ChargeSuccess { charge { receiptNumber amount } replayed } ... on UserError { code message retry } } }"""
QUOTE = """query Quote($input: QuotePaymentInput!) { quotePayment(input: $input) { __typename
  ... on QuotePaymentSuccess { quote { amount availableAfter store { name } allocations { amount expiresOn } } }
  ... on UserError { code message retry } } }"""
PAY = """mutation Pay($input: PayInput!) { pay(input: $input) { __typename
  ... on PaySuccess { payment { id receiptNumber amount } replayed }
  ... on InsufficientBalanceError { available } ... on UserError { code message retry } } }"""
REFUND = """mutation Refund($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename
  ... on RefundPaymentSuccess { refund { receiptNumber amount } payment { refunded refundable } replayed }
  ... on UserError { code message retry } } }"""
OUTCOME = "query Outcome($key: UUID!) { outcome(operation: PAY, idempotencyKey: $key) { state receipt { receiptNumber amount } } }"
ABANDON = """mutation Abandon($key: UUID!) { abandon(input: {operation: PAY, idempotencyKey: $key}) { __typename
  ... on AbandonSuccess { outcome { state } } ... on UserError { code message retry } } }"""
EVENTS = """subscription Till($id: ID!, $after: ID) { storeEvents(storeId: $id, after: $after) { __typename eventId
  ... on Movements { receiptNumber amount } } }"""


class UnplayableError(Exception):
    """The play cannot go on: what should have been there was not."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody of the demo towns, with a token."""

    name: str
    role: str
    municipality: str
    token: str
    asset: str
    wallet: str
    store: str


@dataclass
class Scene:
    """Who plays, and what differed so far."""

    url: str
    console: Console
    http: httpx.AsyncClient
    phone: Persona
    till: Persona
    desk: Persona
    finance: Persona
    code: str = ""
    live: "asyncio.Queue[tuple[float, dict[str, Any]]]" = field(default_factory=asyncio.Queue)
    different: list[str] = field(default_factory=list)
    steps: int = 0

    def step(self, title: str, text: str) -> None:
        """Announces a step."""
        self.steps += 1
        self.console.print(f"\n[bold cyan]{self.steps}  {title}[/]  [dim]{text}[/]")

    def tell(self, text: str) -> None:
        """A line that is not checked."""
        self.console.print(f"   [dim]·[/] {text}")

    def check(self, text: str, got: object, wanted: object) -> None:
        """A line that is: what came back is what must come back."""
        if got == wanted:
            self.console.print(f"   [green]✓[/] {text}")
        else:
            self.different.append(f"step {self.steps}: {text}: expected {wanted!r}, got {got!r}")
            self.console.print(f"   [red]✗ {text}: expected {wanted!r}, got {got!r}[/]")

    async def ask(self, who: Persona, query: str, variables: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The first field of an operation's answer, an object. Messages are asked for in Japanese."""
        return dict(await self.ask_all(who, query, variables, **headers))

    async def ask_all(self, who: Persona, query: str, variables: dict[str, Any], **headers: str) -> Any:  # noqa: ANN401 - JSON
        """The same, whatever it is."""
        sent = {"authorization": f"Bearer {who.token}", "accept-language": "ja", **headers}
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=sent)
        body: dict[str, Any] = answer.json()
        data = body.get("data")
        if body.get("errors") or not data or (found := next(iter(data.values()))) is None:
            message = f"{query.split('(', maxsplit=1)[0]} answered {answer.status_code} {answer.text[:300]}"
            raise UnplayableError(message)
        return found

    async def succeed(self, who: Persona, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The same, where a refusal ends the play."""
        found = await self.ask(who, query, variables)
        if "code" in found:
            message = f"{query.split('(', maxsplit=1)[0]} was refused: {found['code']} {found['message']}"
            raise UnplayableError(message)
        return found

    async def lose(self, variables: dict[str, Any], fault: str) -> None:
        """Pays over a network that fails as told; the phone must be left without an answer."""
        got = "no answer"
        try:
            got = str(await self.ask(self.phone, PAY, variables, **{"X-Meguru-Fault": fault}))
        except httpx.TransportError as error:
            self.tell(f"phone: {type(error).__name__}")
        self.check("the phone has no answer", got, "no answer")

    async def available(self) -> int:
        """What the phone's wallet may spend. Yen."""
        found = await self.ask(self.phone, BALANCE, {"id": self.phone.wallet})
        return sum(balance["available"] for balance in found["balances"] if balance["asset"]["id"] == self.phone.asset)

    async def heard(self, receipt: str) -> tuple[float, dict[str, Any]]:
        """When the till's live line said a receipt, and what it said. Other customers' lines are passed over."""
        try:
            async with asyncio.timeout(LIVE_SECONDS):
                while True:
                    at, event = await self.live.get()
                    if event.get("receiptNumber") == receipt:
                        return at, event
        except TimeoutError as error:
            message = f"the till heard nothing of {receipt} within {LIVE_SECONDS:.0f} s"
            raise UnplayableError(message) from error

    def payment(self, amount: int, key: str) -> dict[str, Any]:
        """Variables of a payment by the shop's QR code. Amounts are drawn: two may be alike within a minute, and both are meant."""
        named = {"walletId": self.phone.wallet, "payee": {"code": self.code}}
        return {"input": {"idempotencyKey": key, **named, "amount": amount, "confirmDuplicate": True}}


async def charge(scene: Scene) -> None:
    """Cash at the desk becomes value in the wallet."""
    before = await scene.available()
    scene.step("Charge", f"{scene.desk.name} takes {yen(CHARGED)} in cash for {scene.phone.name}")
    done = await scene.succeed(scene.desk, CHARGE, {"input": {
        "idempotencyKey": new_key(), "wallet": {"walletId": scene.phone.wallet}, "assetId": scene.phone.asset, "amount": CHARGED,
    }})  # fmt: skip
    scene.check(f"charged {yen(done['charge']['amount'])}, receipt {spelled(done['charge']['receiptNumber'])}", done["charge"]["amount"], CHARGED)
    after = await scene.available()
    scene.check(f"balance {yen(before)} → {yen(after)}", after, before + CHARGED)


async def quote(scene: Scene, amount: int) -> None:
    """What a payment would do, before it is made."""
    scene.step("Quote", f"the phone reads the shop's QR code and asks what {yen(amount)} would do")
    scene.tell(f"code {scene.code[:44]}… ({len(scene.code)} characters, EMVCo)")
    before = await scene.available()
    asked = {"walletId": scene.phone.wallet, "payee": {"code": scene.code}, "amount": amount}
    found = (await scene.succeed(scene.phone, QUOTE, {"input": asked}))["quote"]
    for part in found["allocations"]:
        scene.tell(f"{yen(part['amount'])} of the value that expires on {part['expiresOn'] or 'no day'}")
    scene.check(f"the parts make {yen(amount)}", sum(part["amount"] for part in found["allocations"]), amount)
    scene.check(f"at {found['store']['name']}, leaving {yen(found['availableAfter'])}", found["availableAfter"], before - amount)
    scene.check("nothing moved by asking", await scene.available(), before)


async def pay(scene: Scene, amount: int, key: str) -> dict[str, Any]:
    """The payment, and the till that sees it live."""
    scene.step("Pay", f"{scene.phone.name} pays {yen(amount)}; the till listens over a WebSocket")
    before = await scene.available()
    started = time.perf_counter()
    done = await scene.succeed(scene.phone, PAY, scene.payment(amount, key))
    answered = time.perf_counter()
    payment: dict[str, Any] = done["payment"]
    scene.check(f"phone: paid, receipt {spelled(payment['receiptNumber'])}, answered after {ms(answered - started)}", done["replayed"], wanted=False)
    at, event = await scene.heard(payment["receiptNumber"])
    text = f"till:  {event['__typename']} {yen(event['amount'])}, live {ms(at - started)} after the phone sent it"
    scene.check(text, (event["__typename"], event["amount"]), ("PaymentSettled", amount))
    scene.check(f"balance {yen(before)} → {yen(before - amount)}", await scene.available(), before - amount)
    return payment


async def refund(scene: Scene, payment: dict[str, Any]) -> None:
    """A part of the payment goes back to where it came from."""
    scene.step("Refund", f"the shop gives {yen(GIVEN_BACK)} back")
    before = await scene.available()
    done = await scene.succeed(scene.till, REFUND, {"input": {
        "idempotencyKey": new_key(), "paymentId": payment["id"], "amount": GIVEN_BACK, "reason": "RETURNED_GOODS",
    }})  # fmt: skip
    rest = payment["amount"] - GIVEN_BACK
    scene.check(f"refunded {yen(GIVEN_BACK)}; {yen(rest)} more could be", done["payment"], {"refunded": GIVEN_BACK, "refundable": rest})
    _, event = await scene.heard(done["refund"]["receiptNumber"])
    scene.check(f"till:  {event['__typename']} {event['amount']:,}", (event["__typename"], event["amount"]), ("PaymentRefunded", -GIVEN_BACK))
    scene.check("the wallet has it", await scene.available(), before + GIVEN_BACK)


async def replay(scene: Scene, payment: dict[str, Any], key: str) -> None:
    """The same key again: the same answer, and nothing moves."""
    scene.step("Replay", "the phone sends the same payment with the same key again")
    before = await scene.available()
    again = await scene.succeed(scene.phone, PAY, scene.payment(payment["amount"], key))
    number = again["payment"]["receiptNumber"]
    scene.check(f"the same receipt {spelled(number)}", number, payment["receiptNumber"])
    scene.check("replayed: true", again["replayed"], wanted=True)
    scene.check("nothing moved", await scene.available(), before)


async def lose_the_answer(scene: Scene, amount: int) -> None:
    """The answer is lost after the commit; `outcome` tells what happened."""
    scene.step("Dropped answer", f"{yen(amount)} is paid, and the network fails before the answer arrives")
    key, before = new_key(), await scene.available()
    await scene.lose(scene.payment(amount, key), "drop-after-commit")
    found = await scene.ask(scene.phone, OUTCOME, {"key": key})
    scene.check(f"outcome of the key: {found['state']}", found["state"], "SETTLED")
    receipt = found["receipt"] or {}
    scene.check(f"its receipt {spelled(receipt.get('receiptNumber', ''))} says {yen(amount)}", receipt.get("amount"), amount)
    await scene.heard(receipt.get("receiptNumber", ""))
    scene.tell("till:  knew it all the time")
    scene.check("paid once", await scene.available(), before - amount)


async def abandon(scene: Scene, amount: int) -> None:
    """The request is lost before the commit; the key is closed, and the person may pay cash."""
    scene.step("Abandoned key", "the network fails before the commit; the customer gives up and pays cash")
    key, before = new_key(), await scene.available()
    await scene.lose(scene.payment(amount, key), "drop-before-commit")
    found = await scene.ask(scene.phone, OUTCOME, {"key": key})
    scene.check(f"outcome of the key: {found['state']}", found["state"], "UNKNOWN")
    closed = (await scene.succeed(scene.phone, ABANDON, {"key": key}))["outcome"]["state"]
    scene.check(f"abandon closes it: {closed}", closed, "ABANDONED")
    late = await scene.ask(scene.phone, PAY, scene.payment(amount, key))
    scene.check(f"the late request is refused: {late['__typename']} “{late.get('message')}”", late.get("code"), "ABANDONED")
    scene.check("nothing moved", await scene.available(), before)


async def be_refused(scene: Scene) -> None:
    """More than there is."""
    before = await scene.available()
    scene.step("Refusal", f"{yen(before + 1)} from a wallet of {yen(before)}")
    found = await scene.ask(scene.phone, PAY, scene.payment(before + 1, new_key()))
    scene.check(f"{found['__typename']}, retry {found.get('retry')}", (found.get("code"), found.get("retry")), ("INSUFFICIENT_BALANCE", "NEW_KEY"))
    scene.check(f"the data says {yen(found.get('available', 0))}", found.get("available"), before)
    scene.check(f"“{found.get('message')}”", "残高" in str(found.get("message")), wanted=True)
    scene.check("nothing moved", await scene.available(), before)


async def mixed(scene: Scene) -> None:
    """Points of a programme and coin in one payment, explained and given back; the points are spent at the end."""
    amount, given = random.randrange(1_000, 1_500), 300  # noqa: S311 - no secret
    scene.step("Mixed payment", f"the town gives {given} points out of a programme's budget; {yen(amount)} are paid with points and coin")
    before = await scene.available()
    points = await demo_value.points_of(scene)
    programme = await demo_value.programme_of(scene, points, given)
    await scene.succeed(scene.desk, demo_value.GRANT, demo_value.grant(scene.phone.wallet, programme, given, new_key()))
    quoted = (await scene.succeed(scene.phone, demo_value.QUOTE, demo_value.quote(scene, amount)))["quote"]
    variables = scene.payment(amount, new_key())
    variables["input"]["quoteToken"] = quoted["token"]
    paid = (await scene.succeed(scene.phone, demo_value.PAY, variables))["payment"]
    used = [(one["asset"]["code"], one["amount"]) for one in paid["allocations"]]
    scene.check(f"paid as quoted: {used}", paid["allocations"], quoted["allocations"])
    scene.check("the points go first, coin fills up", used, [(demo_value.CODE, given), ("COIN", amount - given)])
    for sentence in paid["explain"]:
        scene.tell(sentence)
    await scene.succeed(scene.till, REFUND, demo_value.refund(paid["id"], amount, new_key()))
    scene.check("the refund gives both back", await scene.available(), before)
    variables = scene.payment(given, new_key())
    variables["input"] |= {"excludeAssetIds": [scene.phone.asset]}
    spent = (await scene.succeed(scene.phone, demo_value.PAY, variables))["payment"]
    scene.check(
        f"{given} points alone pay {yen(given)}", [(one["asset"]["code"], one["amount"]) for one in spent["allocations"]], [(demo_value.CODE, given)]
    )
    scene.check("the coin is untouched", await scene.available(), before)


async def play(scene: Scene) -> None:
    """All steps. What is charged is what is spent, so the play may be repeated for ever."""
    shop = await scene.ask(scene.till, STORE, {"id": scene.till.store})
    scene.code = shop["code"]
    first = random.randrange(1_001, 2_500)  # noqa: S311 - no secret
    second = CHARGED + GIVEN_BACK - first
    key = new_key()
    async with till(scene, shop["asOfEventId"]):
        await charge(scene)
        await quote(scene, first)
        payment = await pay(scene, first, key)
        await refund(scene, payment)
        await replay(scene, payment, key)
        await lose_the_answer(scene, second)
        await abandon(scene, first + 1)
        await be_refused(scene)
        await mixed(scene)


@asynccontextmanager
async def till(scene: Scene, after: str) -> AsyncIterator[None]:
    """The shop's till listens meanwhile, over graphql-transport-ws."""
    address = scene.url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, open_timeout=10) as socket:
        await socket.send(text({"type": "connection_init", "payload": {"authorization": f"Bearer {scene.till.token}"}}))
        async with asyncio.timeout(10):
            first = orjson.loads(await socket.recv())
        if first.get("type") != "connection_ack":
            message = f"the WebSocket answered {first} to connection_init"
            raise UnplayableError(message)
        variables = {"id": scene.till.store, "after": after}
        await socket.send(text({"type": "subscribe", "id": "till", "payload": {"query": EVENTS, "variables": variables}}))
        listening = asyncio.create_task(listen(scene, socket))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def listen(scene: Scene, socket: ClientConnection) -> None:
    """Notes every event with the time of its arrival."""
    async for raw in socket:
        at, message = time.perf_counter(), orjson.loads(raw)
        if message["type"] == "ping":
            await socket.send(text({"type": "pong"}))
        elif message["type"] == "next" and not message["payload"].get("errors"):
            scene.live.put_nowait((at, message["payload"]["data"]["storeEvents"]))
        else:
            scene.different.append(f"the till's line said {message}")


def cast(found: list[dict[str, Any]]) -> tuple[Persona, Persona, Persona, Persona]:
    """A phone, a till, a desk and a finance officer of one town."""
    people = [
        Persona(
            one["name"], one["role"], one["municipality"], one["token"], one["assetId"], (one.get("walletIds") or [""])[0], one.get("storeId", "")
        )
        for one in found
    ]
    roles = {(one.municipality, one.role): one for one in reversed(people)}
    for town in dict.fromkeys(one.municipality for one in people):
        phone, shop, desk, finance = (roles.get((town, role)) for role in ("RESIDENT", "MERCHANT_STAFF", "DESK", "FINANCE"))
        if phone and shop and desk and finance:
            return phone, shop, desk, finance
    message = "there is no town with a resident, a shop, a desk and a finance officer among the personas"
    raise UnplayableError(message)


async def run(url: str, console: Console) -> list[str]:
    """Plays on the server of an address; what differed."""
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        answer = await http.get("/dev/personas")
        if answer.status_code != httpx.codes.OK:
            return [f"GET {url}/dev/personas answered {answer.status_code}: the demo needs a server in the development profile (make run)"]
        try:
            scene = Scene(url, console, http, *cast(answer.json()))
        except UnplayableError as error:
            return [str(error)]
        console.print(f"[bold]Meguru めぐる[/] at {url}")
        for role, one in (("phone", scene.phone), ("till", scene.till), ("desk", scene.desk)):
            console.print(f"   {role:6} {one.name}")
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
            process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
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


def yen(amount: int) -> str:
    """For a person."""
    return f"¥{amount:,}"


def ms(seconds: float) -> str:
    """For a person."""
    return f"{seconds * 1000:.1f} ms"


def spelled(receipt: str) -> str:
    """A receipt number, in bold."""
    return f"[bold]{receipt}[/]"


def name_of(query: str) -> str:
    """`mutation Pay` of its text."""
    return query.partition("(")[0]


def new_key() -> str:
    """An idempotency key; a real client stores it before it sends."""
    return str(uuid4())


def text(message: dict[str, Any]) -> str:
    """A message as a text frame."""
    return orjson.dumps(message).decode()


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
            console.print(f"Nothing answers at {url}: starting a server of its own, stopped after (the first start seeds for about a minute).")
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
