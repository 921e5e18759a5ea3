"""The end of a process without a failed request: what it still takes, it answers, and then says good-bye.

After SIGTERM, for some seconds: `/readyz` answers 503, so that nobody sends more; what comes all the same is answered,
with `Connection: close`, so that clients go on with another connection; WebSockets end with 1012 at random moments of
that time, each after the answers to its operations, so that their clients do not all come back at once. Then the
listening socket closes, and what is in flight ends.

A process that another one replaces on the same socket (`api.workers`) takes nothing new from the beginning. Its address
stays ready.
"""

from dataclasses import dataclass, field
from typing import Protocol


class Leaving(Protocol):
    """A WebSocket that can be asked to end."""

    async def leave(self) -> None:
        """Answers what is under way, and closes with 1012."""


@dataclass(slots=True)
class Drain:
    """The state of this process.

    waits_for_proxies: whether it stays for `seconds` even if nobody is connected.
    replaced: whether another process serves on the same socket.
    """

    active: bool = False
    seconds: float = 3.0
    waits_for_proxies: bool = True
    replaced: bool = False
    sockets: set[Leaving] = field(default_factory=set)

    @property
    def refuses(self) -> bool:
        """Whether this address is not to be sent requests any more."""
        return self.active and not self.replaced


DRAIN = Drain()
