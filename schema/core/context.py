"""What a resolver knows of its request: who asks, in which language, and the process's services."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from domain.services import Services
from domain.viewer import Viewer

BATCH_LIMIT = 200
"""Keys of one read of a loader."""
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class UnauthenticatedError(Exception):
    """No token, or one that is not valid (any more)."""


class Loader(DataLoader[K, V]):
    """A loader whose readers may be cancelled one by one.

    The executor cancels the siblings of a field that failed, and a cancelled reader would cancel what others still
    wait for.
    """

    def load(self, key: K) -> Awaitable[V]:
        """The value of a key, read together with those of all others that are asked for at the moment."""
        return asyncio.shield(super().load(key))


@dataclass(slots=True)
class Context:
    """One request, or one WebSocket connection."""

    services: Services
    viewer: Viewer | None
    locale: str
    trace_id: str
    remembers: bool = True
    """Whether loaders keep what they read; not on a WebSocket, where one context serves the whole connection."""
    introspects: bool = False
    field: str | None = None
    interpreted: bool = False
    """Whether the ordinary executor answered, because the document is not compiled or its variables were not taken."""
    municipality: int | None = None
    refusal: str | None = None
    session_version: int | None = None
    """The version of the session of the viewer's token, on a WebSocket, where the session may end meanwhile."""
    moved: list[UUID] = dataclasses.field(default_factory=list)
    """Keys that the mutation has settled, also if what its answer reads after that fails."""
    connection_params: dict[str, object] | None = None
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)
    admit: Callable[["Context", tuple[str, ...]], Awaitable[int | None]] | None = None
    """Counts an operation with these root fields: None, or the seconds after which it may be sent again."""
    observe: Callable[..., None] | None = None
    """Is told of each operation of a socket: field, whether it failed, seconds, and the texts that it named."""
    _loaders: dict[object, Loader[Any, Any]] | None = None

    def of(self, viewer: Viewer) -> "Context":
        """The context of one operation of a connection, in which the viewer says more."""
        return dataclasses.replace(self, viewer=viewer, _loaders=None)

    @property
    def signed_in(self) -> Viewer:
        """The viewer; declarations have let only signed-in people this far."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer

    @property
    def on_socket(self) -> bool:
        """Whether an operation is cancelled when its client completes it or goes away."""
        return not self.remembers

    @property
    def asker(self) -> Viewer:
        """The viewer, or somebody who may nothing."""
        return self.viewer or NOBODY

    def in_language(self, japanese: str, english: str) -> str:
        """The text in the language of the request."""
        return japanese if self.locale == "ja" else english

    def load(self, read: Callable[[list[K]], Awaitable[list[V]]], key: K) -> Awaitable[V]:
        """The value of a key; all that one request asks of one reading function at a moment is read at once."""
        return self._loader(read, read).load(key)

    async def load_many(self, read: Callable[[list[K]], Awaitable[list[V]]], keys: list[K]) -> list[V]:
        """The values of several keys, in their order."""
        return list(await asyncio.gather(*[self.load(read, key) for key in keys]))

    def load_as_viewer(self, read: Callable[["Context", list[K]], Awaitable[list[V]]], key: K) -> Awaitable[V]:
        """The same for what depends on who asks, or on the services."""
        return self._loader(read, partial(read, self)).load(key)

    def _loader(self, name: object, read: Callable[[list[Any]], Any]) -> Loader[Any, Any]:
        if self._loaders is None:
            self._loaders = {}
        loader = self._loaders.get(name)
        if loader is None:
            loader = self._loaders[name] = Loader(read, cache=self.remembers, max_batch_size=BATCH_LIMIT)
        return loader


NOBODY = Viewer(UUID(int=0), frozenset())
MeguruInfo = Info[Context, None]
"""The `info` of every resolver."""
