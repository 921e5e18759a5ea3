"""What an operation costs before it runs: the objects that its answer may have, with list sizes as multipliers.

An object costs 1, and a field that waits for something 1 more; a scalar of an object that is there already costs
nothing. A page costs PAGE_COST, since it is read from the database alone, and its items count `first` times. A list by
`ids` counts as often as it has ids, every other list as often as `schema.engine.list_sizes` says. Aliases and fragments
count each time. Of an interface or union the dearest member counts. A document is looked at once, and its Cost is
evaluated with the variables of every request.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from schema.core.page import PAGE_LIMIT
from schema.engine.compiled.inputs import DEFINITION, UnsupportedError, literal
from schema.engine.list_sizes import FIELD_COSTS, LIST_SIZES

COST_LIMIT = 8_000
"""What one operation may cost; the dearest operation of our own apps costs less than a fifth of it."""
PAGE_COST = 20
PAGE, IDS = "first", "ids"
"""The arguments that say how many objects are asked for."""
CONNECTION = "Connection"
"""How the types of pages end; their lists have as many items as the field that answers the page asks for."""
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
Variables = Mapping[str, Any]
Size = Callable[[Variables], int]


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """`own` and the parts, each times its size."""

    own: int
    parts: tuple[tuple[int | Size, "Price"], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Most:
    """The dearest of several."""

    members: tuple["Price", ...]


Price = int | Sum | Most


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of one operation of a document."""

    price: Price

    @property
    def least(self) -> int:
        """What it costs whatever the variables are, as far as that is known."""
        return self.price if isinstance(self.price, int) else 0

    def of(self, variables: Variables | None) -> int:
        """What the operation costs with these variables. Variables of the wrong type count as their largest value."""
        return self.price if isinstance(self.price, int) else _evaluated(self.price, variables or {}, {})


FREE = Cost(0)
"""What is not executed."""


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """The cost of an operation of a validated document."""
    return Cost(Pricer(schema, document, operation).price())


def too_costly(cost: int) -> GraphQLError | None:
    """The refusal of an operation of this cost; None where it may run."""
    if cost <= COST_LIMIT:
        return None
    return GraphQLError(
        f"The operation costs {cost}; at most {COST_LIMIT}. Ask for smaller pages, or for fewer objects within them.",
        extensions={"code": "QUERY_TOO_COSTLY", "cost": cost, "limit": COST_LIMIT},
    )


def list_size(parent: str, field: str) -> int | None:
    """How many objects a list without a size argument counts for; None where nobody has said."""
    return LIST_SIZES.get(f"{parent}.{field}", LIST_SIZES.get(field))


