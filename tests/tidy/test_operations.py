"""The operations of the apps fit the contract, and together they use all of it."""

from pathlib import Path

import pytest
from graphql import FieldNode, parse, validate

from domain.viewer import Role
from schema.core.fields import Audience
from schema.engine.declared import declarations
from schema.engine.limits import RULES
from schema.engine.operations import document, files, operation_of
from schema.root import schema

SCHEMA = schema._schema
ROLES = {
    "resident": {Role.RESIDENT},
    "merchant": {Role.MERCHANT_STAFF},
    "staff": {Role.DESK, Role.FINANCE, Role.AUDITOR},
}


def selected(path: Path) -> list[str]:
    selections = operation_of(document(path.stem)).selection_set.selections
    return [node.name.value for node in selections if isinstance(node, FieldNode)]


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_operation_fits_the_contract(path: Path):
    text = document(path.stem)
    assert validate(SCHEMA, parse(text)) == []
    assert validate(SCHEMA, parse(text), RULES) == []
    assert operation_of(text).name.value == path.stem, "an operation is named as its file"


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_operation_is_for_those_in_whose_folder_it_lies(path: Path):
    for field in selected(path):
        roles = declarations(SCHEMA)[field].roles
        assert isinstance(roles, Audience) or roles & ROLES[path.parent.name], (
            f"{path.parent.name} may not call {field}"
        )


def test_names_are_unique_over_all_audiences():
    names = [path.stem for path in files()]
    assert sorted(set(names)) == names or len(set(names)) == len(names)


def test_every_root_field_is_in_an_operation():
    assert set(declarations(SCHEMA)) - {field for path in files() for field in selected(path)} == set()


def test_every_answer_that_may_refuse_is_asked_for_its_refusal():
    for path in files():
        for node in operation_of(document(path.stem)).selection_set.selections:
            if isinstance(node, FieldNode) and declarations(SCHEMA)[node.name.value].refuses:
                assert "refusal" in {
                    part.name.value for part in node.selection_set.selections if isinstance(part, FieldNode)
                }
