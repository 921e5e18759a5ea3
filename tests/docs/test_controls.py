"""The runbook's table of controls has every mutation of municipal staff, and says who may call it as the contract does."""

import re
from pathlib import Path

from domain.viewer import MUNICIPAL_STAFF, Role
from schema.core.fields import Audience
from schema.engine.declared import declarations
from schema.root import schema

PAGE = Path(__file__).parents[2] / "docs/runbook/controls.md"
ROW = re.compile(r"^\| `(\w+)` \| ([a-z, ]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def staff_mutations() -> dict[str, set[Role]]:
    mutations = schema._schema.mutation_type
    assert mutations is not None
    declared = {name: declarations(schema._schema)[name].roles for name in mutations.fields}
    return {
        name: set(MUNICIPAL_STAFF & roles)
        for name, roles in declared.items()
        if not isinstance(roles, Audience) and MUNICIPAL_STAFF & roles
    }


def test_the_table_has_every_mutation_of_staff_and_who_may_call_it():
    rows = {
        name: {Role(role.strip().upper()) for role in may.split(",")} for name, may, *_ in ROW.findall(PAGE.read_text())
    }
    assert rows == staff_mutations(), "say in docs/runbook/controls.md who may do it alone, and what needs another"


def test_what_needs_another_says_by_what():
    for name, _, alone, needs_another, by in ROW.findall(PAGE.read_text()):
        assert (needs_another == "–") == (by == "–"), name
        assert alone != "–" or needs_another != "–", name
