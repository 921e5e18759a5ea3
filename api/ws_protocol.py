"""graphql-transport-ws: Strawberry's handler with our close codes, errors, pings, and sessions that end.

An operation that is wrong is answered by `error` under its id, and the other operations of its connection go on. What
is no message of the protocol closes the connection with 4400, as the protocol demands.
"""

import asyncio
import re
from contextlib import ExitStack, aclosing, suppress
from dataclasses import replace
from enum import IntEnum
from json import JSONDecodeError
from time import monotonic, time
from typing import Any, NoReturn, cast

import orjson
import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from api.drain import DRAIN
from api.http_request import NO_NUL, BadRequestError, has_nul, reason_of
from api.tokens import ExpiredTokenError, InvalidTokenError, Verified, require_session
from domain.access.access import AccessUnknownError
from domain.locales.catalogue import message as text_of
from schema.core.context import Context
from schema.engine.answers import Answer, answers
from schema.engine.execute import prepared
from schema.engine.extensions import SIGN_IN, masked

PING_SECONDS = 20.0
RETRY_SECONDS = 0.5
"""Between two looks at a session while the database does not answer."""
LONGEST_ID = 64
"""Of an operation, in characters."""
REASON_BYTES = 120
"""Of a close frame's reason; a longer one breaks the connection instead of closing it."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
NO_HALF = "A text has no half of a surrogate pair."
log = structlog.get_logger()


class Close(IntEnum):
    """Why this service ends a connection. To graphql-ws 4400, 4401, 4409 and 4429 are fatal; after others it goes on.

    Strawberry also ends one with 4406 (fatal) and 4408, and the server with 1009 (fatal).
    """

    RESTARTING = 1012
    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    SIGN_IN_AGAIN = 4401
    TOKEN_EXPIRED = 4403
    ID_IN_USE = 4409
    TOO_MANY_INITS = 4429
    SILENT = 4499


class Adapter(ASGIWebSocketAdapter):
    """Closes once, with a reason that fits its frame, and sends nothing afterwards."""

    @property
    def closed(self) -> bool:
        """Whether one of the two sides has closed."""
        return WebSocketState.DISCONNECTED in {self.ws.application_state, self.ws.client_state}

    async def send_json(self, message: Any) -> None:  # noqa: ANN401 - Strawberry's own signature
        """Sends a message; WebSocketDisconnected once the connection is closed."""
        await self.send_text(cast("str", self.view.encode_json(message)))

    async def send_text(self, text: str) -> None:
        """Sends the JSON of a message, likewise."""
        if self.closed:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(text)
        except RuntimeError:  # it was closed while the message waited for its turn
            if not self.closed:
                raise
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        """Ends the connection."""
        if not self.closed:
            await super().close(code, reason.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore"))


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection."""

    verified: Verified | None = None
    heard_at = 0.0
    keeper: "asyncio.Task[None] | None" = None

    async def handle(self) -> None:
        """Serves the connection; one that comes while the process is stopping is sent away at once."""
        self._answers: set[asyncio.Task[Any]] = set()
        DRAIN.sockets.add(self)
        leaving = asyncio.create_task(self.leave()) if DRAIN.active else None
        try:
            await super().handle()
        finally:
            DRAIN.sockets.discard(self)
            if leaving is not None:
                leaving.cancel()

    async def leave(self) -> None:
        """Answers the queries and mutations that are under way, and closes: another process takes the client."""
        while self._answers:
            await asyncio.wait(set(self._answers))
        await self._close(Close.RESTARTING, "Restarting: connect again")

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 - one of Strawberry's messages
        """Any message shows that the client is there."""
        self.heard_at = monotonic()
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:  # noqa: ANN401 - Strawberry's message
        """Signs in. A payload of null is none."""
        if self.connection_timed_out:
            return
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        if self.connection_init_received:
            await self.websocket.close(Close.TOO_MANY_INITS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        self.context.connection_params = message.get("payload") or {}
        try:
            self.verified = cast("Verified | None", await self.view.on_ws_connect(self.context))
        except ExpiredTokenError:
            await self.websocket.close(Close.TOKEN_EXPIRED, "Token expired")
        except InvalidTokenError:
            await self.websocket.close(Close.SIGN_IN_AGAIN, "The token is not valid")
        except AccessUnknownError:
            await self.websocket.close(Close.TRY_AGAIN_LATER, "Try again later")
        except ConnectionRejectionError:
            await self.websocket.close(Close.TRY_AGAIN_LATER, "You have too many connections")
        else:
            await self.send_message({"type": "connection_ack"})
            self.connection_acknowledged = True
            self.keeper = asyncio.create_task(self._keep())

    async def handle_subscribe(self, message: Any) -> None:  # noqa: ANN401 - Strawberry's message
        """Starts an operation, on a session that has not ended."""
        name = message["id"]
        if not self.connection_acknowledged:
            await self.websocket.close(Close.SIGN_IN_AGAIN, "Send connection_init first")
        elif name in self.operations:
            await self.websocket.close(Close.ID_IN_USE, f"Subscriber for {name} already exists")
        elif "refused" in message:
            await self._refuse(name, "BAD_USER_INPUT", message["refused"])
        elif len(self.operations) >= (self.max_subscriptions_per_connection or 0):
            limit = f"A connection has at most {self.max_subscriptions_per_connection} operations at a time."
            await self._refuse(name, "TOO_MANY_SUBSCRIPTIONS", limit)
        elif await self._goes_on(name):
            payload = message["payload"]
            try:
                context = self._context(payload)
            except BadRequestError as error:
                await self._refuse(name, error.code, str(error))
                return
            operation = Operation(self, name, payload["query"], payload.get("variables"), payload.get("operationName"))
            operation.task = asyncio.create_task(self.run_operation(operation, context))
            operation.task.add_done_callback(self._task_done)
            if prepared(operation.query, operation.operation_name).document is not None:  # no subscription
                self._answers.add(operation.task)
                operation.task.add_done_callback(self._answers.discard)
            self.operations[name] = operation

    def _context(self, payload: dict[str, Any]) -> Context:
        """The context of one operation: with the reason that it names, if any. BadRequestError."""
        extensions, viewer = payload.get("extensions"), self.context.viewer
        reason = reason_of(extensions if isinstance(extensions, dict) else None)
        return self.context if viewer is None or reason is None else self.context.of(replace(viewer, reason=reason))

    async def run_operation(self, operation: Operation[Context, None], context: Context | None = None) -> None:
        """Runs an operation to its end; what goes wrong is answered under its id."""
        try:
            try:
                request = operation.query, operation.variables, context or self.context, operation.operation_name
                async with aclosing(answers(*request)) as results:
                    async for answer in results:
                        await self._send_answer(operation, answer)
                await operation.send_operation_message({"id": operation.id, "type": "complete"})
            except WebSocketDisconnected:
                raise
            except Exception as error:  # noqa: BLE001 - told to the client; logged by `masked` if it is ours
                known = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
                await operation.send_initial_errors([masked(known, self.context)])
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)

    async def _send_answer(self, operation: Operation[Context, None], answer: Answer) -> None:
        if operation.completed or (answer.failed and await self._session_ended()):
            return
        if answer.refused:
            operation.completed = True
            self.forget_id(operation.id)
        kind = "error" if answer.refused else "next"
        name = orjson.dumps(operation.id).decode()
        message = f'{{"id":{name},"type":"{kind}","payload":{answer.payload}}}'
        await cast("Adapter", self.websocket).send_text(message)

    async def shutdown(self) -> None:
        """Ends everything of the connection."""
        if self.keeper is not None:
            self.keeper.cancel()
            await asyncio.gather(self.keeper, return_exceptions=True)
        await super().shutdown()

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004 - Strawberry's own signature
        """No operation ends the others of its connection, however wrong it is."""
        return None

    async def _goes_on(self, name: str) -> bool:
        """Whether the connection's session has not ended; the operation is told if it has."""
        if self.verified is None:
            return True
        try:
            await require_session(self.verified, self.context.services.access)
        except AccessUnknownError:
            await self._refuse(name, "UNAVAILABLE", text_of("UNAVAILABLE", self.context.locale))
        except InvalidTokenError as error:
            await self._refuse(name, "UNAUTHENTICATED", SIGN_IN, reason=error.reason)
            await self._end_session(error)
        else:
            return True
        return False

    async def _session_ended(self) -> bool:
        """Closes the connection if its session has ended, which is why something failed: the code says so."""
        if self.verified is None:
            return False
        try:
            await require_session(self.verified, self.context.services.access)
        except AccessUnknownError:
            return False
        except InvalidTokenError as error:
            await self._end_session(error)
            return True
        return False

    async def _refuse(self, name: str, code: str, text: str, **more: str) -> None:
        errors = [{"message": text, "extensions": {"code": code, **more}}]
        await self.websocket.send_json({"id": name, "type": "error", "payload": errors})

    async def _end_session(self, error: InvalidTokenError) -> None:
        if isinstance(error, ExpiredTokenError):
            await self._close(Close.TOKEN_EXPIRED, "Token expired")
        else:
            await self._close(Close.SIGN_IN_AGAIN, "Session ended")

    async def _close(self, code: Close, reason: str) -> None:
        """Closes; nothing is delivered while the client takes its time to answer."""
        await self.websocket.close(code, reason)
        for name in list(self.operations):
            await self.cleanup_operation(name)

    async def _keep(self) -> None:
        """Closes the connection when its token or session ended or its client is silent, also if none can tell."""
        try:
            with ExitStack() as stack:
                changed = asyncio.Event()
                if self.verified is not None:
                    changed = stack.enter_context(self.context.services.access.watch(self.verified.viewer.person_id))
                    changed.set()  # what changed between the verification and the watch
                await self._watch(changed)
        except WebSocketDisconnected:
            return
        except Exception:
            log.exception("websocket.fault", trace_id=self.context.trace_id)
            await self._close(Close.TRY_AGAIN_LATER, "Try again later")

    async def _watch(self, changed: asyncio.Event) -> None:
        pinged_at, asked_at = monotonic(), 0.0
        while not self._closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(pinged_at + PING_SECONDS - monotonic(), self._seconds_left())):
                    await changed.wait()
            if changed.is_set() or self._seconds_left() <= 0:
                await self._check(changed)
            if monotonic() >= pinged_at + PING_SECONDS and not self._closed:
                if self.heard_at < asked_at:
                    await self._close(Close.SILENT, "No answer to a ping")
                    return
                pinged_at = asked_at = monotonic()
                await self.websocket.send_json({"type": "ping"})

    async def _check(self, changed: asyncio.Event) -> None:
        changed.clear()
        if self.verified is None:
            return
        try:
            await require_session(self.verified, self.context.services.access)
        except AccessUnknownError:
            changed.set()
            await asyncio.sleep(RETRY_SECONDS)
        except InvalidTokenError as error:
            await self._end_session(error)

    @property
    def _closed(self) -> bool:
        return cast("Adapter", self.websocket).closed

    def _seconds_left(self) -> float:
        return PING_SECONDS if self.verified is None else self.verified.expires_at - time()


