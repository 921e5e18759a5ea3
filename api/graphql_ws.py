"""GraphQL over WebSocket: graphql-transport-ws only, signed in by `connection_init`, as long as the session lasts."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.addresses import addresses
from api.compose import Process
from api.http_request import client_of
from api.tokens import InvalidTokenError, Verified
from api.towns import label
from api.ws_protocol import Adapter, Handler, read_message
from domain.locales.catalogue import choose
from schema.core.context import Context
from schema.root import schema

log = structlog.get_logger()
INIT_TIMEOUT = timedelta(seconds=10)
SUBSCRIPTIONS_LIMIT = 20


class GraphQLOverWebSocket(GraphQL[Context, None]):
    """The `/graphql` WebSocket endpoint."""

    websocket_adapter_class = Adapter
    graphql_transport_ws_handler_class = Handler

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
        address = context.extra["address"] = addresses().of_client(scope)

        async def admit(context: Context, fields: tuple[str, ...]) -> int | None:
            rates = self._process().rates
            return await rates.of_address(address) or await rates.of_viewer(context.viewer, fields)

        context.admit = admit
        context.observe = partial(self._observe, context.trace_id)
        try:
            await self.run(socket, context=context)
        finally:
            self._leave(context)

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 - Strawberry's own signature
        """Signs in by `{authorization: "Bearer ...", client: "till/2.1"}`; None without a token.

        InvalidTokenError, AccessUnknownError; ConnectionRejectionError for one socket too many.
        """
        parameters = context.connection_params or {}
        language = parameters.get("acceptLanguage")
        if isinstance(language, str):
            context.locale = choose(language)
        sent = [parameters[name] for name in ("authorization", "Authorization") if parameters.get(name) is not None]
        if not sent:
            return None
        if len(sent) > 1 or not isinstance(sent[0], str):
            raise InvalidTokenError
        return await self._sign_in(context, sent[0])

    async def _sign_in(self, context: Context, authorization: str) -> Verified:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidTokenError
        verified = await self._process().tokens.verify(token.strip(), context.services.access)
        self._join(context, verified.viewer.person_id)
        client = client_of((context.connection_params or {}).get("client"))
        context.viewer = replace(verified.viewer, client=client, address=context.extra["address"])
        context.session_version = verified.session_version
        return verified

    def _observe(self, trace_id: str, field: str, failed: bool, seconds: float, named: object) -> None:  # noqa: FBT001 - as the engine calls it
        """One operation of a socket in log and metrics; of a subscription, its beginning."""
        process, ended = self._process(), "error" if failed else "ok"
        towns = process.towns.named(named)
        process.metrics.answered(field, ended, label(towns), seconds)
        log.info(
            "graphql.answered",
            field=field,
            ended=ended,
            ms=round(seconds * 1000, 2),
            trace_id=trace_id,
            municipality=label(towns),
            municipalities=towns,
            transport="websocket",
        )

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
        """A message of the protocol; whatever else it is, the connection ends with 4400."""
        return read_message(data.decode() if isinstance(data, bytes) else data)

    def encode_json(self, data: object) -> str:
        """Texts, not bytes: bytes would go out as binary frames."""
        return orjson.dumps(data).decode()
