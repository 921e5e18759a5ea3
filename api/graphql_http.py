"""GraphQL over HTTP: an operation by POST with JSON, a query also by GET.

Plain ASGI, since every request passes here.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError
from starlette.types import Receive, Scope, Send

from api import faults
from api.addresses import addresses
from api.compose import Process
from api.http_request import (
    GRAPHQL_JSON,
    JSON,
    BadRequestError,
    Operation,
    client_of,
    from_address,
    from_body,
    is_from_elsewhere,
    media_type,
    reason_of,
)
from api.readers import ReaderGoneError, while_reader_waits
from api.tokens import InvalidTokenError
from api.towns import label
from domain import logs
from domain.locales.catalogue import choose, message
from domain.refusals import UnavailableError
from domain.viewer import Viewer
from schema.core.context import Context
from schema.core.errors import TimedOutError, outage_of
from schema.engine.execute import execute, is_query, texts_in_document
from schema.engine.extensions import FAULT, RATE_LIMITED, WAIT

BODY_LIMIT = 65_536
"""Bytes of a request."""
BODY_SECONDS = 20
STATUS_OF = {"UNAUTHENTICATED": 401, "INTERNAL": 500, TimedOutError.code: 503, UnavailableError.code: 503}
"""Status of an operation that was not carried out, in an answer of the type application/graphql-response+json."""
RETRY_AFTER = 2
"""Seconds after which to ask again while the database is away."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of a result, and the status by which answers of the GraphQL media type tell how it ended."""

    body: bytes
    status: int
    retry_after: int | None = None
    """Seconds to wait: asked too often, or the database is away. Then the status says so in every media type."""


class GraphQLOverHttp:
    """`/graphql`: operations by POST, queries also by GET."""

    def __init__(self, process: Callable[[], Process]) -> None:
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        process = self._process()
        trace_id = secrets.token_hex(8)
        started = time.perf_counter()
        headers = dict(scope["headers"])
        form = media_type(headers.get(b"accept"))
        try:
            await admit_address(process, scope)
            operation = await operation_of(process, scope, headers, receive)
            viewer = await viewer_of(process, scope)
            if viewer is not None and operation.reason is not None:
                viewer = replace(viewer, reason=operation.reason)
        except BadRequestError as error:
            await refuse(send, error, trace_id, form)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered as what it is
            await refuse(send, fault_of(error, choose(text(headers, b"accept-language")), trace_id), trace_id, form)
            return
        context = Context(
            process.services,
            viewer,
            choose(text(headers, b"accept-language")),
            trace_id,
            introspects=process.settings.development,
            admit=lambda context, fields: process.rates.of_viewer(context.viewer, fields),
        )
        fault = text(headers, b"x-meguru-fault")
        if fault is not None and process.settings.development:
            await rehearsed(fault, process, operation, context, send)
            return
        working = answer(process, operation, context)
        try:
            is_read = is_query(operation.query, operation.name)
            result = await (while_reader_waits(receive, working) if is_read else working)
        except ReaderGoneError:
            towns = towns_of(process, operation, context)
            process.metrics.answered(context.field or "invalid", "gone", label(towns), time.perf_counter() - started)
            return
        carried_out = form != GRAPHQL_JSON and result.retry_after is None
        status = 200 if carried_out else result.status
        await respond(send, status, result.body, trace_id, form, result.retry_after)


def fault_of(error: Exception, locale: str, trace_id: str) -> BadRequestError:
    """What to answer if it is not even known who asks: the database is away, or it is a fault of ours."""
    outage = outage_of(error)
    if outage is None:
        log.error("graphql.fault", trace_id=trace_id, exc_info=error)
        return BadRequestError(500, "INTERNAL", FAULT, traceId=trace_id)
    logs.rarely(log.warning, "database.away", trace_id=trace_id)
    return BadRequestError(503, outage.code, message(outage.code, locale), RETRY_AFTER)


async def rehearsed(fault: str, process: Process, operation: Operation, context: Context, send: Send) -> None:
    """Answers as a broken network would. Developers practise with it."""

    async def run() -> bytes:
        return (await answer(process, operation, context)).body

    def finish(body: bytes) -> Awaitable[None]:
        return respond(send, 200, body, context.trace_id, JSON)

    await faults.rehearse(fault, run, finish, send)


