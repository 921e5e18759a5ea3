"""Compiled documents against the ordinary executor: the same data, the same errors, whatever is asked."""

import re
from pathlib import Path
from typing import Any, NewType
from uuid import uuid4

import pytest
import strawberry
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql import execute as core_execute
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from strawberry.types import Info

from domain.services import Services
from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.core.ids import Prefix, encode
from schema.engine.compiled.program import compiled
from schema.engine.execute import _interpret, _run, execute, prepared
from schema.engine.export import sdl
from schema.engine.extensions import masked
from schema.engine.operations import document, files, operation_of
from schema.root import schema
from tests.support.town import People

CORE = schema._schema
BOTH_ROLES = frozenset({Role.RESIDENT, Role.DESK, Role.FINANCE, Role.MERCHANT_STAFF})
MONEY = "fragment Money on Balance { posted held available asset { id code name unit kind } lots { amount issuedOn expiresOn } }"
RECEIPT = """fragment Receipt on Receipt { __typename receiptNumber amount
  ... on Payment { store { name code } refunded refundable allocations { amount expiresOn } } }"""
QUERIES = [
    "query($w: ID!) { wallet(id: $w) { id frozen receiveCode asOfEventId municipality { id code name } balances { ...Money } } }"
    + MONEY,
    "query($w: ID!, $n: Int = 3) { wallet(id: $w) { transactions(first: $n) { pageInfo { hasNextPage endCursor } edges { cursor node {"
    " kind amount balanceAfter occurredAt counterparty { kind name store { id name } } receipt { ...Receipt } } } } balances { ...Money } } }"
    + MONEY
    + RECEIPT,
    (
        "query($s: ID!) { a: store(id: $s) { id name balances { posted asset { code } } } b: store(id: $s) { name category code events(first: 2) {"
        " edges { node { __typename eventId amount balances { moved posted } ... on PaymentSettled { payment { id paidAt } } } } } } }"
    ),
    '{ viewer { person { id } roles { name municipality { name } store { name } } wallets { id } } nothing: store(id: "x") { id } serverTime2: __typename }',
    "query($p: ID!) { payment(id: $p) { ...Receipt wallet { id } note refunds { reason amount } } node(id: $p) { id __typename } }"
    + RECEIPT,
    'query($w: ID!, $s: ID!) { nodes(ids: ["bad", "wal_x"]) { id } wallet(id: $w) { ... on Node { id } ... { frozen } } store(id: $s) { ... on Node { __typename } } }',
    "query($w: ID!, $first: Int!) { wallet(id: $w) { transactions(first: $first) { edges { cursor } } } }",
    (
        "query($w: ID!, $s: ID!) { quotePayment(input: {walletId: $w, payee: {storeId: $s}, amount: 40}) { refusal { code message retry }"
        " quote { amount availableAfter store { name } allocations { amount expiresOn asset { code } } } } }"
    ),
]


def ids(town: People, payment: Any) -> dict[str, Any]:
    wallet, store = encode(Prefix.WALLET, town.id, town.wallet), encode(Prefix.STORE, town.id, town.store)
    return {"w": wallet, "s": store, "p": encode(Prefix.PAYMENT, town.id, payment.journal_id), "first": 101, "n": 5}


def context(services: Services, viewer: Viewer) -> Context:
    return Context(services, Viewer(viewer.person_id, BOTH_ROLES), "ja", "trace")


def shape(result: Any) -> Any:
    """What a client reads; errors in no order, since concurrent fields have none."""
    errors = [{**error.formatted, "path": tuple(error.path or ())} for error in result.errors or ()]
    for error in errors:
        error.get("extensions", {}).pop("traceId", None)
    return result.data, sorted(map(repr, errors))


async def both(
    services: Services, viewer: Viewer, query: str, variables: dict[str, Any] | None = None, *, all_errors: bool = True
) -> Any:
    """The answer of the program, which is that of the executor. Of several errors that make one parent null, either may be told."""
    known = prepared(query, None)
    assert known.document is not None, known.errors
    assert known.program is not None, "not compiled"
    by_program = await _run(known.program, variables or {}, context(services, viewer))
    reading = context(services, viewer)
    by_executor = await _interpret(known.document, variables, reading, None)
    by_executor.errors = by_executor.errors and [masked(error, reading) for error in by_executor.errors]
    if by_program is None:
        assert by_executor.errors, "a program refused what is right"
        return by_executor
    by_program.errors = by_program.errors and [masked(error, reading) for error in by_program.errors]
    if all_errors:
        assert shape(by_program) == shape(by_executor)
    assert by_program.data == by_executor.data
    assert bool(by_program.errors) == bool(by_executor.errors)
    return by_program


@pytest.fixture
async def lively(town: People) -> tuple[People, dict[str, Any]]:
    """A town where something has happened."""
    await town.charge(5_000)
    payment = await town.pay(700, note="お昼")
    await town.pay(300)
    await town.refund(payment.journal_id, 200)
    return town, ids(town, payment)


