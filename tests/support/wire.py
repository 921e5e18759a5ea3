"""A wire to the database that can be cut at the worst moment: after a COMMIT has gone out, before its answer is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """A relay in front of PostgreSQL. `cut_at_commit`: the next commit is carried out and its answer is lost."""

    def __init__(self, host: str, port: int) -> None:
        self.cut_at_commit = False
        self.is_down = False
        self.cuts = 0
        self._target = (host, port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_down:
            writer.transport.abort()
            return
        upstream_reader, upstream = await asyncio.open_connection(*self._target)
        back = asyncio.ensure_future(self._copy(upstream_reader, writer))
        try:
            while (chunk := await reader.read(65_536)) and not self.is_down:
                if self.cut_at_commit and b"COMMIT" in chunk.upper():
                    back.cancel()
                    await asyncio.wait({back})
                    self.cut_at_commit, self.is_down = False, True
                    upstream.write(chunk)
                    await upstream_reader.read(65_536)  # PostgreSQL has committed: this is its answer
                    self.cuts += 1
                    return
                upstream.write(chunk)
                await upstream.drain()
        finally:
            back.cancel()
            writer.transport.abort()
            upstream.close()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.close()  # PostgreSQL has hung up


@asynccontextmanager
async def wire_to(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the database, and the address of its near end."""
    parts = urlsplit(database_url)
    wire = Wire(parts.hostname or "127.0.0.1", parts.port or 5432)
    server = await asyncio.start_server(wire._serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login, _, _ = parts.netloc.rpartition("@")
    try:
        yield wire, urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}"))
    finally:
        server.close()
