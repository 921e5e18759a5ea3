"""Objects with an id, and how an id is followed to what the viewer may see."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import strawberry

from domain.identifiers import Prefix, encode
from schema.core.context import MeguruInfo
from schema.core.ids import ID

Find = Callable[[MeguruInfo, int, Any], Awaitable["Node | None"]]
"""The municipality and key of an id in, what the viewer may see of it out.

The key is what the prefix carries: a UUID or a number.
"""
F = TypeVar("F", bound=Find)
FINDERS: dict[Prefix, Find] = {}


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    """Anything with an id of its own."""

    @strawberry.field(description="Opaque, prefixed, stable; carries its municipality.")
    def id(self) -> ID:
        return ID(encode(*self.key()))

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Prefix, municipality and key of its id."""
        raise NotImplementedError


def finds(*prefixes: Prefix) -> Callable[[F], F]:
    """Registers the function that follows ids with these prefixes, for `node` and `nodes`."""

    def register(find: F) -> F:
        FINDERS.update(dict.fromkeys(prefixes, find))
        return find

    return register
