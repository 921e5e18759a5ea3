"""From a validated document to a program: what a request does with the schema is done once per document.

What is not compiled (directives, introspection, lists with variables in them) is left to the ordinary
executor.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)
from strawberry.types.field import StrawberryField

from schema.core.context import Context
from schema.engine.compiled.inputs import ABSENT, DEFINITION, Argument, UncoercibleError, UnsupportedError, Variables
from schema.engine.compiled.outputs import (
    FieldError,
    Output,
    Run,
    Selected,
    awaited,
    either,
    failed,
    leaf,
    many,
    optional,
    record,
    required,
)

PLAIN = {"String": str, "ID": str, "Boolean": bool, "Amount": int, "SignedAmount": int}
"""Scalars whose Python values are their JSON."""


@dataclass(frozen=True, slots=True)
class Program:
    """One operation, ready to run."""

    root: Output
    serial: tuple[tuple[str, Callable[..., Any]], ...]
    arguments: tuple[tuple[Argument, ...], ...]
    required: frozenset[str]
    never_null: frozenset[str]
    followed: Selected | None = None
    """Of a subscription, its field."""

    def bind(self, variables: Mapping[str, Any], context: Context) -> Run:
        """The arguments of all fields; UncoercibleError before anything has run."""
        if not self.required <= variables.keys() or any(
            variables.get(name, ABSENT) is None for name in self.never_null
        ):
            raise UncoercibleError
        bound = []
        for arguments in self.arguments:
            values = {python_name: value(variables) for python_name, value in arguments}
            bound.append({name: value for name, value in values.items() if value is not ABSENT})
        return Run(context, bound)

    async def execute(self, run: Run) -> ExecutionResult:
        """Data and errors, as the ordinary executor would answer."""
        try:
            data = await self._mutate(run) if self.serial else await self._query(run)
        except FieldError as error:
            return ExecutionResult(None, [*run.errors, error.error])
        return ExecutionResult(data, run.errors or None)

    def items(self, run: Run) -> AsyncGenerator[Any, None]:
        """The items of a subscription."""
        items: AsyncGenerator[Any, None] = self._field.get(None, run)
        return items

    async def item(self, item: Any, run: Run) -> dict[str, Any]:  # noqa: ANN401 - whatever the subscription yields
        """The data of one item; FieldError where the contract does not let it be null."""
        key, output, nullable = self._field.key, self._field.output, self._field.nullable
        try:
            completed = output.complete(item, (None, key), run)
            return {key: await completed if output.waits else completed}
        except Exception as error:  # noqa: BLE001 - told to the client, or raised
            failed(error, [self._field.node], (None, key), run, nullable=nullable)
            return {key: None}

    @property
    def _field(self) -> Selected:
        if self.followed is None:
            message = "not a subscription"
            raise TypeError(message)
        return self.followed

    async def _query(self, run: Run) -> Any:  # noqa: ANN401 - JSON
        data = self.root.complete(None, None, run)
        return await data if self.root.waits else data

    async def _mutate(self, run: Run) -> dict[str, Any]:
        return {key: await answer(None, None, run) for key, answer in self.serial}


def compiled(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Program | None:
    """The program of an operation of a validated document; None for what is not compiled."""
    try:
        return Compiler(schema, document, operation).program()
    except UnsupportedError:
        return None


class Compiler:
    """Walks one operation once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._variables = Variables(operation)
        self._arguments: list[tuple[Argument, ...]] = []

    def program(self) -> Program:
        """The whole operation."""
        root = {
            OperationType.QUERY: self._schema.query_type,
            OperationType.MUTATION: self._schema.mutation_type,
            OperationType.SUBSCRIPTION: self._schema.subscription_type,
        }[self._operation.operation]
        if root is None or self._operation.directives:
            raise UnsupportedError
        fields = self._fields(root, [self._operation.selection_set])
        serial = self._operation.operation is OperationType.MUTATION
        follows = self._operation.operation is OperationType.SUBSCRIPTION
        if self._variables.unused:
            raise UnsupportedError
        return Program(
            record(fields),
            tuple((field.key, awaited(field)) for field in fields) if serial else (),
            tuple(self._arguments),
            frozenset(self._variables.required),
            frozenset(self._variables.never_null),
            fields[0] if follows else None,
        )

    def _fields(self, parent: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> list[Selected]:
        selected_nodes: dict[str, list[FieldNode]] = {}
        for selected in sets:
            self._collect(parent, selected, selected_nodes)
        return [self._selected(parent, key, nodes) for key, nodes in selected_nodes.items()]

    def _collect(
        self, parent: GraphQLObjectType, selected: SelectionSetNode, nodes: dict[str, list[FieldNode]]
    ) -> None:
        for node in selected.selections:
            if node.directives:
                raise UnsupportedError
            if isinstance(node, FieldNode):
                nodes.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            fragment = node if isinstance(node, InlineFragmentNode) else self._fragments[node.name.value]  # type: ignore[attr-defined]
            if fragment.type_condition is None or self._applies(fragment.type_condition.name.value, parent):
                self._collect(parent, fragment.selection_set, nodes)

    def _applies(self, condition: str, parent: GraphQLObjectType) -> bool:
        kind = self._schema.type_map[condition]
        return kind is parent or (
            isinstance(kind, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(kind, parent)
        )

    def _selected(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        if name == "__typename":
            return Selected(key, nodes[0], lambda *_: parent.name, False, leaf(str, str), nullable=False)  # noqa: FBT003 - it never waits
        if name.startswith("__"):
            raise UnsupportedError
        field = parent.fields[name]
        definition: StrawberryField = field.extensions[DEFINITION]
        if definition.extensions:
            raise UnsupportedError
        get = self._getter(field, definition, nodes[0])
        waits = definition.base_resolver is not None and definition.is_async
        return Selected(
            key, nodes[0], get, waits, self._output(field.type, nodes), not isinstance(field.type, GraphQLNonNull)
        )

    def _getter(self, field: GraphQLField, definition: StrawberryField, node: FieldNode) -> Callable[[Any, Run], Any]:
        resolver: Any = definition.base_resolver
        if resolver is None:
            attribute = attrgetter(definition.python_name)
            return lambda value, _run: attribute(value)
        self._arguments.append(self._arguments_of(field, definition, node))
        number = len(self._arguments) - 1
        function: Callable[..., Any] = resolver.wrapped_func
        first = (resolver.self_parameter, resolver.info_parameter)
        leading = [parameter.name for parameter in first if parameter is not None]
        if list(resolver.signature.parameters)[: len(leading)] != leading:
            raise UnsupportedError  # self and info come first in every resolver of ours
        takes_self, takes_info = resolver.self_parameter is not None, resolver.info_parameter is not None
        if takes_self and not definition.arguments:
            return function if takes_info else lambda value, _run: function(value)
        if takes_self and takes_info:
            return lambda value, run: function(value, run, **run.arguments[number])
        if takes_self:
            return lambda value, run: function(value, **run.arguments[number])
        if takes_info:
            return lambda _value, run: function(run, **run.arguments[number])
        return lambda _value, run: function(**run.arguments[number])

    def _arguments_of(self, field: GraphQLField, definition: StrawberryField, node: FieldNode) -> tuple[Argument, ...]:
        names = {name: argument.extensions[DEFINITION].python_name for name, argument in field.args.items()}
        if set(names.values()) != {argument.python_name for argument in definition.arguments}:
            raise UnsupportedError
        return tuple(
            self._variables.argument(names[sent.name.value], sent.value, field.args[sent.name.value].type)
            for sent in node.arguments or ()
        )

    def _output(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> Output:
        if isinstance(kind, GraphQLNonNull):
            return required(self._present(kind.of_type, nodes))
        return optional(self._present(kind, nodes))

    def _present(self, kind: Any, nodes: list[FieldNode]) -> Output:  # noqa: ANN401 - any output type but a non-null one
        if isinstance(kind, GraphQLList):
            return many(
                self._output(kind.of_type, nodes), nodes[0], nullable=not isinstance(kind.of_type, GraphQLNonNull)
            )
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        if isinstance(kind, GraphQLObjectType):
            return record(self._fields(kind, sets))
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            members = self._schema.get_possible_types(kind)
            return either(
                {member.extensions[DEFINITION].origin: record(self._fields(member, sets)) for member in members}
            )
        return leaf(kind.coerce_output_value, PLAIN.get(kind.name))
