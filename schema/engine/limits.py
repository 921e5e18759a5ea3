"""Limits of a document, as validation rules built once.

Depth, aliases, one money mutation, one subscription's worth of work.
"""

from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValidationRule,
)

from schema.engine.declared import money_fields

DEPTH_LIMIT = 12
ALIAS_LIMIT = 15
INTROSPECTION = {"__schema", "__type", "__typename"}


class Shape(ValidationRule):
    """Depth, aliases and money mutations of each operation, fragments unfolded.

    A fragment that includes itself is left to its own rule.
    """

    def enter_document(self, node: DocumentNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Checks every operation once."""
        fragments = {part.name.value: part for part in node.definitions if isinstance(part, FragmentDefinitionNode)}
        for part in node.definitions:
            if isinstance(part, OperationDefinitionNode):
                self._check(part, fragments)

    def _check(self, operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> None:
        seen = Measure(fragments, money_fields(self.context.schema))
        seen.walk(operation.selection_set, 1, ())
        if seen.depth > DEPTH_LIMIT:
            self._report(f"The operation is {seen.depth} levels deep; at most {DEPTH_LIMIT}.", "TOO_DEEP", operation)
        if seen.aliases > ALIAS_LIMIT:
            self._report(
                f"The operation has {seen.aliases} aliases; at most {ALIAS_LIMIT}.", "TOO_MANY_ALIASES", operation
            )
        if operation.operation is OperationType.MUTATION and seen.money > 1:
            self._report("One mutation that moves value per operation.", "ONE_MONEY_MUTATION", operation)

    def _report(self, message: str, code: str, node: OperationDefinitionNode) -> None:
        self.report_error(GraphQLError(message, node, extensions={"code": code}))


class Measure:
    """Counts while walking; stops counting once a limit is passed, so that hostile fragments cost little."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode], money: frozenset[str]) -> None:
        self._fragments = fragments
        self._money_fields = money
        self.depth = 0
        self.aliases = 0
        self.money = 0
        self._steps = 0

    def walk(self, selected: SelectionSetNode, depth: int, inside: tuple[str, ...]) -> None:
        """One selection set at a depth, inside fragments of these names."""
        for node in selected.selections:
            self._steps += 1
            if self._steps > STEP_LIMIT or depth > DEPTH_LIMIT + 1:
                self.depth = max(self.depth, DEPTH_LIMIT + 1)
                return
            if isinstance(node, FieldNode):
                self._field(node, depth, inside)
            elif isinstance(node, InlineFragmentNode):
                self.walk(node.selection_set, depth, inside)
            elif (
                isinstance(node, FragmentSpreadNode)
                and node.name.value not in inside
                and node.name.value in self._fragments
            ):
                self.walk(self._fragments[node.name.value].selection_set, depth, (*inside, node.name.value))

    def _field(self, node: FieldNode, depth: int, inside: tuple[str, ...]) -> None:
        if node.name.value in INTROSPECTION:
            return
        self.depth = max(self.depth, depth)
        self.aliases += node.alias is not None
        self.money += depth == 1 and node.name.value in self._money_fields
        if node.selection_set is not None:
            self.walk(node.selection_set, depth + 1, inside)


STEP_LIMIT = 5_000
"""Fields and fragments that are walked before an operation counts as too deep."""


class NoNul(ASTValidationRule):
    r"""Texts of the document: their escapes (`\u{0}`) are seen by nobody before they are read. No NUL in PostgreSQL."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Checks one text."""
        if "\0" in node.value:
            self.report_error(
                GraphQLError("A text has no NUL character (\\u0000).", node, extensions={"code": "BAD_USER_INPUT"})
            )


RULES: list[type[ASTValidationRule]] = [Shape, NoNul]