async def operation_of(process: Process, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Operation:
    """The operation of a request. GET takes queries only, and none of another site's page."""
    if scope["method"] == "POST":
        return from_body(headers.get(b"content-type", b""), await read(headers, receive))
    if is_from_elsewhere(headers, process.settings.allowed_origins):
        raise BadRequestError(403, "CROSS_SITE_REQUEST", "Pages of other sites send operations by POST.")
    operation = from_address(scope["query_string"])
    if not is_query(operation.query, operation.name):
        raise BadRequestError(405, "METHOD_NOT_ALLOWED", "GET takes queries only: send this operation by POST.")
    return operation


async def answer(process: Process, operation: Operation, context: Context) -> Answer:
    """Executes one operation."""
    started = time.perf_counter()
    result = await execute(operation.query, operation.variables, context, operation.name)
    errors = result.errors
    body: dict[str, Any] = {"data": result.data}
    status = 200
    if errors:
        body["errors"] = [error.formatted for error in errors]
        if result.data is None and not was_begun(errors):
            del body["data"]
            status = STATUS_OF.get(str((errors[0].extensions or {}).get("code")), 400)
    seconds = time.perf_counter() - started
    field = context.field or "invalid"
    ended = "error" if errors else "refused" if context.refusal else "ok"
    towns = towns_of(process, operation, context)
    process.metrics.answered(field, ended, label(towns), seconds, interpreted=context.interpreted)
    log.info(
        "graphql.answered",
        field=field,
        ended=ended,
        refusal=context.refusal,
        ms=round(seconds * 1000, 2),
        trace_id=context.trace_id,
        municipality=label(towns),
        municipalities=towns,
    )
    retry_after = RETRY_AFTER if is_unavailable(result) else retry_after_of(errors)
    if retry_after is not None:
        status = 503 if is_unavailable(result) else 429
    return Answer(orjson.dumps(body), status, retry_after)


def towns_of(process: Process, operation: Operation, context: Context) -> list[int]:
    """The numbers of the towns that an operation is about: what it names, or what its resolvers found."""
    if context.municipality is not None:
        return [context.municipality]
    return process.towns.named(texts_in_document(operation.query, operation.name), operation.variables)


def retry_after_of(errors: list[GraphQLError] | None) -> int | None:
    """The seconds that a client has to wait which has asked too often."""
    extensions = errors[0].extensions if errors else None
    return extensions.get("retryAfter") if extensions and extensions.get("code") == RATE_LIMITED else None


async def admit_address(process: Process, scope: Scope) -> None:
    """Counts a request of an address, also one without a token or with one that is none."""
    seconds = await process.rates.of_address(addresses().of_client(scope))
    if seconds is not None:
        raise BadRequestError(429, RATE_LIMITED, WAIT.format(seconds=seconds), seconds)


def is_unavailable(result: ExecutionResult) -> bool:
    """Whether nothing was had because the database was away."""
    codes = {str((error.extensions or {}).get("code")) for error in result.errors or ()}
    return UnavailableError.code in codes and not any(value is not None for value in (result.data or {}).values())


def was_begun(errors: list[GraphQLError]) -> bool:
    """Whether fields were resolved: their errors have paths, those of requests that were refused before have none."""
    return any(error.path for error in errors)


async def read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The body: up to BODY_LIMIT bytes, within BODY_SECONDS."""
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > BODY_LIMIT:
        raise BadRequestError(413, "BODY_TOO_LARGE", f"A request has at most {BODY_LIMIT} bytes.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _body(receive)
    except TimeoutError as error:
        raise BadRequestError(408, "BODY_TOO_SLOW", f"A request arrives within {BODY_SECONDS} seconds.") from error


async def _body(receive: Receive) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequestError(400, "DISCONNECTED", "The client went away.")
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise BadRequestError(413, "BODY_TOO_LARGE", f"A request has at most {BODY_LIMIT} bytes.")
        more = message.get("more_body", False)
    return body


async def viewer_of(process: Process, scope: Scope) -> Viewer | None:
    """Who the bearer token says is asking; None without a token. Of two tokens nobody knows which is meant."""
    if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
        raise BadRequestError(400, "BAD_REQUEST", "Send one Authorization header.")
    headers = dict(scope["headers"])
    authorization = text(headers, b"authorization")
    if authorization is None:
        return None
    viewer = await verify(process, authorization)
    client, reason = client_of(text(headers, b"x-meguru-client")), reason_of(None, text(headers, b"x-meguru-reason"))
    return replace(viewer, client=client, reason=reason, address=addresses().of_client(scope))


async def verify(process: Process, authorization: str) -> Viewer:
    """The viewer of an Authorization value; a token that is not valid is never treated as none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthenticated("Send `Authorization: Bearer <token>`.", InvalidTokenError())
    try:
        return (await process.tokens.verify(token.strip(), process.services.access)).viewer
    except InvalidTokenError as error:
        raise unauthenticated("The token is not valid any more: sign in again.", error) from error


def unauthenticated(words: str, error: InvalidTokenError) -> BadRequestError:
    """The answer to a token that is not taken, with the reason that also closes sockets."""
    return BadRequestError(401, "UNAUTHENTICATED", words, reason=error.reason)


def text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    """A header as text."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


async def refuse(send: Send, error: BadRequestError, trace_id: str, form: bytes) -> None:
    """Answers a request that is not an operation."""
    body = orjson.dumps({"errors": [error.as_sent]})
    await respond(send, error.status, body, trace_id, form, error.retry_after)


async def respond(
    send: Send, status: int, body: bytes, trace_id: str, form: bytes, retry_after: int | None = None
) -> None:
    """Sends a JSON answer."""
    headers = [
        (b"content-type", form + b"; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"vary", b"accept, accept-language"),
        (b"content-length", b"%d" % len(body)),
        (b"x-trace-id", trace_id.encode()),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", b"%d" % retry_after))
    if status == 405:  # noqa: PLR2004 - the status says it
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
