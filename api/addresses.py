"""Where requests come from, and how many connections each address has."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from api.settings import Settings, read_settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
HOUSEHOLD_BITS = 64
"""Of an IPv6 address: one customer of a provider has at least all addresses with these bits."""
RETRY_SECONDS = 5


class Addresses:
    """Addresses of clients, and the connections that this process has from each."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.connections_per_address
        self._trusted: list[Network] = [ip_network(proxy, strict=False) for proxy in settings.trusted_proxies]
        self._counts: Counter[str] = Counter()

    def of_peer(self, client: Sequence[object] | None) -> str | None:
        """The address at the other end of a connection; None for one of our own proxies, behind which are many."""
        address = _read(str(client[0])) if client else None
        if address is None:
            return UNKNOWN
        return None if self._is_trusted(address) else _counted(address)

    def of_client(self, scope: Scope) -> str:
        """Who asks.

        `X-Forwarded-For` is believed only from our own proxies: anybody can write it. Each proxy adds the address from
        which it was called at the end, so the last one that is no proxy of ours is the client's.
        """
        address = _read(str(scope["client"][0])) if scope.get("client") else None
        if address is None:
            return UNKNOWN
        for forwarded in reversed(_forwarded(scope)):
            before = _read(forwarded)
            if before is None or not self._is_trusted(address):
                break
            address = before
        return _counted(address)

    def enter(self, address: str | None) -> bool:
        """Counts one more connection; False, and nothing is counted, where there are enough."""
        if address is None:
            return True
        if 0 < self._limit <= self._counts[address]:
            return False
        self._counts[address] += 1
        return True

    def leave(self, address: str | None) -> None:
        """Counts one connection less."""
        if address is None:
            return
        self._counts[address] -= 1
        if self._counts[address] <= 0:
            del self._counts[address]

    def connections(self, address: str) -> int:
        """How many there are."""
        return self._counts.get(address, 0)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


class SocketsOfAddresses:
    """Refuses WebSockets of an address that has enough connections."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        address = addresses().of_client(scope)
        if not addresses().enter(address):
            await receive()
            await _refuse(send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            addresses().leave(address)


async def _refuse(send: Send) -> None:
    headers = [(b"retry-after", b"%d" % RETRY_SECONDS), (b"content-length", b"0")]
    await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})


@lru_cache(maxsize=1)
def addresses() -> Addresses:
    """Those of this process: its HTTP connections and its application count together."""
    return Addresses(read_settings())


def _forwarded(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [part.strip() for part in ",".join(values).split(",") if part.strip()]


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _counted(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, HOUSEHOLD_BITS), strict=False).network_address)
