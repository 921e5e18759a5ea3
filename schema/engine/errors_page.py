"""docs/errors.md: every code that a client can meet, from the code. `make schema` writes it with the contract."""

from pathlib import Path
from typing import NamedTuple

from graphql import GraphQLSchema

from domain.locales.catalogue import codes
from domain.refusals import Advice, Refusal
from schema.core.refusals import refusals
from schema.engine.declared import declarations

PATH = Path(__file__).parents[2] / "docs" / "errors.md"
HEAD = """# Errors and refusals

Written by `make schema` from the code: do not edit.

Two channels. What a client can do something about is in the payload's `refusal`, as data. What is wrong with the request itself, or with us, is in
`errors`, with the code in `extensions.code`. Treat a code that you do not know by `advice` and `message`.

## Who asks

| token | HTTP | WebSocket |
|---|---|---|
| none | fields for everybody are answered; a field that may be null is null, with `UNAUTHENTICATED` at its path; otherwise the operation is not carried out and `UNAUTHENTICATED` stands alone | the same, under the operation's id |
| not valid, or of a session that was ended | `UNAUTHENTICATED`, `extensions.reason` `SIGN_IN_AGAIN`, status 401 | close 4401 |
| its time is over | `UNAUTHENTICATED`, `extensions.reason` `TOKEN_EXPIRED`, status 401 | close 4403 |
| valid, without the role of a field | a field of staff is null, with `NOT_PERMITTED` at its path; a payload has it as its refusal; an object is null, as if there were none. The other fields are answered. `outcome` and `fundingSources` are never null: they fail the whole answer | the same |
| sessions cannot be looked up | `UNAVAILABLE`, status 503 | close 1013 |
"""  # noqa: E501 - rows of a table


class Code(NamedTuple):
    """A code of `errors`: what it means, what to do, and where it can come."""

    meaning: str
    advice: str
    where: str


ERRORS = {
    "BAD_JSON": Code("The body, `variables` or `extensions` are not JSON", "mend the request", "HTTP, 400"),
    "BAD_REQUEST": Code(
        "The request is no operation: no `query`, no operation of this name, two `Authorization` headers",
        "mend the request",
        "HTTP, 400; WebSocket",
    ),
    "BAD_USER_INPUT": Code(
        "A value that its type does not take; the message names it", "mend the value", "any field, with its path"
    ),
    "BODY_TOO_LARGE": Code("More bytes than a request may have", "ask for less", "HTTP, 413"),
    "BODY_TOO_SLOW": Code("The body did not arrive in time", "send it again", "HTTP, 408"),
    "CROSS_SITE_REQUEST": Code(
        "A page of another site sent a GET", "send operations by POST from an allowed origin", "HTTP, 403"
    ),
    "DISCONNECTED": Code(
        "The client went away before its request was read", "send it again", "HTTP, 400; the log only"
    ),
    "GRAPHQL_VALIDATION_FAILED": Code(
        "The document is not valid against the contract", "compare it with schema.graphql", "every operation"
    ),
    "INTERNAL": Code(
        "A fault of ours, with `traceId`. Of a mutation nothing is known: ask `outcome`",
        "ask `outcome`, then send the same key again",
        "any field; HTTP and `PUT`, 500",
    ),
    "METHOD_NOT_ALLOWED": Code("GET takes queries only, other methods none", "send it by POST", "HTTP, 405"),
    "NO_BATCHES": Code("A list of operations", "send one operation a request", "HTTP, 400"),
    "NO_INTROSPECTION": Code("Introspection exists in development only", "use schema.graphql", "`__schema`, `__type`"),
    "NOT_FOUND": Code(
        "There is no such object, or it is not one that the person may see",
        "do not repeat; ask the person to sign in with another account",
        "subscriptions, and fields that name another object",
    ),
    "NOT_PERMITTED": Code(
        "The token has no role that may call the field", "do not repeat", "root fields, with the path"
    ),
    "ONE_MONEY_MUTATION": Code("Two mutations that move value in one operation", "send them one by one", "mutations"),
    "OPERATION_TIMED_OUT": Code("A query took too long and was given up", "ask for less, or later", "queries, 503"),
    "PERSISTED_QUERY_NOT_SUPPORTED": Code("A hash instead of a document", "send the document; Apollo does", "HTTP"),
    "QUERY_TOO_COSTLY": Code("The operation costs more than one may, see [limits](limits.md)", "ask for less", "all"),
    "RATE_LIMITED": Code("Too many requests", "wait `retryAfter` seconds, then send the same again", "all, HTTP 429"),
    "TOO_DEEP": Code("More levels than an operation may have", "ask for less", "all"),
    "TOO_MANY_ALIASES": Code("More aliases than an operation may have", "ask for less", "all"),
    "TOO_MANY_SUBSCRIPTIONS": Code("More subscriptions than a connection or person may have", "end some", "WebSocket"),
    "UNAUTHENTICATED": Code("No token, or one that is not taken, see above", "sign in, or take a new token", "all"),
    "UNAVAILABLE": Code("The database is away; nothing was written", "wait, then send the same again", "all, HTTP 503"),
    "UNSUPPORTED_MEDIA_TYPE": Code("The body is not `application/json`", "mend the request", "HTTP, 415"),
    "UPLOAD_ADDRESS_EXPIRED": Code("The address waited too long", "make another by `createUpload`", "`PUT`, 410"),
    "UPLOAD_ADDRESS_UNKNOWN": Code("No such address, or of another person", "make another", "`PUT`, 404"),
    "UPLOAD_ADDRESS_USED": Code("The address has had its file", "make another", "`PUT`, 409"),
    "UPLOAD_BROKEN_OFF": Code("The file did not arrive whole", "make another address, send it again", "`PUT`, 408"),
    "UPLOAD_EMPTY": Code("The file has no bytes", "choose the file again", "`PUT`, 400"),
    "UPLOAD_TOO_LARGE": Code("The file is larger than `maximumBytes`", "divide it", "`PUT`, 413"),
    "UPLOAD_WRONG_TYPE": Code("None of `contentTypes`", "send it as one of them", "`PUT`, 415"),
}
"""Of the request itself. `tests/docs/test_errors.py` looks for codes in the source that are not here."""


