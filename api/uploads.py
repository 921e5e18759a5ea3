"""`PUT /uploads/<id>/<secret>`: one file, once, by the person who made the address.

It goes to the database in chunks.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from uuid import UUID

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.compose import Process
from api.graphql_http import admit_address, viewer_of
from api.http_request import BadRequestError
from domain import logs
from domain.database import to_the_end
from domain.identifiers import InvalidIdError, Prefix, decode
from domain.locales.catalogue import choose, message
from domain.uploads.purposes import MEBIBYTE, TERMS, Terms
from domain.uploads.reads import Upload
from domain.uploads.receive import NotTaken, Receiver, claim, fail, look_up
from schema.core.errors import outage_of

PATH = "/uploads/{upload}/{secret}"
SILENCE_SECONDS = 20.0
"""How long a client may send nothing."""
ARRIVAL_SECONDS = 300.0
"""How long a file may take altogether."""
log = structlog.get_logger()
_NOT_TAKEN = {
    NotTaken.UNKNOWN: (404, "UPLOAD_ADDRESS_UNKNOWN"),
    NotTaken.USED: (409, "UPLOAD_ADDRESS_USED"),
    NotTaken.EXPIRED: (410, "UPLOAD_ADDRESS_EXPIRED"),
}


class NotReceivedError(Exception):
    """Why a file was not taken: status, code, and the figures of its message."""

    def __init__(self, status: int, code: str, **data: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.data = data


def uploads(process: Callable[[], Process]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint."""

    async def put(request: Request) -> Response:
        trace_id = secrets.token_hex(8)
        locale = choose(request.headers.get("accept-language"))
        try:
            upload, receiver = await _receive(process(), request)
        except NotReceivedError as error:
            log.info("upload.refused", code=error.code, trace_id=trace_id)
            text = message(error.code, locale, **error.data)
            return _refusal(BadRequestError(error.status, error.code, text), trace_id)
        except BadRequestError as error:
            return _refusal(error, trace_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered as what it is
            return _refusal(_fault(error, locale, trace_id), trace_id)
        log.info("upload.received", municipality=upload.municipality, bytes=receiver.size, trace_id=trace_id)
        return _answer(201, trace_id, {"upload": {"id": request.path_params["upload"], "bytes": receiver.size}})

    return put


def _fault(error: Exception, locale: str, trace_id: str) -> BadRequestError:
    outage, text = outage_of(error), message("UPLOAD_BROKEN_OFF", locale)
    if outage is None:
        log.error("upload.fault", trace_id=trace_id, exc_info=error)
        return BadRequestError(500, "INTERNAL", text, traceId=trace_id)
    logs.rarely(log.warning, "database.away", trace_id=trace_id)
    return BadRequestError(503, outage.code, text)


async def _receive(process: Process, request: Request) -> tuple[Upload, Receiver]:
    await admit_address(process, request.scope)
    upload = await _address(process, request)
    terms = TERMS[upload.purpose]
    _check_head(request, terms)
    if not await to_the_end(claim(process.services, upload)):
        raise NotReceivedError(*_NOT_TAKEN[NotTaken.USED])
    receiver = Receiver(process.services, upload)
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            await _stream(request, receiver, terms)
        await to_the_end(receiver.finish())
    except (ClientDisconnect, TimeoutError) as error:
        raise NotReceivedError(408, "UPLOAD_BROKEN_OFF") from error
    finally:
        if not receiver.finished:
            await to_the_end(fail(upload))
    return upload, receiver


async def _address(process: Process, request: Request) -> Upload:
    viewer = await viewer_of(process, request.scope)
    if viewer is None:
        raise BadRequestError(401, "UNAUTHENTICATED", "Send `Authorization: Bearer <token>`.")
    try:
        prefix, municipality, key = decode(request.path_params["upload"])
    except InvalidIdError as error:
        raise NotReceivedError(*_NOT_TAKEN[NotTaken.UNKNOWN]) from error
    if prefix is not Prefix.UPLOAD or not isinstance(key, UUID):
        raise NotReceivedError(*_NOT_TAKEN[NotTaken.UNKNOWN])
    upload = await look_up(process.services, municipality, key, request.path_params["secret"], viewer.person_id)
    if isinstance(upload, NotTaken):
        raise NotReceivedError(*_NOT_TAKEN[upload])
    return upload


def _check_head(request: Request, terms: Terms) -> None:
    """What can be refused before anything is read: the address stays good for another try."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in terms.content_types:
        raise NotReceivedError(415, "UPLOAD_WRONG_TYPE", types=", ".join(terms.content_types))
    declared = request.headers.get("content-length")
    if declared is None:
        return
    if not declared.isdigit() or int(declared) > terms.maximum_bytes:
        raise NotReceivedError(413, "UPLOAD_TOO_LARGE", megabytes=terms.maximum_bytes // MEBIBYTE)
    if int(declared) == 0:
        raise NotReceivedError(400, "UPLOAD_EMPTY")


async def _stream(request: Request, receiver: Receiver, terms: Terms) -> None:
    parts = request.stream()
    while True:
        try:
            part = await asyncio.wait_for(anext(parts), SILENCE_SECONDS)
        except StopAsyncIteration:
            break
        if not await receiver.take(part):
            raise NotReceivedError(413, "UPLOAD_TOO_LARGE", megabytes=terms.maximum_bytes // MEBIBYTE)
    if not receiver.size:
        raise NotReceivedError(400, "UPLOAD_EMPTY")


def _refusal(error: BadRequestError, trace_id: str) -> Response:
    answer = _answer(error.status, trace_id, {"errors": [error.as_sent]})
    if error.retry_after is not None:
        answer.headers["retry-after"] = str(error.retry_after)
    return answer


def _answer(status: int, trace_id: str, body: dict[str, object]) -> Response:
    headers = {"x-trace-id": trace_id, "cache-control": "no-store"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
