"""GraphQL over WebSocket: graphql-transport-ws only, signed in by `connection_init`, no longer than the token lives."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from json import JSONDecodeError
from typing import Any
from uuid import UUID

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.addresses import addresses
from api.compose import Process
from api.http_request import NUL
from api.tokens import InvalidTokenError
from domain.locales.catalogue import choose
from schema.core.context import Context
from schema.root import schema

INIT_TIMEOUT = timedelta(seconds=10)
SUBSCRIPTIONS_LIMIT = 20
UNAUTHORIZED = 4401
LONGEST_ID = 64
"""Of an operation, in characters: it is said again in the reason of a close frame, which has 123 bytes."""
REASON_BYTES = 120
"""Of a close frame's reason; a longer one breaks the connection instead of closing it."""


class Adapter(ASGIWebSocketAdapter):
    """Closes with a reason that fits its frame: it may repeat what a client sent."""

    async def close(self, code: int, reason: str) -> None:
        """Ends the connection."""
        await super().close(code, reason.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore"))


class GraphQLOverWebSocket(GraphQL[Context, None]):
    """The `/graphql` WebSocket endpoint."""

    websocket_adapter_class = Adapter

    def __init__(self, process: Callable[[], Process], allowed_origins: tuple[str, ...]) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=SUBSCRIPTIONS_LIMIT,
            allowed_origins=allowed_origins,
        )
        self._process = process
        self._sockets: Counter[UUID] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection. One context serves all of it, so its loaders remember nothing."""
        socket = WebSocket(scope, receive, send)
        context = Context(
            self._process().services,
            None,
            choose(socket.headers.get("accept-language")),
            secrets.token_hex(8),
            remembers=False,
            introspects=self._process().settings.development,
        )
        context.extra["socket"] = socket
        address = addresses().of_client(scope)

        async def admit(context: Context, fields: tuple[str, ...]) -> int | None:
            rates = self._process().rates
            return await rates.of_address(address) or await rates.of_viewer(context.viewer, fields)

        context.admit = admit
        try:
            await self.run(socket, context=context)
        finally:
            self._leave(context)
            watch = context.extra.get("expiry")
            if watch is not None:
                watch.cancel()

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 - Strawberry's own signature
        """Signs in by `{authorization: "Bearer ..."}`; a token that is not valid closes the connection."""
        parameters = context.connection_params or {}
        language = parameters.get("acceptLanguage")
        if isinstance(language, str):
            context.locale = choose(language)
        authorization = parameters.get("authorization") or parameters.get("Authorization")
        if isinstance(authorization, str):
            await self._sign_in(context, authorization)
        return await super().on_ws_connect(context)

    async def _sign_in(self, context: Context, authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise ConnectionRejectionError
        try:
            verified = await self._process().tokens.verify(token.strip())
        except InvalidTokenError as error:
            raise ConnectionRejectionError from error
        self._join(context, verified.viewer.person_id)
        context.viewer = verified.viewer
        context.extra["expiry"] = asyncio.create_task(close_at(context.extra["socket"], verified.expires_at))

    def _join(self, context: Context, person: UUID) -> None:
        """Counts one more socket of a person; ConnectionRejectionError where there are enough."""
        if 0 < self._process().settings.sockets_per_person <= self._sockets[person]:
            raise ConnectionRejectionError
        self._sockets[person] += 1
        context.extra["person"] = person

    def _leave(self, context: Context) -> None:
        person = context.extra.pop("person", None)
        if person is not None:
            self._sockets[person] -= 1
            if not self._sockets[person]:
                del self._sockets[person]

    def decode_json(self, data: str | bytes) -> object:
        """A message as graphql-transport-ws has them; whatever else it is, the connection ends with 4400.

        As strict as over HTTP: no NUL, no half of a surrogate pair, no operation that is none.
        """
        text = data.decode() if isinstance(data, bytes) else data
        message = None if NUL.decode() in text else orjson.loads(text)
        if not _is_message(message):
            message = "not a message"
            raise JSONDecodeError(
                message, "", 0
            )  # which Strawberry answers by closing; it repeats nothing of the message
        return message

    def encode_json(self, data: object) -> str:
        """Texts, not bytes: bytes would go out as binary frames."""
        return orjson.dumps(data).decode()


def _is_message(message: object) -> bool:
    if (
        not isinstance(message, dict)
        or not isinstance(message.get("type"), str)
        or not isinstance(message.get("payload"), dict | None)
    ):
        return False
    name = message.get("id")
    if message["type"] not in {"subscribe", "complete"}:
        return True
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        return False
    operation = message.get("payload") or {}
    return message["type"] == "complete" or (
        isinstance(operation.get("query"), str)
        and isinstance(operation.get("variables"), dict | None)
        and isinstance(operation.get("operationName"), str | None)
    )


async def close_at(socket: WebSocket, expires_at: int) -> None:
    """Ends a connection when its token ends."""
    await asyncio.sleep(max(0.0, expires_at - time.time()))
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(code=UNAUTHORIZED, reason="Token expired")
