"""The contract, its permissions and its words, against the code."""

import re

import pytest
from graphql import build_schema
from strawberry.utils.str_converters import to_camel_case

from domain.coupons.kinds import Obstacle
from domain.locales import catalogue
from domain.refusals import Refusal, StoredRefusal, UnstoredRefusal
from schema.core.refusals import Refusal as ContractRefusal
from schema.engine import diff, export, lint
from schema.engine.declared import declarations
from schema.root import schema
from tests.support.messages import leaves, placeholders

SCHEMA = schema._schema
WITHOUT_A_FIELD = {
    "BudgetApprovalError",
    "BulkRowRefusedError",
    "HoldExceedsError",
    "HoldNotOpenError",
    "HoldUnitError",
    "NothingToExpireError",
}
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


def test_no_app_in_the_stores_is_broken():
    assert diff.broken() == [], "deprecate instead, or say in ON_PURPOSE why no app can depend on the old form"


def test_changes_on_purpose_have_reasons_and_are_still_there():
    changes = diff.breaking(diff.PUBLISHED.read_text(encoding="utf-8"), export.sdl())
    assert [change for change in diff.ON_PURPOSE if change not in changes] == []
    assert all(len(reason.split()) > 3 for reason in diff.ON_PURPOSE.values())


def test_a_field_that_was_published_and_taken_away_is_told(monkeypatch: pytest.MonkeyPatch):
    less = export.sdl().replace("serverTime: DateTime!", "clock: DateTime!")
    monkeypatch.setattr(diff, "sdl", lambda: less)
    assert diff.broken() == ["Field Query.serverTime was removed."]
    assert diff.main([]) == 1
    before = diff.PUBLISHED.read_text(encoding="utf-8")
    assert diff.main(["--publish"]) == 1
    assert diff.PUBLISHED.read_text(encoding="utf-8") == before, "nothing is published while something is broken"


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
    assert data - shown == {"obstacle"}, "an obstacle is shown as reason"


def refusals_of_the_contract() -> list[type[Refusal]]:
    kinds = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    return sorted((kind for kind in kinds if not kind.internal), key=lambda kind: kind.code)


def shown_data(kind: type[Refusal]) -> dict[str, object]:
    """The data of a refusal that the contract shows, by its names there, of a refusal with some data."""
    samples = {"obstacle": Obstacle.NOT_STACKABLE.value, "field": "some_limit"}
    refusal = kind(**{name: samples.get(name, "1") for name in kind.__dataclass_fields__})
    fields = ContractRefusal.__strawberry_definition__.fields
    data = ContractRefusal(refusal=refusal, locale="ja").data
    return {to_camel_case(field.python_name): data[field.python_name] for field in fields if field.python_name in data}


@pytest.mark.parametrize("kind", refusals_of_the_contract(), ids=lambda kind: kind.code)
def test_the_description_of_a_code_names_its_data(kind: type[Refusal]):
    description = SCHEMA.type_map["RefusalCode"].values[kind.code].description
    assert [name for name in shown_data(kind) if f"`{name}`" not in description] == []
    assert set(re.findall(r"`([a-z]\w*)`", description)) - set(shown_data(kind)) <= {"validUntil", "outcome"}


def test_data_are_shown_by_the_names_of_the_contract():
    shown = [shown_data(kind) for kind in refusals_of_the_contract()]
    assert {data["field"] for data in shown if "field" in data} == {"someLimit"}
    reasons = {kind.code for kind in refusals_of_the_contract() if shown_data(kind).get("reason") == "NOT_STACKABLE"}
    assert reasons == {"COUPON_USED_UP", "COUPON_NOT_USABLE", "ITEM_NOT_USABLE"}


def test_every_refusal_speaks_both_languages_with_the_same_data():
    messages = {locale: catalogue.codes(locale) for locale in ("ja", "en")}
    assert set(messages["ja"]) == set(messages["en"])
    kinds = leaves(StoredRefusal) | leaves(UnstoredRefusal)
    assert {kind.code for kind in kinds} <= set(messages["ja"])
    for code, text in messages["ja"].items():
        assert placeholders(text) == placeholders(messages["en"][code]), code
