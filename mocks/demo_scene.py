"""The demo's people at their apps.

Whom they are, what they ask over real sockets, what the till hears, and what differed.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import orjson
from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.engine.operations import document

LIVE_SECONDS = 10.0


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
    small_store: str
    code: str = ""
    assets: dict[str, str] = field(default_factory=dict)
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

    async def ask(self, person: Persona, operation: str, variables: dict[str, Any], **headers: str) -> dict[str, Any]:
        """What an operation answers, by its name: an object. Messages are asked for in Japanese."""
        return dict(await self.ask_all(person, operation, variables, **headers))

    async def ask_all(self, person: Persona, operation: str, variables: dict[str, Any], **headers: str) -> Any:  # noqa: ANN401 - JSON
        """The same, whatever it is."""
        sent = {"authorization": f"Bearer {person.token}", "accept-language": "ja", **headers}
        content = {"query": document(operation), "variables": variables}
        response = await self.http.post("/graphql", json=content, headers=sent)
        body: dict[str, Any] = response.json()
        data = body.get("data")
        if body.get("errors") or not data or (answer := next(iter(data.values()))) is None:
            message = f"{operation} answered {response.status_code} {response.text[:300]}"
            raise UnplayableError(message)
        return answer

    async def succeed(self, person: Persona, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The payload of a mutation or quote; a refusal ends the play."""
        payload = await self.ask(person, operation, variables)
        refusal = payload["refusal"]
        if refusal is not None:
            message = f"{operation} was refused: {refusal['code']} {refusal['message']}"
            raise UnplayableError(message)
        return payload

    async def be_refused(self, person: Persona, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The refusal of a mutation or quote; anything else ends the play."""
        payload = await self.ask(person, operation, variables)
        refusal: dict[str, Any] | None = payload["refusal"]
        if refusal is None:
            message = f"{operation} was not refused: {payload}"
            raise UnplayableError(message)
        return refusal

    async def lose(self, variables: dict[str, Any], fault: str) -> None:
        """Pays over a network that fails; the phone must be left without an answer."""
        answer = "no answer"
        try:
            answer = str(await self.ask(self.phone, "Pay", variables, **{"X-Meguru-Fault": fault}))
        except httpx.TransportError as error:
            self.tell(f"phone: {type(error).__name__}")
        self.check("the phone has no answer", answer, "no answer")

    async def look_around(self) -> str:
        """Learns the store's code and the town's kinds of value; the event after which the till listens."""
        self.code = (await self.ask(self.till, "Store", {"id": self.till.store}))["code"]
        for asset in await self.ask_all(self.phone, "Assets", {"municipality": self.phone.municipality}):
            self.assets[asset["code"]] = asset["id"]
        return str((await self.ask(self.till, "StoreBalances", {"id": self.till.store}))["asOfEventId"])

    def all_but(self, *codes: str) -> list[str]:
        """Every kind of value of the town but these: what the wallet holds of them stays out of a payment."""
        return [key for code, key in self.assets.items() if code not in codes]

    async def top_up(self, amount: int) -> dict[str, Any]:
        """Cash at the desk becomes coin in the wallet."""
        wallet = {"walletId": self.phone.wallet}
        fields = {"idempotencyKey": new_key(), "wallet": wallet, "assetId": self.phone.asset, "amount": amount}
        charge: dict[str, Any] = (await self.succeed(self.desk, "Charge", {"input": fields}))["charge"]
        return charge

    async def available(self) -> int:
        """What the phone's wallet may spend in coin. Yen."""
        wallet = await self.ask(self.phone, "Wallet", {"id": self.phone.wallet})
        return sum(balance["available"] for balance in wallet["balances"] if balance["asset"]["id"] == self.phone.asset)

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
        """Variables of a payment in coin by the store's QR code.

        Two may be alike within a minute, and both are meant.
        """
        named = {"walletId": self.phone.wallet, "payee": {"code": self.code}, "excludeAssetIds": self.all_but("COIN")}
        return {"input": {"idempotencyKey": key, **named, "amount": amount, "confirmDuplicate": True}}


@asynccontextmanager
async def till(scene: Scene, after: str) -> AsyncIterator[None]:
    """The store's till listens meanwhile, over graphql-transport-ws."""
    address = scene.url.replace("http", "ws", 1) + "/graphql"
    async with connect(
        address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, open_timeout=10
    ) as socket:
        await socket.send(text({"type": "connection_init", "payload": {"authorization": f"Bearer {scene.till.token}"}}))
        async with asyncio.timeout(10):
            first = orjson.loads(await socket.recv())
        if first.get("type") != "connection_ack":
            message = f"the WebSocket answered {first} to connection_init"
            raise UnplayableError(message)
        subscription = {"query": document("StoreEvents"), "variables": {"storeId": scene.till.store, "after": after}}
        await socket.send(text({"type": "subscribe", "id": "till", "payload": subscription}))
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


def cast(personas: list[dict[str, Any]]) -> tuple[Persona, Persona, Persona, Persona, str]:
    """A phone, a till, a desk and a finance officer of one town, and another store of it."""
    people = [
        Persona(
            name=persona["name"],
            role=persona["role"],
            municipality=persona["municipality"],
            token=persona["token"],
            asset=persona["assetId"],
            wallet=(persona.get("walletIds") or [""])[0],
            store=persona.get("storeId", ""),
        )
        for persona in personas
    ]
    roles = {(person.municipality, person.role): person for person in reversed(people)}
    for town in dict.fromkeys(person.municipality for person in people):
        phone, till, desk, finance = (
            roles.get((town, role)) for role in ("RESIDENT", "MERCHANT_STAFF", "DESK", "FINANCE")
        )
        others = [
            person.store for person in people if person.municipality == town and person.store and person is not till
        ]
        if phone and till and desk and finance and others:
            return phone, till, desk, finance, others[0]
    message = "there is no town with a resident, two stores, a desk and a finance officer among the personas"
    raise UnplayableError(message)


def lots_of(payment: dict[str, Any]) -> list[tuple[str, int]]:
    """Which kinds of value paid, and how much of each."""
    return [(part["asset"]["code"], part["amount"]) for part in payment["allocations"]]


def yen(amount: int) -> str:
    """For a person."""
    return f"¥{amount:,}"


def ms(seconds: float) -> str:
    """For a person."""
    return f"{seconds * 1000:.1f} ms"


def spelled(receipt: str) -> str:
    """A receipt number, in bold."""
    return f"[bold]{receipt}[/]"


def new_key() -> str:
    """An idempotency key; a real client stores it before it sends."""
    return str(uuid4())


def text(message: dict[str, Any]) -> str:
    """A message as a text frame."""
    return orjson.dumps(message).decode()
