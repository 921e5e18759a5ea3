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
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)

from domain.database import rows
from domain.services import Services
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.root import schema

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
    declared = ", ".join(f"${one}: {argument.type}" for one, argument in field.args.items())
    passed = ", ".join(f"{one}: ${one}" for one in field.args)
    head = f"{kind}({declared})" if declared else kind
    return f"{head} {{ {name}{f'({passed})' if passed else ''} {selection(field.type, depth)} }}"


def selection(kind: Any, depth: int) -> str:
    """All fields that need no argument."""
    named = get_named_type(kind)
    if isinstance(named, (GraphQLScalarType, GraphQLEnumType)):
        return ""
    if isinstance(named, GraphQLUnionType):
        error = CORE.get_type("UserError")
        members = [one for one in named.types if error not in one.interfaces]
        refusal = "... on UserError { code message } " if len(members) < len(named.types) else ""
        return (
            "{ __typename " + refusal + " ".join(f"... on {one.name} {selection(one, depth)}" for one in members) + " }"
        )
    assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType))
    return (
        "{ __typename "
        + " ".join(_field(one, field, depth) for one, field in named.fields.items() if _is_plain(field))
        + " }"
    )


def _is_plain(field: GraphQLField) -> bool:
    return not any(isinstance(one.type, GraphQLNonNull) and one.default_value is None for one in field.args.values())


def _field(name: str, field: GraphQLField, depth: int) -> str:
    leaf = isinstance(get_named_type(field.type), (GraphQLScalarType, GraphQLEnumType))
    if leaf:
        return name
    return f"{name} {selection(field.type, depth - 1)}" if depth > 0 else ""


async def ask(services: Services, viewer: Viewer | None, name: str, arguments: dict[str, Any]) -> Any:
    """The field's value; its error's code where there is one."""
    kind, field = fields()[name]
    given = {one: arguments[one] if one in arguments else _default(argument) for one, argument in field.args.items()}
    context = Context(services, viewer, "ja", "trace", remembers=kind != "subscription")
    if kind == "subscription":
        return await _first(name, given, context)
    result = await execute(document(name), given, context, None)
    if result.errors:
        return Refused(
            str((result.errors[0].extensions or {}).get("code")),
            str(result.errors[0].original_error or result.errors[0]),
        )
    assert result.data is not None
    return result.data[name]


def _default(argument: GraphQLArgument) -> Any:
    """What the argument is where nobody says it, as JSON has it."""
    found = argument.default_value
    if found is Undefined:
        return None
    return found.name if isinstance(found, Enum) else found


async def _first(name: str, given: dict[str, Any], context: Context) -> Any:
    async with _stream(name, given, context) as items:
        try:
            found = await asyncio.wait_for(anext(items), SECONDS if given.get("after", "") is not None else 1)
        except TimeoutError:
            assert given["after"] is None, "a stream from the beginning has something to tell"
            return "let in, and told nothing yet"
    if found.errors:
        return Refused(str((found.errors[0].extensions or {}).get("code")), found.errors[0].message)
    return found.data[name]


@asynccontextmanager
async def _stream(name: str, given: dict[str, Any], context: Context) -> AsyncIterator[Any]:
    source = await schema.stream(document(name, 1), variable_values=given, context_value=context)
    async with aclosing(source) as items:
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
        if str(answer.get("__typename", "")).endswith("Error"):
            return True
        return answer.get("edges") == []
    return answer is None or answer == [] or (isinstance(answer, list) and all(one is None for one in answer))


def found_in(answer: Any, name: str) -> Iterator[Any]:
    """Every value of a field of that name, at any depth."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key == name:
                yield value
            yield from found_in(value, name)
    elif isinstance(answer, list):
        for one in answer:
            yield from found_in(one, name)


async def state_of(town: int, connection: asyncpg.Connection) -> dict[str, str]:
    """A digest of all that each table has of a town, read as the owner. A refused request may leave its own key, and no more."""
    tables = await rows(
        "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'municipality_id' order by 1"
    )
    found = {}
    for table in {row["name"] for row in tables} - OPENED_FOR_ANYBODY:
        kept = " and outcome = 0" if table == "journal" else ""
        query = f"select count(*) || md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from {table} t where municipality_id = $1{kept}"
        found[table] = await connection.fetchval(query, town)
    return found


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of arguments that is no object and no list, by its path."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path, value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at a path; what is not there yet is made."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return [put(one, rest, new) if place == first else one for place, one in enumerate(value)]
    return {**(value or {}), first: put((value or {}).get(first), rest, new)}


def inputs(name: str) -> Iterator[tuple[Path, Any]]:
    """Every leaf that a field's arguments can have, by its path, with its type; one item of each list."""
    for one, argument in fields()[name][1].args.items():
        yield from _inputs(argument.type, (one,))


def _inputs(kind: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        if not is_list(kind):
            for one, field in named.fields.items():
                yield from _inputs(field.type, (*path, one))
    else:
        yield path, kind


def is_one_of(name: str, path: Path) -> bool:
    """Whether a leaf is one of several, of which exactly one is said."""
    kind = fields()[name][1].args[str(path[0])].type
    for one in path[1:-1]:
        kind = get_named_type(kind).fields[one].type
    named = get_named_type(kind)
    return isinstance(named, GraphQLInputObjectType) and named.extensions["strawberry-definition"].is_one_of


def is_list(kind: Any) -> bool:
    """Whether an argument's type is a list."""
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
