"""Asks root fields as the schema says they are asked, and tells refusals from answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from enum import Enum
from typing import Any

import asyncpg
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_required_argument,
)

from domain.database import rows
from domain.services import Services
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.root import schema
from tests.support.streamed import streamed

CORE = schema._schema
ROOTS = {"query": CORE.query_type, "mutation": CORE.mutation_type, "subscription": CORE.subscription_type}
REFUSALS = frozenset({"UNAUTHENTICATED", "NOT_PERMITTED", "NOT_FOUND", "BAD_USER_INPUT"})
"""Codes of top-level errors that say no. INTERNAL never does."""
OPENED_FOR_ANYBODY = {"lot"}
"""Tables that may have a new row after a refusal: the lot of a day is opened before anybody is asked who they are, and holds nothing."""
SECONDS = 10
"""How long the first item of a stream may take; every probe of one has something to tell."""


def fields() -> dict[str, tuple[str, GraphQLField]]:
    """Every root field with its kind of operation."""
    return {
        name: (kind, field) for kind, root in ROOTS.items() if root is not None for name, field in root.fields.items()
    }


def document(name: str, depth: int = 2) -> str:
    """A field with all its arguments as variables, and everything below it, so deep."""
    kind, field = fields()[name]
    declared = ", ".join(f"${argument}: {known.type}" for argument, known in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    head = f"{kind}({declared})" if declared else kind
    return f"{head} {{ {name}{f'({passed})' if passed else ''} {selection(field.type, depth)} }}"


def selection(kind: Any, depth: int) -> str:
    """All fields that need no argument."""
    named = get_named_type(kind)
    if isinstance(named, (GraphQLScalarType, GraphQLEnumType)):
        return ""
    if isinstance(named, GraphQLUnionType):
        return (
            f"{{ __typename {' '.join(f'... on {member.name} {selection(member, depth)}' for member in named.types)} }}"
        )
    assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType))
    plain = [_field(name, field, depth) for name, field in named.fields.items() if _is_plain(field)]
    return f"{{ __typename {' '.join(plain)} }}"


def _is_plain(field: GraphQLField) -> bool:
    return not any(is_required_argument(argument) for argument in field.args.values())


def _field(name: str, field: GraphQLField, depth: int) -> str:
    leaf = isinstance(get_named_type(field.type), (GraphQLScalarType, GraphQLEnumType))
    if leaf:
        return name
    return f"{name} {selection(field.type, depth - 1)}" if depth > 0 else ""


async def ask(services: Services, viewer: Viewer | None, name: str, arguments: dict[str, Any], depth: int = 2) -> Any:
    """The field's value; its error's code where there is one."""
    kind, field = fields()[name]
    sent = {
        argument: arguments[argument] if argument in arguments else _default(known)
        for argument, known in field.args.items()
    }
    context = Context(services, viewer, "ja", "trace", remembers=kind != "subscription")
    if kind == "subscription":
        return await _first(name, sent, context)
    result = await execute(document(name, depth), sent, context, None)
    if result.errors:
        return Refused(
            str((result.errors[0].extensions or {}).get("code")),
            str(result.errors[0].original_error or result.errors[0]),
        )
    assert result.data is not None
    return result.data[name]


def _default(argument: GraphQLArgument) -> Any:
    """What the argument is where nobody says it, as JSON has it."""
    default = argument.default_value
    if default is Undefined:
        return None
    return default.name if isinstance(default, Enum) else default


async def _first(name: str, sent: dict[str, Any], context: Context) -> Any:
    async with _stream(name, sent, context) as items:
        try:
            item = await asyncio.wait_for(anext(items), SECONDS if sent.get("after", "") is not None else 1)
        except TimeoutError:
            assert sent["after"] is None, "a stream from the beginning has something to tell"
            return "let in, and told nothing yet"
    if item.errors:
        return Refused(str((item.errors[0].extensions or {}).get("code")), item.errors[0].message)
    return item.data[name]


@asynccontextmanager
async def _stream(name: str, sent: dict[str, Any], context: Context) -> AsyncIterator[Any]:
    async with aclosing(streamed(document(name, 1), sent, context)) as items:
        yield items


class Refused:
    """A top-level error."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message

    def __repr__(self) -> str:
        return f"{self.code}: {self.message}"


def is_refused(answer: Any) -> bool:
    """Whether somebody got nothing at all. AssertionError for a fault of ours."""
    if isinstance(answer, Refused):
        assert answer.code in REFUSALS, answer
        return True
    if isinstance(answer, dict):
        if str(answer.get("__typename")).endswith("Payload"):
            return answer["refusal"] is not None
        return answer.get("edges") == []
    return answer is None or answer == [] or (isinstance(answer, list) and all(item is None for item in answer))


def values_of(answer: Any, name: str) -> Iterator[Any]:
    """Every value of a field of that name, at any depth."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key == name:
                yield value
            yield from values_of(value, name)
    elif isinstance(answer, list):
        for item in answer:
            yield from values_of(item, name)


async def state_of(town: int, connection: asyncpg.Connection) -> dict[str, str]:
    """A digest of all that each table has of a town, read as the owner. A refused request may leave its own key, and no more."""
    tables = await rows(
        "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'municipality_id' order by 1"
    )
    digests = {}
    for table in {row["name"] for row in tables} - OPENED_FOR_ANYBODY:
        kept = " and outcome = 0" if table == "journal" else ""
        query = f"select count(*) || md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from {table} t where municipality_id = $1{kept}"
        digests[table] = await connection.fetchval(query, town)
    return digests
