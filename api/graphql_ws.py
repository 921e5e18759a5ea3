"""GraphQL over WebSocket: graphql-transport-ws only, signed in by `connection_init`, no longer than the token lives."""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.compose import Process
from api.tokens import InvalidTokenError
from domain.locales.catalogue import choose
from schema.context import Context
from schema.root import schema

INIT_TIMEOUT = timedelta(seconds=10)
SUBSCRIPTIONS_LIMIT = 20
UNAUTHORIZED = 4401


class GraphQLOverWebSocket(GraphQL[Context, None]):
    """The `/graphql` WebSocket endpoint."""

    def __init__(self, process: Callable[[], Process], allowed_origins: tuple[str, ...]) -> None:
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT, max_subscriptions_per_connection=SUBSCRIPTIONS_LIMIT, allowed_origins=allowed_origins,
        )  # fmt: skip
        self._process = process

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
        try:
            await self.run(socket, context=context)
        finally:
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
        context.viewer = verified.viewer
        context.extra["expiry"] = asyncio.create_task(close_at(context.extra["socket"], verified.expires_at))

    def encode_json(self, data: object) -> str:
        """Texts, not bytes: bytes would go out as binary frames."""
        return orjson.dumps(data).decode()


async def close_at(socket: WebSocket, expires_at: int) -> None:
    """Ends a connection when its token ends."""
    await asyncio.sleep(max(0.0, expires_at - time.time()))
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(code=UNAUTHORIZED, reason="Token expired")