def read_message(text: str) -> dict[str, Any]:
    """A message as graphql-transport-ws has them; JSONDecodeError, which repeats nothing of it, for what is none.

    `refused`: why the operation of a `subscribe` message is not run, because no text of the database can hold it.
    """
    refused = NO_NUL if has_nul(text.encode(errors="replace")) else None
    try:
        message = orjson.loads(text)
    except JSONDecodeError:
        message, refused = _with_halves(text), NO_HALF
    if not _is_message(message) or (refused is not None and message["type"] == "connection_init"):
        _fail()
    if message["type"] != "subscribe":
        return dict(message)
    if len(message["id"]) > LONGEST_ID:
        refused = f"The id of an operation has at most {LONGEST_ID} characters."
    return message if refused is None else {**message, "refused": refused}


def _with_halves(text: str) -> Any:  # noqa: ANN401 - JSON
    """A message that is JSON but for halves of surrogate pairs, which are legal there and nowhere else."""
    try:
        return orjson.loads(_SURROGATE.sub(r"\\ufffd", text))
    except JSONDecodeError:
        _fail()


def _fail() -> NoReturn:
    message = "not a message"
    raise JSONDecodeError(message, "", 0) from None


def _is_message(message: object) -> bool:
    if (
        not isinstance(message, dict)
        or not isinstance(message.get("type"), str)
        or not isinstance(message.get("payload"), dict | None)
    ):
        return False
    if message["type"] not in {"subscribe", "complete"}:
        return True
    if not isinstance(message.get("id"), str) or not message["id"]:
        return False
    operation = message.get("payload") or {}
    return message["type"] == "complete" or (
        isinstance(operation.get("query"), str)
        and isinstance(operation.get("variables"), dict | None)
        and isinstance(operation.get("operationName"), str | None)
    )
