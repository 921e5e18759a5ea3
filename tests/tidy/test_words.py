"""Every code that can be said has words in both languages, every word can be said, and words are written alike."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType

from domain.approvals.kinds import ApprovalState, Stale
from domain.bulk_grants.csv_file import Column
from domain.bulk_grants.kinds import BulkState
from domain.coupons.kinds import Obstacle
from domain.locales import catalogue
from domain.programmes.kinds import BudgetSource
from domain.programmes.rights import Bound
from domain.refusals import StoredRefusal, UnstoredRefusal
from domain.vouchers.kinds import LegalBasis, VoucherState
from schema.root import schema
from tests.support.messages import leaves, placeholders

PROJECT = Path(__file__).resolve().parents[2]
JA, EN = catalogue.codes("ja"), catalogue.codes("en")
SNAKE, SHOUT = re.compile(r"[a-z][a-z_.]*"), re.compile(r"[A-Z][A-Z_]+")
DYNAMIC = ("PROBLEM_", "ROW_NOT_ELIGIBLE_", "ROW_", "COLUMN_", "EXPLAIN_SOURCE_", "EXPLAIN_", "LEGAL_", "KEPT_AWAY_")
"""Beginnings that the code puts before a word of its own."""


def trees() -> Iterator[ast.Module]:
    for room in ("domain", "resolvers", "schema", "api", "adapters"):
        for page in (PROJECT / room).rglob("*.py"):
            yield ast.parse(page.read_text())


def constants(nodes: list[ast.expr]) -> list[str | None]:
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None for node in nodes]


def mistakes() -> Iterator[tuple[str, str]]:
    """(field, problem) of every InvalidInputError that is written out, alone or as a row of a table of checks."""
    for tree in trees():
        for node in ast.walk(tree):
            listed = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
            for field, problem in pairwise(constants(listed)):
                if field is not None and problem is not None and SNAKE.fullmatch(field) and SHOUT.fullmatch(problem):
                    yield field, problem


def words_of_the_code() -> set[str]:
    """Every text of capitals in the code, also as a name in an enum."""
    words = set()
    for tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if SHOUT.fullmatch(text):
                    words.add(text)
                case ast.ClassDef(body=body):
                    words |= {
                        target.id
                        for statement in body
                        if isinstance(statement, ast.Assign)
                        for target in statement.targets
                        if isinstance(target, ast.Name)
                    }
    return words


def input_fields() -> set[str]:
    inputs = [kind for kind in schema._schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).upper() for kind in inputs for name in kind.fields}


def test_both_languages_have_the_same_codes_with_the_same_data() -> None:
    assert list(JA) == list(EN), "also in the same order: translators read them side by side"
    assert {code for code in JA if placeholders(JA[code]) != placeholders(EN[code])} == set()


def test_everything_that_is_said_has_words() -> None:
    said = {kind.code for kind in leaves(StoredRefusal) | leaves(UnstoredRefusal)}
    said |= {f"PROBLEM_{problem}" for _, problem in mistakes()}
    said |= {f"FIELD_{field.replace('.', '_').upper()}" for field, _ in mistakes()}
    said |= {f"PROBLEM_{obstacle.value}" for obstacle in Obstacle}
    said |= {f"PROBLEM_{state.name}" for state in (*ApprovalState, *BulkState, *VoucherState)}
    said |= {f"PROBLEM_{reason}" for reason in ("RESIDENCY", "AGE", "UNVERIFIED")}
    said |= {f"COLUMN_{column.value}" for column in Column if column is not Column.NOTE}
    said |= {f"PROBLEM_{reason.name}" for reason in Stale}
    said |= {f"LEGAL_{basis.name}" for basis in LegalBasis}
    said |= {f"EXPLAIN_SOURCE_{source.name}" for source in BudgetSource}
    said |= {f"PROBLEM_{bound.value}" for bound in Bound}
    assert said - set(JA) == set()


def test_no_words_are_there_that_nobody_says() -> None:
    known = words_of_the_code()
    dead = {
        code
        for code in JA
        if code not in known
        and not code.startswith("FIELD_")
        and not any(code.removeprefix(beginning) in known for beginning in DYNAMIC if code.startswith(beginning))
    }
    assert dead == set()
    labels = {code.removeprefix("FIELD_") for code in JA if code.startswith("FIELD_")}
    assert {label for label in labels if label.removeprefix("SUB_VOUCHERS_") not in input_fields()} == {"AS_OF"}, (
        "labels of fields that no input has"
    )


@pytest.mark.parametrize("code", sorted(code for code in JA if not code.startswith(("FIELD_", "COLUMN_"))))
def test_japanese_is_written_alike(code: str) -> None:
    text = JA[code]
    assert not re.search(r"(?<=[ぁ-ん一-龯]),|[!?]|\.\s|[０-９]|[ぁ-ん一-龯] [ぁ-ん一-龯]", text), (
        "full-width punctuation, half-width digits, no spaces"
    )
    assert re.search(r"[。]$|\}$|^$", text) or code.removeprefix("PROBLEM_") in {
        state.name for state in (*ApprovalState, *BulkState, *VoucherState)
    }, "whole sentences"
    assert not re.search(r"してください。.*してください。.*してください。", text), "at most two requests at a time"


@pytest.mark.parametrize("code", sorted(EN))
def test_english_is_written_alike(code: str) -> None:
    text = EN[code]
    assert text == text.strip()
    assert not re.search(r"[ぁ-ん一-龯。、]", text)
    assert code.startswith(("FIELD_", "COLUMN_", "PROBLEM_")) or text == "" or text.endswith((".", "}")), (
        "whole sentences"
    )


def test_amounts_have_their_unit() -> None:
    """Yen where money is paid; `worth` (円分) where it may be points; a bare number only for counts and for conversions, whose unit is the asset's."""
    bare = re.compile(r"\{(available|maximum|minimum|required|refundable|threshold|missing|amount)\}")
    assert {code: text for code, text in JA.items() if bare.search(text)} == {"NOTE_TOO_LONG": JA["NOTE_TOO_LONG"]}


def test_numbers_and_names_are_written_as_people_read_them() -> None:
    data = {"field": "expiresOn", "problem": "PAST"}
    assert catalogue.message("INVALID_INPUT", "ja", **data) == "最終利用日：過ぎた日時は指定できません。"
    assert catalogue.message("INVALID_INPUT", "en", **data) == "Last day: It must not be in the past."
    assert catalogue.message("INVALID_INPUT", "ja", field="sub_vouchers.minimum_unit", problem="MULTIPLE").startswith(
        "券種の最低利用単位："
    )
    assert catalogue.message("INVALID_INPUT", "ja", field="somethingNew", problem="PAST").startswith(
        "somethingNew："
    ), "a name is better than nothing"
    assert (
        catalogue.message("CAP_EXCEEDED", "ja", available=12_000)
        == "お一人さま（または世帯）の上限を超えます（あと12,000円分）。"
    )
    assert (
        catalogue.message("CONVERSION_AMOUNT", "ja", unit=100, minimum=1_000)
        == "1,000以上、100きざみの数を指定してください。"
    )
    assert (
        catalogue.message("NOT_ELIGIBLE", "ja", reason="RESIDENCY")
        == "対象ではないため、ご利用いただけません。お住まいの方が対象です。"
    )
