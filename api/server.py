"""The server of one process: uvicorn's, which drains before it ends (`api.drain` says how)."""

import asyncio
import random
import socket
from collections.abc import Callable

from uvicorn import Config, Server

from api.connections import Connection
from api.drain import DRAIN, Leaving

LINGER_SECONDS = 1.0
"""How long a connection that was taken at the last moment may take to say what it wants."""
TICK_SECONDS = 0.02


class DrainingServer(Server):
    """A server that drains before it closes its connections."""

    def __init__(self, config: Config, replaced: Callable[[], bool] = lambda: False) -> None:
        super().__init__(config)
        self._replaced = replaced

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then end as the server underneath does."""
        DRAIN.replaced, DRAIN.active = self._replaced(), True
        for connection in self._connections():
            connection.say_good_bye()
        leaving = [asyncio.create_task(_leave(held, DRAIN.seconds)) for held in DRAIN.sockets]
        if not DRAIN.replaced:
            await self._serve_on(DRAIN.seconds, self._is_needed)
        await self._take_no_more()
        if DRAIN.replaced:
            await self._serve_on(DRAIN.seconds, self._is_needed)
        if leaving:
            await asyncio.wait(leaving, timeout=self.config.timeout_graceful_shutdown)
        await super().shutdown(sockets)

    def _is_needed(self) -> bool:
        """Whether somebody is connected, or a proxy has yet to notice; no, if told to hurry."""
        noticed = DRAIN.replaced or not DRAIN.waits_for_proxies
        return not self.force_exit and (not noticed or bool(self.server_state.connections))

    async def _take_no_more(self) -> None:
        """Close the listening socket once the connections that wait there were taken, and hear what those want."""
        await asyncio.sleep(TICK_SECONDS)
        for server in self.servers:
            server.close()
        await self._serve_on(LINGER_SECONDS, lambda: any(held.expects_request for held in self._connections()))

    @staticmethod
    async def _serve_on(seconds: float, wanted: Callable[[], bool]) -> None:
        """Serve on while it is wanted, for so many seconds at the longest."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while wanted() and loop.time() < deadline:  # noqa: ASYNC110 - uvicorn tells nobody when a connection ends
            await asyncio.sleep(TICK_SECONDS)

    def _connections(self) -> list[Connection]:
        return [held for held in self.server_state.connections if isinstance(held, Connection)]


async def _leave(held: Leaving, seconds: float) -> None:
    """End a WebSocket at a random moment."""
    await asyncio.sleep(random.uniform(0, seconds))  # noqa: S311 - only spreads them
    await held.leave()
