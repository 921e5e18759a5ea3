"""Clients of others: their compilers take the apps' operations, and apps that are years old read a server of today."""

import pytest

from tests.support.conformance import node

pytestmark = pytest.mark.conformance


def test_the_operations_compile():
    compiled = node("compilers.mjs")
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    assert compiled.stdout.count(" operations\n") == 2


@pytest.mark.parametrize(
    "client",
    [
        "Apollo Client 4 with possibleTypes",
        "Apollo Client 4 without",
        "Apollo Client 3 with possibleTypes",
        "Apollo Client 3 without",
        "graphcache without a schema",
        "graphcache with an old schema",
        "Relay",
    ],
)
def test_an_old_app_reads_codes_types_and_values_that_it_does_not_know(address: str, client: str):
    played = node("clients.mjs", address, client)
    assert played.returncode == 0, played.stdout + played.stderr
    assert f"{client} reads a later server's" in played.stdout
