"""GraphQL over HTTP: POST with JSON, one operation. Plain ASGI, since every request passes here."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from api import faults
from api.compose import Process
from api.tokens import InvalidTokenError
from domain.locales.catalogue import choose
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.extensions import FAULT

BODY_LIMIT = 65_536
"""Bytes of a request."""
CLIENT_LIMIT = 64
NUL = b"\\u0000"
"""JSON has no other way to write it, in a value or in a document's own texts; PostgreSQL has no text with it."""
JSON_HEADERS = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
log = structlog.get_logger()


class BadRequestError(Exception):
    """A request that is not a GraphQL operation."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class GraphQLOverHttp:
    """The `POST /graphql` endpoint."""

    def __init__(self, process: Callable[[], Process]) -> None:
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        process = self._process()
        trace_id = secrets.token_hex(8)
        headers = dict(scope["headers"])
        try:
            operation = parse(headers, await read(headers, receive))
            viewer = await viewer_of(process, headers)
        except BadRequestError as error:
            await refuse(send, error, trace_id)
            return
        except Exception:
            log.exception("graphql.fault", trace_id=trace_id)
            await refuse(send, BadRequestError(503, "INTERNAL", FAULT), trace_id)
            return
        context = Context(
            process.services,
            viewer,
            choose(text(headers, b"accept-language")),
            trace_id,
            introspects=process.settings.development,
        )

        async def run() -> bytes:
            return await answer(process, operation, context)

        fault = text(headers, b"x-meguru-fault")
        if fault is not None and process.settings.development:
            await faults.rehearse(fault, run, lambda body: respond(send, 200, body, trace_id), send)
        else:
            await respond(send, 200, await run(), trace_id)


async def answer(process: Process, operation: dict[str, Any], context: Context) -> bytes:
    """Executes one operation; the JSON of its answer."""
    started = time.perf_counter()
    result = await execute(operation["query"], operation.get("variables"), context, operation.get("operationName"))
    errors = result.errors
    body: dict[str, Any] = {"data": result.data}
    if errors:
        body["errors"] = [error.formatted for error in errors]
        if result.data is None:
            del body["data"]
    seconds = time.perf_counter() - started
    field = context.field or "invalid"
    ended = "error" if errors else "refused" if context.refusal else "ok"
    process.metrics.answered(field, ended, seconds, interpreted=context.interpreted)
    log.info(
        "graphql.answered",
        field=field,
        ended=ended,
        refusal=context.refusal,
        ms=round(seconds * 1000, 2),
        trace_id=context.trace_id,
        municipality=context.municipality,
    )
    return orjson.dumps(body)


async def read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The body, up to BODY_LIMIT bytes."""
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > BODY_LIMIT:
        raise BadRequestError(413, "BODY_TOO_LARGE", f"A request has at most {BODY_LIMIT} bytes.")
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


def parse(headers: dict[bytes, bytes], body: bytes) -> dict[str, Any]:
    """The operation of a body: an object with `query`, and perhaps `variables` and `operationName`."""
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        raise BadRequestError(415, "UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`.")
    if NUL in body:
        raise BadRequestError(400, "BAD_USER_INPUT", "A text has no NUL character (\\u0000).")
    try:
        operation = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(400, "BAD_JSON", "The body is not JSON.") from error
    if isinstance(operation, list):
        raise BadRequestError(400, "NO_BATCHES", "One operation per request; a list of them is not taken.")
    if not isinstance(operation, dict) or not isinstance(operation.get("query"), str):
        raise BadRequestError(400, "BAD_REQUEST", 'The body must be {"query": "...", "variables": {...}}.')
    if not isinstance(operation.get("variables"), dict | None) or not isinstance(
        operation.get("operationName"), str | None
    ):
        raise BadRequestError(400, "BAD_REQUEST", "`variables` must be an object and `operationName` a text.")
    return operation


async def viewer_of(process: Process, headers: dict[bytes, bytes]) -> Viewer | None:
    """Who the bearer token says is asking; None without a token."""
    authorization = text(headers, b"authorization")
    if authorization is None:
        return None
    viewer = await verify(process, authorization)
    client = text(headers, b"x-meguru-client")
    return viewer if client is None else replace(viewer, client=client[:CLIENT_LIMIT])


async def verify(process: Process, authorization: str) -> Viewer:
    """The viewer of an Authorization value; a token that is not valid is never treated as none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise BadRequestError(401, "UNAUTHENTICATED", "Send `Authorization: Bearer <token>`.")
    try:
        return (await process.tokens.verify(token.strip())).viewer
    except InvalidTokenError as error:
        raise BadRequestError(401, "UNAUTHENTICATED", "The token is not valid any more: sign in again.") from error


def text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    """A header as text."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


async def refuse(send: Send, error: BadRequestError, trace_id: str) -> None:
    """Answers a request that is not an operation."""
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": {"code": error.code}}]})
    await respond(send, error.status, body, trace_id)


async def respond(send: Send, status: int, body: bytes, trace_id: str) -> None:
    """Sends a JSON answer."""
    headers = [*JSON_HEADERS, (b"content-length", b"%d" % len(body)), (b"x-trace-id", trace_id.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
