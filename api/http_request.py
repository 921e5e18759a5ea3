"""What a GraphQL request over HTTP asks for: an operation from a body or an address, and the form of its answer.

After the working draft of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from domain.ledger.act import NOTE_LIMIT

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"
NO_NUL = "A text has no NUL character (\\u0000)."
REASON = f"A reason is a text of 1 to {NOTE_LIMIT} characters, without control characters."
CLIENT = re.compile(r"[A-Za-z0-9._-]{1,32}/[A-Za-z0-9._-]{1,24}")
"""What is kept of an app for ever: name and version, and no other text."""
_NUL = b"\\u0000"
_UNESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
PERSISTED_QUERY_NOT_SUPPORTED = "PersistedQueryNotSupported"
"""The words by which Apollo's clients know that they must send the whole document."""


class BadRequestError(Exception):
    """A request that is not carried out, for a reason that has no field."""

    def __init__(
        self, status: int, code: str, message: str, retry_after: int | None = None, **facts: str | None
    ) -> None:
        """retry_after: the seconds after which the same request may be sent again.

        facts: more of the error's `extensions`, such as `reason` of UNAUTHENTICATED and `traceId` of INTERNAL.
        """
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.code = code
        self._facts = facts

    @property
    def as_sent(self) -> dict[str, object]:
        """The error as clients read it, in `errors`."""
        sent = {"code": self.code, "retryAfter": self.retry_after, **self._facts}
        return {"message": str(self), "extensions": {name: value for name, value in sent.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it was sent."""

    query: str
    variables: dict[str, Any] | None
    name: str | None
    reason: str | None = None
    """Why it is sent, in the words of staff, for the audit trail."""


def client_of(sent: object) -> str | None:
    """The name and version of an app, such as `kippo-ios/3.2.1`; None for anything else."""
    return sent if isinstance(sent, str) and CLIENT.fullmatch(sent) else None


def reason_of(extensions: dict[str, Any] | None, header: str | None = None) -> str | None:
    """The reason in `extensions.reason`, or else in the header, there as UTF-8 in percent-encoding. BadRequestError."""
    sent = (extensions or {}).get("reason")
    if sent is None and header is not None:
        sent = unquote(header, errors="replace")
    if sent is None:
        return None
    reason = sent.strip() if isinstance(sent, str) else ""
    if not 0 < len(reason) <= NOTE_LIMIT or not reason.isprintable():
        raise BadRequestError(400, "BAD_USER_INPUT", REASON)
    return reason


def from_body(content_type: bytes, body: bytes) -> Operation:
    """The operation of a JSON body."""
    if content_type.partition(b";")[0].strip().lower() != JSON:
        raise BadRequestError(415, "UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`.")
    return _operation(_loaded(body, "The body"))


def from_address(query_string: bytes) -> Operation:
    """The operation of `GET /graphql?query=...`: `variables` and `extensions` are JSON."""
    parameters = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    sent: dict[str, Any] = {name: parameters[name] for name in ("query", "operationName") if name in parameters}
    for name in ("variables", "extensions"):
        if parameters.get(name):
            sent[name] = _loaded(parameters[name].encode(), f"`{name}`")
    return _operation(sent)


def has_nul(text: bytes) -> bool:
    """Whether a JSON text has a NUL, of which PostgreSQL has no text. JSON has no other way to write it.

    An escaped backslash before `u0000`, as in the name of a folder, is none.
    """
    return _NUL in text and _UNESCAPED_NUL.search(text) is not None


def _loaded(text: bytes, place: str) -> Any:  # noqa: ANN401 - any JSON
    if has_nul(text):
        raise BadRequestError(400, "BAD_USER_INPUT", NO_NUL)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(400, "BAD_JSON", f"{place} is not JSON.") from error


def _operation(sent: Any) -> Operation:  # noqa: ANN401 - any JSON
    if isinstance(sent, list):
        raise BadRequestError(400, "NO_BATCHES", "One operation per request; a list of them is not taken.")
    if not isinstance(sent, dict):
        raise BadRequestError(400, "BAD_REQUEST", 'The body must be {"query": "...", "variables": {...}}.')
    query, extensions = sent.get("query"), sent.get("extensions")
    if query is None and isinstance(extensions, dict) and "persistedQuery" in extensions:
        raise BadRequestError(200, "PERSISTED_QUERY_NOT_SUPPORTED", PERSISTED_QUERY_NOT_SUPPORTED)
    if not isinstance(query, str):
        raise BadRequestError(400, "BAD_REQUEST", 'The body must be {"query": "...", "variables": {...}}.')
    variables, name = sent.get("variables"), sent.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise BadRequestError(400, "BAD_REQUEST", "`variables` must be an object and `operationName` a text.")
    if not isinstance(extensions, dict | None):
        raise BadRequestError(400, "BAD_REQUEST", "`extensions` must be an object.")
    return Operation(query, variables, name or None, reason_of(extensions))


def media_type(accept: bytes | None) -> bytes:
    """The form of the answer that a client likes most: JSON where it does not say, or takes neither.

    Answers of the type `application/graphql-response+json` tell by their status whether the operation was carried
    out. Those of `application/json` are 200 for every operation that could be read.
    """
    if accept is None or accept == JSON:
        return JSON
    liked = [(quality, kind) for kind, quality in _accepted(accept) if quality]
    return max(liked, key=lambda pair: pair[0])[1] if liked else JSON


def _accepted(accept: bytes) -> Iterator[tuple[bytes, int]]:
    """Our types among those of an Accept header, with their quality in thousandths, in the header's order."""
    for part in accept.lower().split(b","):
        kind, *parameters = (piece.strip() for piece in part.split(b";"))
        if kind in {JSON, GRAPHQL_JSON}:
            yield kind, _quality(parameters)
        elif kind in {b"*/*", b"application/*"}:
            yield JSON, _quality(parameters)


def _quality(parameters: list[bytes]) -> int:
    """`q=0.8` as 800; 1000 without one, 0 for one that is no number."""
    value = next((parameter[2:] for parameter in parameters if parameter.startswith(b"q=")), b"1")
    whole, _, fraction = value.partition(b".")
    digits = whole + fraction.ljust(3, b"0")[:3]
    return int(digits) if digits.isdigit() and digits.isascii() else 0


def is_from_elsewhere(headers: dict[bytes, bytes], allowed_origins: tuple[str, ...]) -> bool:
    """Whether a browser says that another site's page sent this. Then a GET, which needs no preflight, is refused."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    return headers.get(b"sec-fetch-site") in {b"cross-site", b"same-site"} and origin not in allowed_origins
