"""Variables, defaults and null in every combination: compiled inputs against graphql-core, whose answer is the right one."""

import itertools
from enum import Enum
from inspect import isawaitable
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, parse, specified_rules, validate
from graphql import execute as core_execute

from schema.core.context import Context
from schema.engine.compiled.inputs import UncoercibleError
from schema.engine.compiled.program import compiled
from schema.engine.execute import execute
from schema.engine.extensions import masked
from schema.root import schema
from tests.support.town import People


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.input
class Inner:
    needed: int
    free: int | None = None
    preset: int = 7


@strawberry.input(one_of=True)
class Either:
    left: int | None = strawberry.UNSET
    right: str | None = strawberry.UNSET


def echo(value: object) -> str:
    if isinstance(value, Inner):
        return f"({value.needed!r}, {value.free!r}, {value.preset!r})"
    if isinstance(value, Either):
        return f"left={value.left!r} right={value.right!r}"
    return "[" + ", ".join(map(echo, value)) + "]" if isinstance(value, list) else repr(value)


@strawberry.type
class Query:
    """Each field says what its resolver received."""

    @strawberry.field
    def needed(self, a: int) -> str:
        return echo(a)

    @strawberry.field
    def free(self, a: int | None = None) -> str:
        return echo(a)

    @strawberry.field
    def unset(self, a: int | None = strawberry.UNSET) -> str:
        return "unset" if a is strawberry.UNSET else echo(a)

    @strawberry.field
    def preset(self, a: int = 5) -> str:
        return echo(a)

    @strawberry.field
    def preset_free(self, a: int | None = 5) -> str:
        return echo(a)

    @strawberry.field
    def text(self, a: str) -> str:
        return echo(a)

    @strawberry.field
    def colour(self, a: Colour = Colour.RED) -> str:
        return echo(a)

    @strawberry.field
    def many(self, a: list[int]) -> str:
        return echo(a)

    @strawberry.field
    def many_free(self, a: list[int | None] | None = None) -> str:
        return echo(a)

    @strawberry.field
    def inner(self, a: Inner) -> str:
        return echo(a)

    @strawberry.field
    def inner_free(self, a: Inner | None = None) -> str:
        return echo(a)

    @strawberry.field
    def either(self, a: Either) -> str:
        return echo(a)


@strawberry.type
class Root(Query):
    @strawberry.field
    def below(self) -> Query:
        return Query()


small = strawberry.Schema(query=Root)
CORE = small._schema
TYPES = {
    "Int": ["1", "null"],
    "String": ['"x"', "null"],
    "Colour": ["RED", "null"],
    "[Int!]": ["[1, 2]", "3", "null"],
    "[Int]": ["[1, null]", "null"],
    "Inner": ["{needed: 1}", "{needed: 1, free: null, preset: 2}", "null"],
    "Either": ["{left: 1}", "null"],
}
ABSENT = object()
SENT = {
    "Int": [2, None, "2", 2.5, True, 2**40],
    "String": ["y", None, 1, ""],
    "Colour": ["RED", None, "BLUE", 1],
    "[Int!]": [[3], [], None, 4, [None], ["5"]],
    "[Int]": [[None, 6], None, 7],
    "Inner": [{"needed": 8}, {"needed": None}, {}, {"needed": 9, "preset": None}, {"needed": 9, "other": 1}, None, []],
    "Either": [{"left": 1}, {"left": None}, {"left": 1, "right": "r"}, {}, {"right": "r"}, None],
}
FIELDS = {
    "Int": [
        *("needed(a: $v)", "free(a: $v)", "unset(a: $v)", "preset(a: $v)", "presetFree(a: $v)", "many(a: $v)"),
        *("inner(a: {needed: $v})", "inner(a: {needed: 1, free: $v})", "inner(a: {needed: 1, preset: $v})"),
        *("either(a: {left: $v})", "many(a: [1, $v])", "manyFree(a: [$v])"),
    ],
    "String": ["text(a: $v)", "either(a: {right: $v})"],
    "Colour": ["colour(a: $v)"],
    "[Int!]": ["many(a: $v)", "manyFree(a: $v)"],
    "[Int]": ["manyFree(a: $v)"],
    "Inner": ["inner(a: $v)", "innerFree(a: $v)"],
    "Either": ["either(a: $v)"],
}


