"""What an operation may cost: figures by hand, a naive model, and every operation of our own apps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis_graphql import queries

from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.engine.cost import COST_LIMIT, FIELD_COSTS, LIST_SIZES, PAGE_COST, cost_of
from schema.engine.execute import execute
from schema.engine.export import sdl
from schema.engine.operations import document, files, operation_of
from schema.root import schema
from tests.support.town import People

CORE = schema._schema
ANYBODY = Viewer(uuid4(), frozenset(Role))
HISTORY = (
    "transactions(first: {n}) {{ edges {{ node {{ receipt {{ ... on Payment {{ id wallet {{ {inner} }} }} }} }} }} }}"
)
WIDE = " ".join(
    f"{name}: wallet {{ transactions(first: 100) {{ edges {{ node {{ asset {{ code }} counterparty {{ store {{ balances {{ posted asset {{ code }} }} }} }} receipt {{ receiptNumber }} }} }} }} }}"
    for name in "abcdef"
)
DEEP = HISTORY.format(n=100, inner=HISTORY.format(n=100, inner="id"))


def cost(text: str, **variables: Any) -> int:
    node = parse(text)
    operation = next(part for part in node.definitions if isinstance(part, OperationDefinitionNode))
    return cost_of(CORE, node, operation).of(variables)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("{ __typename }", 0),
        ("{ serverTime }", 0),
        # read (1) and object (1); the others by hand likewise
        ('{ wallet(id: "w") { id frozen } }', 2),
        ('{ a: wallet(id: "w") { id } b: wallet(id: "w") { id } }', 4),
        ('{ ...A ...A } fragment A on Query { wallet(id: "w") { id } }', 4),
        ('{ node(id: "w") { id } }', 2),
        # a page: 20 to read it, 1 for itself, 1 for pageInfo, and each edge with its node
        ('{ wallet(id: "w") { transactions { edges { cursor } pageInfo { endCursor } } } }', 2 + 20 + 1 + 20 + 1),
        ('{ wallet(id: "w") { transactions(first: 7) { edges { node { kind } } } } }', 2 + 20 + 1 + 7 * 2),
        ('{ wallet(id: "w") { transactions(first: 0) { edges { node { kind } } } } }', 2 + 20 + 1),
        # more than a page is refused in its own words, not for its cost
        ('{ wallet(id: "w") { transactions(first: 9999) { edges { cursor } } } }', 2 + 20 + 1 + 100),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 1 + 3),
        # the dearer of two members
        ('{ node(id: "w") { ... on Wallet { municipality { code } } ... on Store { id } } }', 4),
    ],
)
def test_figures_by_hand(text: str, figure: int):
    assert cost(text) == figure


@pytest.mark.parametrize(
    ("declared", "variables", "edges"),
    [
        ("$n: Int!", {"n": 5}, 5),
        ("$n: Int! = 3", {}, 3),
        ("$n: Int! = 3", {"n": 8}, 8),
        ("$n: Int! = 3", {"n": 10**9}, 100),
        ("$n: Int! = 3", {"n": -4}, 0),
        ("$n: Int!", {}, 20),
        ("$n: Int!", {"n": "5"}, 100),
        ("$n: Int!", {"n": None}, 100),
    ],
)
def test_a_page_of_a_variable_size(declared: str, variables: dict[str, Any], edges: int):
    text = f'query({declared}) {{ wallet(id: "w") {{ transactions(first: $n) {{ edges {{ cursor }} }} }} }}'
    assert cost(text, **variables) == 23 + edges


@pytest.mark.parametrize(("ids", "count"), [([], 0), (["a"], 1), ("a", 1), (["a"] * 12, 12), (["a"] * 500, 100)])
def test_a_list_of_ids_in_a_variable(ids: object, count: int):
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == 1 + count


def test_fragments_that_double_are_priced_in_no_time():
    """2 to the 20th wallets in 21 fragments: a price that walks them all would not end."""
    doubling = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    leaf = 'fragment F20 on Query { wallet(id: "w") { transactions(first: $n) { pageInfo { endCursor } } } }'
    assert cost("query($n: Int!) { ...F0 } " + doubling + leaf, n=1) == 2**20 * (2 + PAGE_COST + 1 + 1)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_our_apps_stay_below_a_fifth(path: Path):
    text = document(path.stem)
    names = {declared.variable.name.value for declared in operation_of(text).variable_definitions or ()}
    large = {"first": 100, "ids": ["x"] * 100}
    for variables in ({}, {name: value for name, value in large.items() if name in names}):
        assert cost(text, **variables) * 5 <= COST_LIMIT


def lists() -> Iterator[tuple[str, str, Any]]:
    for name, kind in CORE.type_map.items():
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field, resolved in kind.fields.items():
            if isinstance(get_nullable_type(resolved.type), GraphQLList) and is_composite_type(
                get_named_type(resolved.type)
            ):
                yield name, field, resolved


def test_every_list_says_how_long_it_is():
    """A new list has `first`, `ids`, or a line in `schema/engine/list_sizes.py`; and no line is left over."""
    sized = [
        (parent, field)
        for parent, field, node in lists()
        if "ids" not in node.args and not parent.endswith("Connection")
    ]
    assert [
        f"{parent}.{field}" for parent, field in sized if not LIST_SIZES.keys() & {field, f"{parent}.{field}"}
    ] == []
    assert LIST_SIZES.keys() <= {name for parent, field in sized for name in (field, f"{parent}.{field}")}
    for name in FIELD_COSTS:
        parent, field = name.split(".")
        assert field in CORE.type_map[parent].fields  # type: ignore[attr-defined]


def test_a_list_of_which_nobody_has_said_it_counts_as_a_page(monkeypatch: pytest.MonkeyPatch):
    text = "{ viewer { wallets { id } } }"
    known = cost(text)
    monkeypatch.delitem(LIST_SIZES, "wallets")
    assert cost(text) == known + 97


def test_every_connection_takes_first():
    pages = [
        (f"{name}.{field}", resolved)
        for name, kind in CORE.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field, resolved in kind.fields.items()
        if get_named_type(resolved.type).name.endswith("Connection")
    ]
    assert pages
    assert [name for name, resolved in pages if "first" not in resolved.args] == []


# --- a naive model: every selection walked as often as it counts, with the variables put in


def naive(text: str, variables: dict[str, Any]) -> int:
    node = parse(text)
    fragments = {part.name.value: part for part in node.definitions if isinstance(part, FragmentDefinitionNode)}
    operation = next(part for part in node.definitions if isinstance(part, OperationDefinitionNode))

    def fits(condition: Any, kind: Any) -> bool:
        if condition is None:
            return True
        named = CORE.type_map[condition.name.value]
        return named is kind or (is_abstract_type(named) and kind in CORE.get_possible_types(named))  # type: ignore[arg-type]

    def of(selections: Any, kind: Any, page: int) -> int:
        if is_abstract_type(kind):
            return max(of(selections, member, page) for member in CORE.get_possible_types(kind))
        total = 0
        for selected in selections:
            if isinstance(selected, InlineFragmentNode) and fits(selected.type_condition, kind):
                total += of(selected.selection_set.selections, kind, page)
            elif isinstance(selected, FragmentSpreadNode) and fits(fragments[selected.name.value].type_condition, kind):
                total += of(fragments[selected.name.value].selection_set.selections, kind, page)
            elif isinstance(selected, FieldNode) and selected.name.value in kind.fields:
                total += field(selected, kind, page)
        return total

    def field(selected: FieldNode, kind: Any, page: int) -> int:
        resolved = kind.fields[selected.name.value]
        waits = resolved.extensions["strawberry-definition"].is_async
        paged = "first" in resolved.args
        own = FIELD_COSTS.get(f"{kind.name}.{selected.name.value}", PAGE_COST if paged else int(waits))
        if selected.selection_set is None:
            return own
        inner = get_named_type(resolved.type)
        if paged:
            return own + 1 + of(selected.selection_set.selections, inner, first(selected, resolved))
        times = 1
        if isinstance(get_nullable_type(resolved.type), GraphQLList):
            sizes = (LIST_SIZES.get(f"{kind.name}.{selected.name.value}"), LIST_SIZES.get(selected.name.value))
            times = page if kind.name.endswith("Connection") else next(size for size in sizes if size is not None)
        return own + times * (1 + of(selected.selection_set.selections, inner, 1))

    def first(selected: FieldNode, resolved: Any) -> int:
        for argument in selected.arguments or ():
            if argument.name.value == "first":
                if isinstance(argument.value, VariableNode):
                    return int(variables[argument.value.name.value])
                assert isinstance(argument.value, IntValueNode)
                return max(0, min(100, int(argument.value.value)))
        return int(resolved.args["first"].default_value)

    return of(operation.selection_set.selections, CORE.query_type, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=queries(sdl(), fields=["wallet", "store", "node", "payment", "coupons", "viewer", "bulkGrants", "programme"])
)
def test_against_the_naive_model(text: str):
    assert cost(text) == naive(text, {})


@pytest.mark.parametrize("first", [0, 1, 37, 100])
@pytest.mark.parametrize("name", ["WalletHistory", "StoreHistory", "WalletPastEvents", "Coupons", "BulkGrants"])
def test_our_pages_against_the_naive_model(name: str, first: int):
    assert cost(document(name), first=first) == naive(document(name), {"first": first})


# --- what is refused


@pytest.mark.parametrize(
    "text",
    [
        f'{{ wallet(id: "w") {{ {DEEP} }} }}',
        "{"
        + " ".join(
            f'{name}: wallet(id: "w") {{ {HISTORY.format(n=50, inner=HISTORY.format(n=50, inner="id"))} }}'
            for name in "abc"
        )
        + "}",
        "{ nodes(ids: ["
        + '"w" ' * 8
        + f"]) {{ ... on Wallet {{ {HISTORY.format(n=100, inner=HISTORY.format(n=10, inner='id'))} }} }} }}",
    ],
)
async def test_what_is_too_costly_is_refused_before_any_work(text: str):
    """There are no services to work with: whatever ran would end in a fault."""
    nothing: Any = None
    for run in (
        lambda context: execute(text, None, context, None),
        lambda context: schema.execute(text, None, context),
    ):
        result = await run(Context(nothing, ANYBODY, "ja", "trace"))
        assert result.data is None
        (error,) = result.errors
        assert error.extensions == {"code": "QUERY_TOO_COSTLY", "cost": cost(text), "limit": COST_LIMIT}
        assert cost(text) > COST_LIMIT


async def test_the_variables_decide(town: People):
    text = (
        "query($w: ID!, $n: Int!) { wallet(id: $w) { "
        + HISTORY.format(n="$n", inner=HISTORY.format(n="$n", inner="id"))
        + " } }"
    )
    context = Context(town.services, town.resident, "ja", "trace")
    small = await execute(text, {"w": "w", "n": 10}, context, None)
    assert (small.errors, small.data) == (None, {"wallet": None})
    large = await execute(text, {"w": "w", "n": 60}, context, None)
    assert large.errors is not None
    assert large.errors[0].extensions["code"] == "QUERY_TOO_COSTLY"  # type: ignore[index]


async def test_a_costly_payment_moves_nothing(town: People):
    await town.charge(1_000)
    text = f"mutation($input: PayInput!) {{ pay(input: $input) {{ balances {{ asset {{ code }} }} payment {{ {WIDE} }} }} }}"
    result = await execute(text, {"input": {}}, Context(town.services, town.resident, "ja", "trace"), None)
    assert result.errors is not None
    assert result.errors[0].extensions["code"] == "QUERY_TOO_COSTLY"  # type: ignore[index]
    assert await town.balance() == 1_000
