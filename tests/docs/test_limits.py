"""The page of limits is what the code says, and its worked example is right."""

import re

from graphql import OperationDefinitionNode, parse

from api.limits_page import PATH, page
from schema.engine.cost import cost_of
from schema.root import schema


def test_the_page_is_what_the_code_says():
    assert PATH.read_text(encoding="utf-8") == page(), "run `make schema`, and look at the difference"


def test_the_worked_example_costs_what_the_page_says():
    shown = re.search(r"^`(\{ wallet.*\})` costs (\d+):", page(), re.MULTILINE)
    assert shown is not None
    document = parse(shown[1])
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert cost_of(schema._schema, document, operation).of({}) == int(shown[2])
