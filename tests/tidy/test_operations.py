"""The operations of the apps fit the contract, and together they use all of it."""

from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NonNullTypeNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse,
    validate,
    visit,
)

from domain.viewer import Role
from schema.core.fields import Audience
from schema.engine.declared import declarations
from schema.engine.limits import RULES
from schema.engine.operations import FOLDER, document, files, operation_of
from schema.root import schema

SCHEMA = schema._schema
FRAGMENTS = FOLDER / "fragments.graphql"
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


class CacheTraps(Visitor):
    """What makes a cache that does not know a type drop fields, or mix up objects."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.traps: list[str] = []

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.look_at_condition(node.type_condition.name.value)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        self.look_at_condition(node.type_condition.name.value)
        if all(isinstance(part, FragmentSpreadNode) for part in node.selection_set.selections):
            self.traps.append(
                f"... on {node.type_condition.name.value} has a spread only: graphcache takes it for any type"
            )

    def look_at_condition(self, name: str) -> None:
        if is_abstract_type(SCHEMA.type_map[name]):
            self.traps.append(f"a fragment on {name}: caches do not know that a new type belongs to it")

    def enter_field(self, node: FieldNode, *_: object) -> None:
        type_ = get_named_type(self.info.get_type())
        if node.selection_set and "id" in getattr(type_, "fields", {}) and not selects_id(node.selection_set):
            self.traps.append(f"{node.name.value} without id: caches cannot tell objects apart")


def selects_id(selections: SelectionSetNode) -> bool:
    """Whether `id` is selected, itself or by a fragment."""
    fragments = {path.name.value: path for path in parse(FRAGMENTS.read_text()).definitions}
    return any(
        part.name.value == "id"
        if isinstance(part, FieldNode)
        else isinstance(part, FragmentSpreadNode) and selects_id(fragments[part.name.value].selection_set)
        for part in selections.selections
    )


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_cache_drops_or_mixes_up_what_an_operation_selects(path: Path):
    info = TypeInfo(SCHEMA)
    visitor = CacheTraps(info)
    visit(parse(document(path.stem)), TypeInfoVisitor(info, visitor))
    assert visitor.traps == []


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_variable_with_a_default_may_be_left_out_in_every_client(path: Path):
    """Relay's compiler refuses a default of a type that is not nullable."""
    variables = operation_of(document(path.stem)).variable_definitions or ()
    assert [v.variable.name.value for v in variables if v.default_value and isinstance(v.type, NonNullTypeNode)] == []


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
