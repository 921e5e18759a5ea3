"""GraphQL over HTTP, audited by the package `graphql-http` of the working group's authors."""

import pytest

from tests.support.conformance import node

pytestmark = pytest.mark.conformance


def test_every_audit_passes(address: str):
    audited = node("http.mjs", address)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert "61 of 61 audits of GraphQL over HTTP passed" in audited.stdout