class Pricer:
    """Walks one operation once. A selection set that is spread several times is priced once for each type."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults = {
            declared.variable.name.value: declared.default_value for declared in operation.variable_definitions or ()
        }
        self._known: dict[tuple[int, str, int | Size], Price] = {}

    def price(self) -> Price:
        """Of the whole operation."""
        roots = {
            OperationType.QUERY: self._schema.query_type,
            OperationType.MUTATION: self._schema.mutation_type,
            OperationType.SUBSCRIPTION: self._schema.subscription_type,
        }
        root = roots[self._operation.operation]
        return 0 if root is None else self._selected(self._operation.selection_set, root)

    def _selected(self, selected: SelectionSetNode, parent: Composite, page: int | Size = 1) -> Price:
        """page: how many items a connection has."""
        key = (id(selected), parent.name, page)
        if key not in self._known:
            self._known[key] = (
                _sum(0, self._parts(selected, parent, page))
                if isinstance(parent, GraphQLObjectType)
                else _most(self._selected(selected, member, page) for member in self._schema.get_possible_types(parent))
            )
        return self._known[key]

    def _parts(
        self, selected: SelectionSetNode, parent: GraphQLObjectType, page: int | Size
    ) -> Iterator[tuple[int | Size, Price]]:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                yield 1, self._field(node, parent, page)
                continue
            fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if isinstance(fragment, (FragmentDefinitionNode, InlineFragmentNode)) and self._applies(fragment, parent):
                yield 1, self._selected(fragment.selection_set, parent, page)

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        kind = self._schema.type_map[fragment.type_condition.name.value]
        return kind is parent or (
            isinstance(kind, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(kind, parent)
        )

    def _field(self, node: FieldNode, parent: GraphQLObjectType, page: int | Size) -> Price:
        field = parent.fields.get(node.name.value)
        if field is None:  # __typename and introspection
            return 0
        own = own_cost(parent.name, node.name.value, field)
        if node.selection_set is None:
            return own
        kind: Composite = get_named_type(field.type)
        if PAGE in field.args:
            default = field.args[PAGE].default_value
            size = self._sized(_sent(node, PAGE), _page_size, PAGE_LIMIT if default is Undefined else default)
            return _sum(own + 1, [(1, self._selected(node.selection_set, kind, size))])
        each = _sum(1, [(1, self._selected(node.selection_set, kind))])
        return _sum(own, [(self._list_size(node, field, parent.name, page), each)])

    def _list_size(self, node: FieldNode, field: GraphQLField, parent: str, page: int | Size) -> int | Size:
        if not is_list(field):
            return 1
        if IDS in field.args:
            return self._sized(_sent(node, IDS), _count, None)
        if parent.endswith(CONNECTION):
            return page
        size = list_size(parent, node.name.value)
        return PAGE_LIMIT if size is None else size

    def _sized(self, node: ValueNode | None, size: Callable[[Any], int], default: Any) -> int | Size:  # noqa: ANN401 - JSON
        if isinstance(node, VariableNode):
            name = node.name.value
            declared = self._defaults.get(name)
            without = default if declared is None else literal(declared)
            return lambda variables: size(variables.get(name, without))
        if isinstance(node, ListValueNode):
            return min(len(node.values), PAGE_LIMIT)
        try:
            return size(default if node is None else literal(node))
        except UnsupportedError:
            return PAGE_LIMIT


def own_cost(parent: str, name: str, field: GraphQLField) -> int:
    """What it takes to have a field's value, before the objects in it are counted."""
    declared = FIELD_COSTS.get(f"{parent}.{name}")
    if declared is not None:
        return declared
    if PAGE in field.args:
        return PAGE_COST
    definition = field.extensions.get(DEFINITION)
    return int(definition is not None and definition.base_resolver is not None and definition.is_async)


def is_list(field: GraphQLField) -> bool:
    """Whether a field answers a list of objects; a list of scalars is part of its object."""
    return isinstance(get_nullable_type(field.type), GraphQLList) and not is_leaf_type(get_named_type(field.type))


def _sent(node: FieldNode, name: str) -> ValueNode | None:
    return next((argument.value for argument in node.arguments or () if argument.name.value == name), None)


def _page_size(value: Any) -> int:  # noqa: ANN401 - JSON
    """A page that is too large is refused in its own words, so it counts as the largest."""
    return min(max(value, 0), PAGE_LIMIT) if isinstance(value, int) else PAGE_LIMIT


def _count(value: Any) -> int:  # noqa: ANN401 - JSON
    """One value stands for a list of it."""
    return min(len(value), PAGE_LIMIT) if isinstance(value, list) else 1


def _sum(own: int, parts: Any) -> Price:  # noqa: ANN401 - an iterable of sizes and prices
    """Constants are added up now."""
    left = []
    for size, price in parts:
        if isinstance(size, int) and isinstance(price, int):
            own += size * price
        elif price != 0:
            left.append((size, price))
    return Sum(own, tuple(left)) if left else own


def _most(members: Iterator[Price]) -> Price:
    known, left = 0, []
    for price in members:
        if isinstance(price, int):
            known = max(known, price)
        else:
            left.append(price)
    return Most((known, *left)) if left else known


def _evaluated(price: Sum | Most, variables: Variables, known: dict[int, int]) -> int:
    """Each part once, however often it is spread."""
    if id(price) not in known:
        known[id(price)] = (
            price.own + sum(_sized(size, variables) * _value(part, variables, known) for size, part in price.parts)
            if isinstance(price, Sum)
            else max(_value(member, variables, known) for member in price.members)
        )
    return known[id(price)]


def _value(price: Price, variables: Variables, known: dict[int, int]) -> int:
    return price if isinstance(price, int) else _evaluated(price, variables, known)


def _sized(size: int | Size, variables: Variables) -> int:
    return size if isinstance(size, int) else size(variables)
