"""A client of graphql-transport-ws as apps have it: raw messages over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.apps import body

SECONDS = 10


class Till:
    """One connection. Pings are answered, as the protocol asks."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def subscribe(self, name: str, operation: str, /, **variables: object) -> None:
        await self.send(type="subscribe", id=name, payload=body(operation, **variables))

    async def next(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message that is no ping."""
        async with asyncio.timeout(seconds):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                if message["type"] != "ping":
                    return message
                await self.send(type="pong")

    async def ask(self, name: str, operation: str, /, **variables: object) -> dict[str, Any]:
        """The answer to one query or mutation: the payload of `next`, or of `error` under "errors"."""
        await self.subscribe(name, operation, **variables)
        message = await self.next()
        assert message["id"] == name, message
        if message["type"] == "error":
            return {"errors": message["payload"]}
        assert (await self.next())["type"] == "complete"
        return message["payload"]

    async def listens(self) -> None:
        """Returns once the server has taken everything that was sent before."""
        await self.send(type="ping")
        assert (await self.next())["type"] == "pong"

    async def closed(self, seconds: float = SECONDS) -> tuple[int, str]:
        """The code and reason with which the server closes."""
        async with asyncio.timeout(seconds):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as ended:
                assert ended.rcvd is not None, "it broke off"
                return ended.rcvd.code, ended.rcvd.reason


@asynccontextmanager
async def till(address: str, token: str | None) -> AsyncIterator[Till]:
    """A connection that has signed in."""
    async with unsigned(address) as opened:
        payload = {} if token is None else {"payload": {"authorization": f"Bearer {token}"}}
        await opened.send(type="connection_init", **payload)
        assert (await opened.next())["type"] == "connection_ack"
        yield opened


@asynccontextmanager
async def unsigned(address: str) -> AsyncIterator[Till]:
    """A connection on which nothing was sent yet."""
    url = f"ws://{urlsplit(address).netloc}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"], ping_interval=None) as socket:  # type: ignore[list-item]
        yield Till(socket)