def documents() -> list[tuple[str, dict[str, Any]]]:
    """Every field with a variable of every fitting type, with and without `!`, with every default, and every value sent."""
    cases = []
    for kind, fields in FIELDS.items():
        for field, mark, default in itertools.product(fields, ["", "!"], [None, *TYPES[kind]]):
            clause = "" if default is None else f" = {default}"
            for text in (f"{{ {field} }}", f"{{ below {{ {field} }} x: {field} }}"):
                query = f"query($v: {kind}{mark}{clause}) {text}"
                if not validate(CORE, parse(query), specified_rules):
                    cases += [(query, {} if value is ABSENT else {"v": value}) for value in [ABSENT, *SENT[kind]]]
    return cases


CASES = documents()


async def by_core(query: str, variables: dict[str, Any], context: Context) -> ExecutionResult:
    result = core_execute(CORE, parse(query), context_value=context, variable_values=variables)
    return await result if isawaitable(result) else result  # type: ignore[return-value]


async def by_program(query: str, variables: dict[str, Any], context: Context) -> ExecutionResult | None:
    """What is answered without the executor; None where it is left to it."""
    document = parse(query)
    [operation] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    program = compiled(CORE, document, operation)
    if program is None:
        return None
    try:
        run = program.bind(variables, context)
    except UncoercibleError:
        return None
    return await program.execute(run)


async def test_what_a_program_takes_graphql_core_takes_in_the_same_way(town: People):
    context = Context(town.services, None, "ja", "trace")
    answered = refused = 0
    for query, variables in CASES:
        expected = await by_core(query, variables, context)
        taken = await by_program(query, variables, context)
        if taken is None:
            refused += bool(expected.errors)
            continue
        answered += 1
        assert taken.errors is None, (query, variables)
        assert expected.errors is None, (query, variables, "the program takes what is wrong")
        assert taken.data == expected.data, (query, variables)
    assert answered > 300
    assert refused > 300


async def test_what_is_wrong_with_a_variable_is_the_requests_fault(town: People, capsys: pytest.CaptureFixture[str]):
    context = Context(town.services, None, "ja", "trace")
    errors_seen = 0
    for query, variables in CASES:
        for error in (await by_core(query, variables, context)).errors or ():
            shown = masked(error, context).formatted
            assert shown["extensions"] == {"code": "BAD_USER_INPUT"}, (query, variables, shown)
            assert shown["message"] == error.message
            assert shown.get("path") == error.path
            errors_seen += 1
    assert errors_seen > 300
    assert "fault" not in capsys.readouterr().err


NULLS = [
    ('query($v: String = "012106") { assets(municipality: $v) { code } }', ["assets"]),
    ('query($v: String = "012106") { towns: assets(municipality: $v) { code } }', ["towns"]),
    (
        'query($v: MoneyOperation = PAY) { outcome(operation: $v, idempotencyKey: "00000000-0000-0000-0000-000000000001") { state } }',
        ["outcome"],
    ),
    (
        'mutation($v: UUID = "00000000-0000-0000-0000-000000000001") { abandon(input: {operation: PAY, idempotencyKey: $v}) { refusal { code } } }',
        ["abandon"],
    ),
]


@pytest.mark.parametrize(("query", "path"), NULLS)
async def test_null_for_a_variable_with_a_default_where_null_may_not_be(town: People, query: str, path: list[str]):
    """Of the contract itself, by the program and over both transports' executors."""
    viewer = town.resident
    for answer in (
        await execute(query, {"v": None}, Context(town.services, viewer, "ja", "trace"), None),
        await schema.execute(
            query, {"v": None}, context_value=Context(town.services, viewer, "ja", "trace", remembers=False)
        ),
    ):
        [error] = answer.errors or ()
        assert error.extensions == {"code": "BAD_USER_INPUT"}
        assert error.path == path
        assert "$v" in error.message
