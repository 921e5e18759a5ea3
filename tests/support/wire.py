"""A wire between a server and PostgreSQL that is cut where a test says, most of all while COMMIT is on its way."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import Enum, auto
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from domain.ledger.batch import Sources
from domain.ledger.ledger import Ledger
from domain.ledger.poster import SESSION, Poster
from domain.services import Services


class Cut(Enum):
    """What becomes of a connection when it sends COMMIT."""

    NEVER = auto()
    BEFORE_COMMIT = auto()
    """PostgreSQL never hears of it, and rolls back."""
    AFTER_COMMIT = auto()
    """PostgreSQL commits; its answer is dropped, and the connection closed."""
    SILENT = auto()
    """PostgreSQL commits; its answer is dropped, and the connection stays open."""


class Wire:
    """A TCP proxy. `cuts` are used up one by one by each COMMIT; `down` takes no connections at all."""

    def __init__(self, host: str, port: int) -> None:
        self.cuts: list[Cut] = []
        self.down = False
        self.deaf = False
        """Takes connections and statements, and answers nothing, as a server that is stopped."""
        self.commits = 0
        self.committed: Callable[[], object] = lambda: None
        """Called when a COMMIT was cut."""
        self._host = host
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        self._writers.add(answers)
        try:
            if not self.down:
                server, statements = await asyncio.open_connection(self._host, self._port)
                self._writers.add(statements)
                await self._between(client, answers, server, statements)
        finally:
            answers.close()

    async def _between(
        self,
        client: asyncio.StreamReader,
        answers: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        statements: asyncio.StreamWriter,
    ) -> None:
        back = asyncio.create_task(self._back(server, answers))
        try:
            while data := await client.read(65_536):
                cut = Cut.NEVER
                if b"COMMIT" in data:  # asyncpg sends it alone, as a simple query
                    self.commits += 1
                    cut = self.cuts.pop(0) if self.cuts else Cut.NEVER
                if cut is Cut.BEFORE_COMMIT:
                    break
                if cut is not Cut.NEVER:
                    back.cancel()
                    await asyncio.wait([back])
                if not self.deaf:
                    statements.write(data)
                if cut is not Cut.NEVER:
                    await server.read(65_536)  # it is committed
                    self.committed()
                if cut is Cut.AFTER_COMMIT:
                    break
        except ConnectionError:
            pass  # either end has gone away, as they do here
        finally:
            back.cancel()
            statements.close()
            if cut_off := self.committed if b"COMMIT" in data and cut is Cut.BEFORE_COMMIT else None:
                cut_off()

    async def _back(self, server: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        while data := await server.read(65_536):
            if not self.deaf:
                answers.write(data)
        answers.close()

    def cut_all(self) -> None:
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def wired(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire and the address of the database at its other end."""
    parts = urlsplit(database_url)
    wire = Wire(parts.hostname or "", parts.port or 5432)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login = parts.netloc.rpartition("@")[0]
    try:
        yield wire, urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))
    finally:
        server.close()
        wire.cut_all()


@asynccontextmanager
async def wired_services(services: Services, database_url: str) -> AsyncIterator[tuple[Wire, Poster, Services]]:
    """The services with a ledger at the other end of a wire; their reads go past it."""
    async with wired(database_url) as (wire, address):

        async def connect() -> "asyncpg.Connection[asyncpg.Record]":
            return await asyncpg.connect(address, server_settings=SESSION, timeout=5)

        poster = Poster(connect, Sources(services.clock, services.ids, secrets.randbits), services.bus.publish)
        yield wire, poster, replace(services, ledger=Ledger(poster))
        wire.down = wire.deaf = False
        await poster.close()
