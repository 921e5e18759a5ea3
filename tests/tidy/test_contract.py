"""The contract, its permissions and its words, against the code."""

import re

import pytest
from graphql import build_schema

from domain.locales import catalogue
from domain.refusals import StoredRefusal, UnstoredRefusal
from schema.core.refusals import Refusal as ContractRefusal
from schema.engine import diff, export, lint
from schema.engine.declared import declarations
from schema.root import schema
from tests.support.messages import leaves, placeholders

SCHEMA = schema._schema
WITHOUT_A_FIELD = {"BulkRowRefusedError", "HoldExceedsError", "HoldNotOpenError", "NothingToExpireError"}
"""Of verbs that no field offers yet."""


def root_fields() -> set[str]:
    return {
        name for root in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type) for name in root.fields
    }


def test_the_committed_contract_is_what_the_code_says():
    assert export.is_current(), "run `make schema`, and look at the difference"


def test_the_contract_keeps_the_house_rules():
    assert lint.problems(SCHEMA) == []


@pytest.mark.parametrize(
    ("sdl", "problem"),
    [
        ('"A." type Query { a: Int }', "Query.a has no description"),
        ('"A." type Query { "For all." Bad_name: Int }', "Query.Bad_name is not written as"),
        ('"A." type Query { "All." a: Int }', "Query.a does not say who may call it"),
        (
            '"Q." type Query { "For x." a: Int } "M." type Mutation { "For x." b("K." key: Int): Int }',
            "takes exactly one argument",
        ),
        (
            '"U." union U = A | B "A." type A { "F." a: Int } "B." type B { "F." a: Int! } "Q." type Query { "For x." u: U }',
            "a is Int in A, but Int! in B",
        ),
        (
            '"P." type PayPayload { "F." a: Int } "Q." type Query { "For x." p: PayPayload }',
            "has no nullable `refusal`",
        ),
        (
            'type Refusal { a: Int } type PayPayload { "R." refusal: Refusal "F." a: Int! } type Query { a: Int }',
            "PayPayload.a is never null",
        ),
    ],
)
def test_the_lint_finds(sdl: str, problem: str):
    assert any(problem in line for line in lint.problems(build_schema(sdl)))


def test_the_diff_finds_a_field_that_was_taken_away():
    text = export.sdl()
    assert diff.breaking(text, text) == []
    assert diff.breaking(text, text.replace("serverTime: DateTime!", "clock: DateTime!")) == [
        "Field Query.serverTime was removed."
    ]


def test_every_root_field_is_declared():
    assert root_fields() == set(declarations(SCHEMA))


def test_every_refusal_is_a_code_and_is_declared_by_a_field():
    kinds = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    assert {kind.code for kind in kinds if not kind.internal} == set(SCHEMA.type_map["RefusalCode"].values)
    declared = {kind for declaration in declarations(SCHEMA).values() for kind in declaration.refuses}
    assert {kind.__name__ for kind in kinds - declared} == WITHOUT_A_FIELD


def test_every_description_names_the_codes_of_its_field():
    for root in (SCHEMA.query_type, SCHEMA.mutation_type):
        for name, field in root.fields.items():
            codes = re.findall(r"`([A-Z_]+)`", field.description.partition("Refusal codes: ")[2])
            assert codes == [kind.code for kind in declarations(SCHEMA)[name].refuses], name


def test_every_datum_of_a_refusal_is_a_field_of_the_contract():
    kinds = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    data = {name for kind in kinds if not kind.internal for name in kind.__dataclass_fields__}
    shown = {definition.python_name for definition in ContractRefusal.__strawberry_definition__.fields}
    assert data - shown == {"amount", "obstacle", "voucher_state", "upload_state", "bulk_grant_state"}, (
        "as reason or state"
    )


def test_every_refusal_speaks_both_languages_with_the_same_data():
    messages = {locale: catalogue.codes(locale) for locale in ("ja", "en")}
    assert set(messages["ja"]) == set(messages["en"])
    kinds = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    assert {kind.code for kind in kinds} <= set(messages["ja"])
    for code, text in messages["ja"].items():
        assert placeholders(text) == placeholders(messages["en"][code]), code
