"""Reads whole objects: everything below a type, in interfaces under each type of its own."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from domain.services import Services
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from tests.hostile.walk import CORE


def selection(kind: Any, depth: int) -> str:
    """Everything below a type without arguments, in interfaces under each type of its own."""
    named = get_named_type(kind)
    if isinstance(named, (GraphQLScalarType, GraphQLEnumType)):
        return ""
    if isinstance(named, (GraphQLInterfaceType, GraphQLUnionType)):
        members = [f"... on {member.name} {selection(member, depth)}" for member in CORE.get_possible_types(named)]
        return f"{{ __typename {' '.join(members)} }}"
    fields = [
        f"{name} {selection(field.type, depth - 1)}"
        for name, field in named.fields.items()
        if not any(is_required_argument(argument) for argument in field.args.values())
        and (depth > 0 or isinstance(get_named_type(field.type), (GraphQLScalarType, GraphQLEnumType)))
    ]
    return f"{{ __typename {' '.join(fields)} }}"


async def read(services: Services, viewer: Viewer | None, text: str, **variables: Any) -> Any:
    """The one root field of a document, which may be longer than those of apps."""
    result = await execute(text, variables, Context(services, viewer, "ja", "trace"), None)
    assert result.errors is None, result.errors
    return next(iter(result.data.values()))


async def receipt(services: Services, viewer: Viewer, kind: str, receipt_id: str, depth: int = 3) -> Any:
    shown = selection(CORE.type_map[kind], depth)
    return await read(
        services, viewer, f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {shown} }} }}", id=receipt_id
    )
