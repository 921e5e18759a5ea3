"""The contract, its permissions and its words, against the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from graphql import build_schema, get_named_type

from domain.locales import catalogue
from domain.permissions import ROOT_FIELDS
from domain.refusals import Refusal, StoredRefusal, UnstoredRefusal
from schema import diff, export, lint
from schema.errors import REFUSALS
from schema.root import schema

SCHEMA = schema._schema
WITHOUT_A_FIELD = {"BulkRowRefusedError", "HoldExceedsError", "HoldNotOpenError", "NothingToExpireError"}
"""Of verbs that no field offers yet."""


DOMAIN = Path(__file__).resolve().parents[2] / "domain"
for refusals in sorted(DOMAIN.glob("*/refusals.py")):  # also of rooms that no field reaches
    import_module(f"domain.{refusals.parent.name}.refusals")


def leaves(kind: type[Refusal]) -> set[type[Refusal]]:
    children = kind.__subclasses__()
    return set().union(*map(leaves, children)) if children else {kind}


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


def test_every_root_field_has_its_row_of_permissions():
    assert root_fields() == set(ROOT_FIELDS)


def test_every_refusal_has_a_type_and_is_in_an_answer():
    refusals = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    unknown = {kind.__name__ for kind in refusals - set(REFUSALS)}
    assert unknown == WITHOUT_A_FIELD, "a refusal without a type is a fault to a client"
    members = set()
    for root in (SCHEMA.query_type, SCHEMA.mutation_type):
        members |= {
            one.name for field in root.fields.values() for one in getattr(get_named_type(field.type), "types", ())
        }
    assert {made.__name__ for made in REFUSALS.values()} <= members


def test_every_refusal_speaks_both_languages_with_the_same_data():
    messages = {locale: catalogue.codes(locale) for locale in ("ja", "en")}
    assert set(messages["ja"]) == set(messages["en"])
    assert {kind.code for kind in REFUSALS} <= set(messages["ja"])
    for code, text in messages["ja"].items():
        assert fields(text) == fields(messages["en"][code]), code


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))
