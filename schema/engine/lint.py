"""House rules of the contract that no library checks."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
)

CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")
PASCAL = re.compile(r"[A-Z][a-zA-Z0-9]*")
SHOUT = re.compile(r"[A-Z][A-Z0-9_]*")


def problems(schema: GraphQLSchema) -> list[str]:
    """Everything in the contract that breaks a rule; empty when nothing does."""
    checks = (_names_and_descriptions, _mutations, _payloads, _audience, _alike)
    return [problem for check in checks for problem in check(schema)]


def _names_and_descriptions(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Float", "Boolean", "ID", "UUID"}:
            continue
        yield from _problems_of(name, name, kind.description, PASCAL)
        if isinstance(kind, GraphQLEnumType):
            for value, definition in kind.values.items():
                yield from _problems_of(f"{name}.{value}", value, definition.description, SHOUT)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for field, described in kind.fields.items():
                yield from _problems_of(f"{name}.{field}", field, described.description, CAMEL)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            yield from _arguments(kind)


def _arguments(kind: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[str]:
    """Of every argument but `input`, whose type says it all."""
    for field, resolved in kind.fields.items():
        for argument, definition in resolved.args.items():
            if argument != "input":
                yield from _problems_of(f"{kind.name}.{field}({argument})", argument, definition.description, CAMEL)


def _problems_of(where: str, name: str, description: str | None, pattern: re.Pattern[str]) -> Iterator[str]:
    if not description:
        yield f"{where} has no description"
    if not pattern.fullmatch(name):
        yield f"{where} is not written as {pattern.pattern}"


def _mutations(schema: GraphQLSchema) -> Iterator[str]:
    if schema.mutation_type is None:
        return
    for name, field in schema.mutation_type.fields.items():
        if list(field.args) != ["input"]:
            yield f"Mutation.{name} takes exactly one argument, `input`"
        if not str(field.type).endswith("Payload!"):
            yield f"Mutation.{name} answers a payload, which is never null"


def _payloads(schema: GraphQLSchema) -> Iterator[str]:
    """A payload has its refusal, and results that are null when there is one."""
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or not name.endswith("Payload"):
            continue
        if "refusal" not in kind.fields or str(kind.fields["refusal"].type) != "Refusal":
            yield f"{name} has no nullable `refusal`"
        for field, resolved in kind.fields.items():
            if isinstance(resolved.type, GraphQLNonNull) and field != "replayed":
                yield f"{name}.{field} is never null, but a refusal leaves it out"


def _audience(schema: GraphQLSchema) -> Iterator[str]:
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        for name, field in root.fields.items() if root else ():
            if "For " not in (field.description or ""):
                yield f"{root}.{name} does not say who may call it"


def _alike(schema: GraphQLSchema) -> Iterator[str]:
    """Fields of one name have one type in all members of a union or interface, or no document could ask for both.

    `Node` is everything.
    """
    for kind in schema.type_map.values():
        if not is_abstract_type(kind) or kind.name == "Node":
            continue
        types_of: dict[str, dict[str, str]] = {}
        for member in schema.get_possible_types(kind):
            for field, resolved in member.fields.items():
                types_of.setdefault(field, {}).setdefault(str(resolved.type), member.name)
        for field, types in types_of.items():
            if len(types) > 1:
                yield f"{kind.name}: {field} is " + ", but ".join(
                    f"{shown} in {member}" for shown, member in types.items()
                )
