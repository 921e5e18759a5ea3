"""What strangers make up: ids of other kinds and towns, and values at the end of every range.

Each is refused in words, never by a fault.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLNonNull, get_named_type

from domain.identifiers import InvalidIdError, Prefix, decode, encode
from tests.hostile.arguments import Path, inputs, is_list, is_one_of, leaves, put
from tests.hostile.probes import PROBES
from tests.hostile.walk import Refused, ask, is_refused
from tests.hostile.world import World, askers

PUBLIC_KINDS = {"node", "nodes"}
"""Fields that take ids of every kind, also of those that everybody may see."""
SAYS_NO = {"BAD_USER_INPUT", "NOT_FOUND", "NOT_PERMITTED"}
MANY = 2_000
HOSTILE: dict[str, tuple[Any, ...]] = {
    "String": ("", " ", "あ" * 3_000, "\u202e\u0007", "'; drop table journal; --", "%s{}", "👨‍👩‍👧‍👦" * 20),
    "ID": ("", "wal_", "あ", "x" * 3_000, "prg_" + "z" * 29, "evt_" + "0" * 42),
    "Int": (0, -1, 2**31 - 1, -(2**31)),
    "Amount": (0, 1, 2**53 - 1),
    "SignedAmount": (0, 2**53 - 1, -(2**53) + 1),
    "DateTime": (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
    ),
    "Date": ("0001-01-01", "9999-12-31", "2024-02-29"),
    "UUID": ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    "Boolean": (True, False),
}


def variants(value: str, elsewhere: int) -> Iterator[str]:
    """An id as somebody might forge it: of another kind, of another town, of a key that nobody has, cut off, or none at all."""
    prefix, town, key = decode(value)
    other = Prefix.STORE if prefix is not Prefix.STORE else Prefix.WALLET
    yield encode(prefix, elsewhere, key)
    yield encode(prefix, town, UUID(int=key.int ^ 1) if isinstance(key, UUID) else key + 100_000)
    yield value[:-1]
    yield value.upper()
    yield ""
    if isinstance(key, UUID):
        yield encode(other, town, key)
        yield encode(Prefix.ASSET, town, 1)


def ids(arguments: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for path, value in leaves(arguments):
        if isinstance(value, str) and "_" in value:
            try:
                decode(value)
            except InvalidIdError:
                continue
            yield path, value


@pytest.mark.parametrize("name", sorted(PROBES))
async def test_a_forged_id_names_nothing(world: World, elsewhere: World, name: str):
    probe = PROBES[name]
    viewer = (await askers(world, elsewhere))[probe.asks]
    arguments = await probe.arguments(world)
    for path, value in ids(arguments):
        for forged in variants(value, elsewhere.id):
            if name in PUBLIC_KINDS and forged.startswith(Prefix.ASSET.value):
                continue
            answer = await ask(world.services, viewer, name, put(arguments, path, forged))
            if name == "nodes":
                assert answer[path[1]] is None
            else:
                assert is_refused(answer), (path, forged, answer)
    await world.town.assert_sound()


@pytest.mark.parametrize("name", sorted(PROBES))
async def test_no_value_is_a_fault(world: World, elsewhere: World, name: str):
    """Whatever is refused is refused with a code: INTERNAL is a fault of ours, and a way to fill logs and to hold connections."""
    probe = PROBES[name]
    viewer = (await askers(world, elsewhere))[probe.asks]
    arguments = await probe.arguments(world)
    faults = []
    for path, kind in inputs(name):
        values = HOSTILE.get(get_named_type(kind).name, ())
        sent_values = [sent for value in values for sent in (([value], [value] * MANY) if is_list(kind) else (value,))]
        alone = is_one_of(name, path)
        if not isinstance(kind, GraphQLNonNull) and not alone:
            sent_values.append(None)
        for value in sent_values:
            sent = put(arguments, path[:-1], {path[-1]: value}) if alone else put(arguments, path, value)
            answer = await ask(world.services, viewer, name, sent)
            if isinstance(answer, Refused) and answer.code not in SAYS_NO:
                faults.append((path, str(value)[:40], answer))
    assert faults == []
    await ask(world.services, viewer, name, arguments)  # what it had set is as it was
    await world.town.assert_sound()
