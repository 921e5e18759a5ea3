"""Inputs of a compiled operation: JSON in, what resolvers take out, without a walk over the schema for each request.

Whatever is not plainly right raises UncoercibleError; the ordinary executor then says what is wrong, in its own words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING
from functools import cache, cached_property
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_nullable_type,
    print_ast,
)

Coerce = Callable[[Any], Any]
Json = Callable[[Mapping[str, Any]], Any]
ABSENT: Any = object()
"""What a variable is that was not sent; its argument then is not there either."""
DEFINITION = "strawberry-definition"


class UncoercibleError(Exception):
    """A value that may be wrong."""


class UnsupportedError(Exception):
    """A document with something that is not compiled."""


class Argument(NamedTuple):
    """One argument of a field: its name for the resolver, and its value from the variables."""

    python_name: str
    value: Json


def coercer(kind: GraphQLInputType) -> Coerce:
    """The function from a JSON value to the Python value of an input type."""
    if isinstance(kind, GraphQLNonNull):
        return _required(coercer(kind.of_type))
    if isinstance(kind, GraphQLList):
        return _listed(coercer(kind.of_type))
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind)
    return _leaf(kind.coerce_input_value)


def _required(inner: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:  # noqa: ANN401 - JSON
        if value is None:
            raise UncoercibleError
        return inner(value)

    return coerce


def _listed(inner: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:  # noqa: ANN401 - JSON
        if value is None:
            return None
        if type(value) is not list:
            raise UncoercibleError
        return [inner(item) for item in value]

    return coerce


def _leaf(parse: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:  # noqa: ANN401 - JSON
        if value is None:
            return None
        try:
            return parse(value)
        except Exception as error:
            raise UncoercibleError from error

    return coerce


class InputObject:
    """Makes the Strawberry input of a JSON object.

    Its fields are found on first use, since inputs may contain each other.
    """

    def __init__(self, kind: GraphQLInputObjectType) -> None:
        self._kind = kind
        self._definition = kind.extensions[DEFINITION]

    @cached_property
    def _fields(self) -> list[tuple[str, str, Coerce, bool]]:
        fields = []
        for field in self._definition.fields:
            name = next(
                name for name, definition in self._kind.fields.items() if definition.extensions[DEFINITION] is field
            )
            implied = field.default_value is MISSING and field.default_factory is MISSING
            fields.append((name, field.python_name, coercer(self._kind.fields[name].type), implied))
        return fields

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The input, or UncoercibleError."""
        if value is None:
            return None
        if type(value) is not dict or (self._definition.is_one_of and (len(value) != 1 or None in value.values())):
            raise UncoercibleError
        values, known = {}, 0
        for name, python_name, coerce, implied in self._fields:
            if name in value:
                values[python_name] = coerce(value[name])
                known += 1
            elif implied:
                values[python_name] = coerce(None)
        if known != len(value):
            raise UncoercibleError
        return self._definition.origin(**values)


@cache
def _object(kind: GraphQLInputObjectType) -> Coerce:
    return InputObject(kind)


class Variables:
    """The variables of one operation, and which of them its arguments use."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self._defaults: dict[str, Any] = {}
        self._types: dict[str, str] = {}
        self.required: set[str] = set()
        self.never_null: set[str] = set()
        self.unused: set[str] = set()
        for declared in operation.variable_definitions or ():
            name = declared.variable.name.value
            self.unused.add(name)
            self._defaults[name] = ABSENT if declared.default_value is None else literal(declared.default_value)
            self._types[name] = print_ast(declared.type).removesuffix("!")
            if declared.type.kind == "non_null_type":
                self.never_null.add(name)
                if declared.default_value is None:
                    self.required.add(name)

    def json(self, node: ValueNode, kind: GraphQLInputType) -> Json:
        """The value of an argument's node as JSON, once the variables are known.

        Values are coerced as the argument's type says. A variable whose own type is stricter within a list is not
        compiled.
        """
        if isinstance(node, VariableNode):
            if self._types[node.name.value] != str(kind).removesuffix("!"):
                raise UnsupportedError
            return self._variable(node.name.value)
        if not any(_variables_in(node)):
            constant = literal(node)
            return lambda _: constant
        inner = get_nullable_type(kind)
        if isinstance(node, ObjectValueNode) and isinstance(inner, GraphQLInputObjectType):
            fields = {field.name.value: (field.value, inner.fields[field.name.value].type) for field in node.fields}
            return self._object({name: self.json(value, expected) for name, (value, expected) in fields.items()})
        raise UnsupportedError

    def _variable(self, name: str) -> Json:
        self.unused.discard(name)
        default = self._defaults[name]
        return lambda sent: sent.get(name, default)

    def _object(self, fields: dict[str, Json]) -> Json:
        def build(sent: Mapping[str, Any]) -> dict[str, Any]:
            values = {name: value(sent) for name, value in fields.items()}
            return {name: value for name, value in values.items() if value is not ABSENT}

        return build

    def argument(self, python_name: str, node: ValueNode, kind: GraphQLInputType) -> Argument:
        """An argument: a constant is coerced now, everything else for each request."""
        json, coerce = self.json(node, kind), coercer(kind)
        if not any(_variables_in(node)):
            try:
                constant = coerce(json({}))
            except UncoercibleError as error:
                raise UnsupportedError from error
            return Argument(python_name, lambda _: constant)

        def value(sent: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the type is
            sent_value = json(sent)
            return ABSENT if sent_value is ABSENT else coerce(sent_value)

        return Argument(python_name, value)


def _variables_in(node: ValueNode) -> Iterator[VariableNode]:
    if isinstance(node, VariableNode):
        yield node
    elif isinstance(node, ListValueNode):
        for item in node.values:
            yield from _variables_in(item)
    elif isinstance(node, ObjectValueNode):
        for field in node.fields:
            yield from _variables_in(field.value)


def literal(node: ValueNode) -> Any:  # noqa: ANN401 - JSON; one return for each kind of node
    """A literal without variables as the JSON that a client would have sent for it."""
    match node:
        case NullValueNode():
            return None
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return float(node.value)
        case StringValueNode() | EnumValueNode() | BooleanValueNode():
            return node.value
        case ListValueNode():
            return [literal(item) for item in node.values]
        case ObjectValueNode():
            return {field.name.value: literal(field.value) for field in node.fields}
        case _:
            raise UnsupportedError