@pytest.mark.parametrize("query", QUERIES)
async def test_queries_of_apps(services: Services, lively: Any, query: str):
    town, known = lively
    sent = {name: known[name] for name in re.findall(r"\$(\w+):", query)}
    for viewer in (town.resident, town.staff, town.finance, Viewer(uuid4(), frozenset())):
        result = await both(services, viewer, query, sent)
        assert result.data is not None or result.errors


PAY = document("Pay")
CHANGING = re.compile(r"'(id|receiptNumber|paidAt|eventId)': '[^']*'")


@pytest.mark.parametrize("amount", [10, 100_000, 0, 2**53 - 1])
async def test_payments_and_their_refusals(services: Services, lively: Any, amount: int):
    town, known = lively
    answers = []
    for compiles in (True, False):
        sent = {
            "idempotencyKey": str(uuid4()),
            "walletId": known["w"],
            "payee": {"storeId": known["s"]},
            "amount": amount,
            "confirmDuplicate": True,
        }
        known_document = prepared(PAY, None)
        reading = context(services, town.resident)
        result = await (
            _run(known_document.program, {"input": sent}, reading)
            if compiles
            else _interpret(known_document.document, {"input": sent}, reading, None)  # type: ignore[arg-type]
        )
        text = CHANGING.sub(r"\1", repr(shape(result)))
        answers.append(re.sub(r"'posted': \d+", "posted", text))
        assert (reading.refusal is None) == (amount == 10)
    assert answers[0] == answers[1]


WRONG = [
    {},
    {"input": None},
    {"input": []},
    {"input": {}},
    *[
        {
            "input": {
                "idempotencyKey": "0192b3c4-0000-7000-8000-000000000001",
                "walletId": "w",
                "payee": {"storeId": "s"},
                "amount": 1,
                **wrong,
            }
        }
        for wrong in (
            {"amount": 1.0},
            {"amount": "1"},
            {"amount": True},
            {"amount": -1},
            {"amount": 2**53},
            {"amount": None},
            {"idempotencyKey": "no"},
            {"idempotencyKey": 5},
            {"payee": {}},
            {"payee": {"storeId": "a", "code": "b"}},
            {"payee": {"storeId": None}},
            {"payee": "s"},
            {"walletId": 1.5},
            {"walletId": ["w"]},
            {"extra": 1},
            {"validUntil": "yesterday"},
            {"note": 5},
            {"confirmDuplicate": "yes"},
        )
    ],
]


@pytest.mark.parametrize("variables", WRONG, ids=repr)
async def test_wrong_inputs_are_told_by_the_executor(services: Services, town: People, variables: dict[str, Any]):
    result = await both(services, town.resident, PAY, variables)
    assert result.data is None
    assert {error.extensions["code"] for error in result.errors} <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_operation_of_an_app_is_compiled(path: Path):
    known = prepared(document(path.stem), None)
    operation = operation_of(document(path.stem)).operation
    assert (known.program is None) == (operation is OperationType.SUBSCRIPTION)


@pytest.mark.parametrize(
    "query",
    [
        "query($yes: Boolean!) { serverTime @include(if: $yes) }",
        "{ __schema { types { name } } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        'subscription { walletEvents(walletId: "x") { eventId @skip(if: false) } }',
    ],
)
def test_what_is_not_compiled(query: str):
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert compiled(CORE, document, operation) is None


async def test_what_is_not_compiled_is_answered_all_the_same(services: Services, lively: Any):
    town, known = lively
    query = "query($yes: Boolean!, $w: ID!) { wallet(id: $w) { id @include(if: $yes) frozen @skip(if: $yes) } }"
    result = await execute(query, {"yes": True, "w": known["w"]}, context(services, town.resident), None)
    assert (result.data, result.errors) == ({"wallet": {"id": known["w"]}}, None)


SCALARS = {
    "Amount": st.integers(0, 10).map(nodes.Int),
    "DateTime": st.just(nodes.String("2026-11-01T00:00:00+00:00")),
    "Date": st.just(nodes.String("2026-11-01")),
    "UUID": st.just(nodes.String("0192b3c4-0000-7000-8000-000000000001")),
}


class RealIds(Visitor):
    """Puts ids that exist where a generated query has some text for an id."""

    def __init__(self, info: TypeInfo, known: list[str]) -> None:
        super().__init__()
        self._info = info
        self._known = known

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode | None:
        kind = self._info.get_input_type()
        if "ID" not in str(kind):
            return None
        return StringValueNode(value=self._known[len(node.value) % len(self._known)])


def with_real_ids(text: str, known: list[str]) -> DocumentNode:
    info = TypeInfo(CORE)
    return visit(parse(text), TypeInfoVisitor(info, RealIds(info, known)))


ANY_PACE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
GENERATED = given(text=queries(sdl(), custom_scalars=SCALARS))


