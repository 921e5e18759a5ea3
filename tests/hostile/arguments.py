"""Arguments of root fields: every leaf that they can have, and copies of them with another value at a leaf."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from tests.hostile.walk import fields

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of arguments that is no object and no list, by its path."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, (*path, place))
    else:
        yield path, value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at a path; what is not there yet is made."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return [put(item, rest, new) if place == first else item for place, item in enumerate(value)]
    return {**(value or {}), first: put((value or {}).get(first), rest, new)}


def inputs(name: str) -> Iterator[tuple[Path, Any]]:
    """Every leaf that a field's arguments can have, by its path, with its type; one item of each list."""
    for argument, known in fields()[name][1].args.items():
        yield from _inputs(known.type, (argument,))


def _inputs(kind: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        if not is_list(kind):
            for part, field in named.fields.items():
                yield from _inputs(field.type, (*path, part))
    else:
        yield path, kind


def is_one_of(name: str, path: Path) -> bool:
    """Whether a leaf is one of several, of which exactly one is said."""
    kind = fields()[name][1].args[str(path[0])].type
    for part in path[1:-1]:
        kind = get_named_type(kind).fields[part].type
    named = get_named_type(kind)
    return isinstance(named, GraphQLInputObjectType) and named.extensions["strawberry-definition"].is_one_of


def is_list(kind: Any) -> bool:
    """Whether an argument's type is a list."""
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
