"""`python -m mocks.payment_provider [port]`: a stand-in for a payment provider, over a real socket.

It forgets everything when it ends.

POST /authorisations {reference, token, amount}    APPROVED, or DECLINED: for the token `tok_declined`, and for a
reference that was voided before
POST /authorisations/<reference>/capture {amount}   CAPTURED
POST /authorisations/<reference>/void               VOIDED
Each may be repeated. A provider that is told to be silent does what it is asked, and hangs up without an answer.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

HOST = "127.0.0.1"
KEY = "development"
DECLINED = "tok_declined"
PARTS_OF_DEED = 3


@dataclass
class PaymentProvider:
    """Authorisations by reference: (state, amount)."""

    known: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    """Deeds after which it hangs up: authorise, capture, void."""
    refuses_connections: bool = False
    drops_before: int = 0
    """How many of the next calls it hangs up on without doing anything."""
    drops_after: int = 0
    """How many of the next deeds it does without an answer."""
    odd_answers: dict[str, list[bytes]] = field(default_factory=dict)
    """By deed: what it writes instead of its next answers, although it has done what it was asked."""
    hangs: set[str] = field(default_factory=set)
    """Deeds after which it neither answers nor hangs up, until its caller does."""
    port: int = 0

    @property
    def address(self) -> str:
        """For `MEGURU_FUNDING_URL`."""
        return f"http://{HOST}:{self.port}"

    @property
    def captured(self) -> int:
        """Yen that were taken, over all references."""
        return self.total("CAPTURED")

    def total(self, state: str) -> int:
        """Yen in a state, over all references."""
        return sum(amount for is_now, amount in self.known.values() if is_now == state)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["PaymentProvider"]:
        """Listens until the end of the block."""
        server = await asyncio.start_server(self._serve, HOST, port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.drops_before:
                self.drops_before -= 1
            elif not self.refuses_connections:
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = orjson.loads(await reader.readexactly(int(headers["content-length"])))
        if headers.get("authorization") != f"Bearer {KEY}":
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
            return
        parts = lines[0].split(" ")[1].strip("/").split("/")
        deed = parts[2] if len(parts) == PARTS_OF_DEED else "authorise"
        reference = parts[1] if len(parts) == PARTS_OF_DEED else body["reference"]
        answer = orjson.dumps({"state": self.done(deed, reference, body)})
        if self.drops_after:
            self.drops_after -= 1
        elif self.odd_answers.get(deed):
            writer.write(self.odd_answers[deed].pop(0))
            await writer.drain()
        elif deed in self.hangs:
            await reader.read()
        elif deed not in self.silent:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
            writer.write(f"Content-Length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()

    def done(self, deed: str, reference: str, body: dict[str, Any]) -> str:
        """Does what is asked, once; the state afterwards."""
        self.calls.append((deed, reference))
        state, amount = self.known.get(reference, ("", 0))
        if deed == "authorise" and not state:
            state, amount = "DECLINED" if body["token"] == DECLINED else "APPROVED", body["amount"]
        elif deed == "authorise" and state == "VOIDED":
            return "DECLINED"
        elif deed == "capture" and state == "APPROVED":
            state, amount = "CAPTURED", body["amount"]
        elif deed == "void" and state in {"", "APPROVED", "DECLINED"}:
            state = "VOIDED"
        self.known[reference] = (state, amount)
        return "APPROVED" if deed == "authorise" and state == "CAPTURED" else state


async def main(port: int) -> None:
    """Until it is stopped."""
    async with PaymentProvider().serving(port) as provider:
        print(f"MEGURU_FUNDING_URL={provider.address} MEGURU_FUNDING_KEY={KEY}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