@ANY_PACE
@GENERATED
async def test_generated_queries(services: Services, one_town: Any, text: str):
    await same_answers(services, one_town, text)


@pytest.mark.soak
@settings(ANY_PACE, max_examples=2_000)
@GENERATED
async def test_many_generated_queries(services: Services, one_town: Any, text: str):
    await same_answers(services, one_town, text)


async def same_answers(services: Services, one_town: Any, text: str) -> None:
    town, known = one_town
    query = print_ast(with_real_ids(text, known))
    known_document = prepared(query, None)
    assume(known_document.document is not None and known_document.program is not None)
    assume("serverTime" not in query and "asOfAt" not in query)
    await both(services, town.resident, query, all_errors=False)


@pytest.fixture(scope="module")
async def one_town(services: Services) -> tuple[People, list[str]]:
    from tests.support.town import new_town

    town = await new_town(services)
    await town.charge(5_000)
    payment = await town.pay(700)
    known = ids(town, payment)
    return town, [known["w"], known["s"], known["p"], encode(Prefix.MUNICIPALITY, town.id, town.id), "nonsense"]


Fault = NewType("Fault", str)


def fail(kind: str) -> Any:
    raise ValueError(kind)


@strawberry.type
class Leaf:
    name: str = "leaf"

    @strawberry.field
    def broken(self) -> str:
        return fail("leaf")

    @strawberry.field
    def perhaps(self) -> str | None:
        return fail("perhaps")

    @strawberry.field
    async def later(self) -> int | None:
        return fail("later")

    @strawberry.field
    async def strict_later(self) -> int:
        return fail("strict later")


@strawberry.type
class Other:
    other: int = 1


@strawberry.interface
class Named:
    first_name: str = "first"

    @strawberry.field
    def name(self) -> str:
        return self.first_name


@strawberry.type
class Town(Named):
    @strawberry.field
    async def people(self) -> int | None:
        return fail("people")


@strawberry.type
class Person(Named):
    age: int = 30


@strawberry.type
class Stranger:
    """Of no interface."""

    first_name: str = "stranger"


@strawberry.type
class Query:
    @strawberry.field
    def leaf(self) -> Leaf | None:
        return Leaf()

    @strawberry.field
    def strict(self) -> Leaf:
        return Leaf()

    @strawberry.field
    async def many(self, info: Info, count: int = 2, extra: str | None = None) -> list[Leaf | None]:
        return [Leaf(), None, *[Leaf() for _ in range(count)]]

    @strawberry.field
    def all(self) -> list[Leaf] | None:
        return [Leaf(), Leaf()]

    @strawberry.field
    def nothing(self) -> Leaf:
        return None  # type: ignore[return-value]

    @strawberry.field
    def either(self) -> list[Leaf | Other]:  # type: ignore[valid-type]
        return [Leaf(), Other()]

    @strawberry.field
    def named(self) -> list[Named]:
        return [Town(), Person(), Town(first_name="second")]

    @strawberry.field
    def anybody(self) -> list[Named | None]:
        return [Person(), Stranger(), None]  # type: ignore[list-item]

    @strawberry.field
    def wrong(self) -> int | None:
        return "no number"  # type: ignore[return-value]


SMALL = strawberry.Schema(Query, types=[Town, Person, Stranger])
PARTS = ["name", "broken", "perhaps", "later", "strictLater", "__typename"]
ROOTS = ["leaf", "strict", "many", "all", "nothing"]


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("parts", [["name"], *[["name", part] for part in PARTS], PARTS[:4], PARTS])
async def test_faults_become_null_where_the_contract_lets_them(root: str, parts: list[str]):
    await same(f"{{ {root} {{ {' '.join(parts)} }} first: leaf {{ name }} }}")


@pytest.mark.parametrize(
    "query",
    [
        "{ wrong }",
        "{ either { __typename ... on Leaf { name perhaps } ... on Other { other } } }",
        "{ named { __typename name firstName ... on Person { age } } }",
        "{ named { name ... on Town { people } ... on Named { firstName } } }",
        "{ anybody { __typename name ... on Person { age } } }",
        "{ many(count: 0) { name } again: many(count: 1, extra: null) { name later } }",
        "{ leaf { name } leaf { n: name } ...F } fragment F on Query { leaf { perhaps } }",
    ],
)
async def test_small_documents(query: str):
    await same(query)


async def same(query: str) -> None:
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    program = compiled(SMALL._schema, document, operation)
    assert program is not None
    executed: Any = core_execute(SMALL._schema, document)
    expected = await executed if hasattr(executed, "__await__") else executed
    result = await program.execute(program.bind({}, None))  # type: ignore[arg-type]
    assert result.data == expected.data
    assert sorted(map(repr, (error.path for error in result.errors or ()))) == sorted(
        map(repr, (error.path for error in expected.errors or ()))
    )
    if result.data is not None:
        assert list(result.data) == list(expected.data)
