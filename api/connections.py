"""HTTP connections that wait for nobody: deadlines for headers, limits per address, and idle ones end.

A request whose headers come drop by drop costs an attacker nothing, and a server of connections a place. The server
underneath has a limit for idle connections only between two requests.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.addresses import RETRY_SECONDS, addresses
from api.drain import DRAIN

HEADER_SECONDS = 10.0
"""From the connection, or from the first byte of a further request, to the end of its headers."""
IDLE_SECONDS = 75
"""Between two requests."""
TOO_MANY = (
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: %d\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    % RETRY_SECONDS
)
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """One HTTP connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - the server's own
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._address: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Counts the connection of its address, and waits for headers."""
        super().connection_made(transport)
        address = addresses().of_peer(self.client)
        if not addresses().enter(address):
            self._end(TOO_MANY)
            return
        self._address = address
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts it no more."""
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; the first of each start its deadline."""
        if self.transport.is_closing():
            return
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_headers()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The headers came in time."""
        self._stop_waiting()
        super().on_headers_complete()
        if DRAIN.active:
            self.say_good_bye()

    def handle_websocket_upgrade(self) -> None:
        """From here on the application counts it, by the address of the client behind our proxies."""
        self._leave()
        super().handle_websocket_upgrade()

    def say_good_bye(self) -> None:
        """Answers what is under way with `Connection: close`."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

    @property
    def expects_request(self) -> bool:
        """Whether a request is on its way, or may be: the connection is new, or headers have begun."""
        return self._deadline is not None

    def timeout_keep_alive_handler(self) -> None:
        """Ends an idle connection, also one whose client does not read its answer."""
        self.transport.abort()

    def _expect_headers(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._end, TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self, answer: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    def _leave(self) -> None:
        self._stop_waiting()
        addresses().leave(self._address)
        self._address = None