def page(schema: GraphQLSchema) -> str:
    """The page's text."""
    return HEAD + _errors() + _refusals(schema)


def _errors() -> str:
    rows = "".join(
        f"| `{name}` | {code.meaning} | {code.advice} | {code.where} |\n" for name, code in sorted(ERRORS.items())
    )
    return f"\n## Errors of a request\n\n| code | means | what to do | where |\n|---|---|---|---|\n{rows}"


def _refusals(schema: GraphQLSchema) -> str:
    kinds = sorted(refusals(), key=lambda kind: kind.code)
    advice = "".join(f"\n### {name}\n\n{_of(name, kinds, schema)}" for name in Advice)
    return (
        "\n## Refusals\n\nBy `advice`; `retryAfter` is the seconds to wait. `{...}` in a sentence is filled in."
        f" [What an app does](clients.md#after-a-refusal).\n{advice}"
    )


def _of(advice: Advice, kinds: list[type[Refusal]], schema: GraphQLSchema) -> str:
    rows = "".join(_row(kind, schema) for kind in kinds if kind.advice is advice)
    return f"| code | means | ja | en | fields |\n|---|---|---|---|---|\n{rows}"


def _row(kind: type[Refusal], schema: GraphQLSchema) -> str:
    meaning = " ".join((kind.__doc__ or "").split())
    wait = "" if kind.retry_after is None else f" `retryAfter`: {kind.retry_after}."
    words = " | ".join(codes(locale)[kind.code].replace("|", "\\|") for locale in ("ja", "en"))
    return f"| `{kind.code}` | {meaning}{wait} | {words} | {_fields(kind, schema)} |\n"


def _fields(kind: type[Refusal], schema: GraphQLSchema) -> str:
    known = declarations(schema)
    names = sorted(name for name, declared in known.items() if kind in declared.refuses)
    return f"all {len(names)} with a payload" if len(names) > MANY else ", ".join(f"`{name}`" for name in names)


MANY = 40
"""Fields beyond which naming them all says less than their number."""
