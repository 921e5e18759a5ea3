"""Every root field of the contract against everybody whom it does not concern.

They get nothing, learn nothing, and move nothing.
"""

import asyncpg
import pytest

from domain.database import rows
from domain.viewer import Role, Viewer
from schema.core.fields import Audience
from schema.engine.declared import declarations
from tests.hostile.probes import PROBES
from tests.hostile.walk import CORE, Refused, ask, fields, is_refused, state_of, values_of
from tests.hostile.world import World, all_powers, askers, everything

PRIVATE = (
    "budgetLeft",
    "balances",
    "asOfEventId",
    "transactions",
    "events",
    "preview",
    "wallet",
    "note",
    "householdCode",
    "token",
)
"""What nobody sees of a public object but those it concerns."""

MAY_BE_EMPTY = {"jobs"}
"""Lists that have nothing in a fresh database; that of jobs is of the installation, not of a town."""


def test_every_root_field_has_its_probe():
    """Whoever adds a field says here who may ask it; what is missing is open to whoever guesses."""
    assert set(PROBES) == set(declarations(CORE)) == set(fields())


@pytest.mark.parametrize("name", sorted(PROBES))
async def test_who_gets_an_answer_and_who_gets_nothing(
    world: World, elsewhere: World, owner: asyncpg.Connection, name: str
):
    probe = PROBES[name]
    viewers = await askers(world, elsewhere)
    arguments = await probe.arguments(world)
    before, services = await state_of(world.id, owner), world.services
    outsiders = [
        who for who in viewers if who not in probe.may and (who != "other_finance" or "finance" not in probe.may)
    ]
    answers = {who: await ask(services, viewers[who], name, arguments) for who in outsiders}
    answered = {who: answer for who, answer in answers.items() if not is_refused(answer)}
    assert answered == {}, "these people have no business here"
    assert await state_of(world.id, owner) == before, "nothing moved"
    answer = await ask(services, viewers[probe.asks], name, arguments)
    assert name in MAY_BE_EMPTY or not is_refused(answer), (probe.asks, answer)
    for who in sorted(probe.may - {probe.asks}):
        answer = await ask(services, viewers[who], name, await probe.arguments(world))
        assert name in MAY_BE_EMPTY or not is_refused(answer), (who, answer)


async def test_the_town_is_sound_after_all_of_it(world: World):
    await world.town.assert_sound()


async def test_what_is_kept_for_ever_has_ids_and_codes_only(world: World):
    """No name, card, household number, PIN or note, after everything that people of the town can do."""
    kept = (
        "journal",
        "event",
        "entry",
        "guard",
        "audit_entry",
        "approval",
        "grant_proposal",
        "bulk_grant_row",
        "provider_authorisation",
    )
    for table in kept:
        kept_rows = await rows(f"select to_jsonb(t)::text as text from {table} t where municipality_id = $1", world.id)
        text = " ".join(row["text"] for row in kept_rows)
        assert [secret for secret in ("試験 太郎", "tok_", "••••", "H-1", '"2580"') if secret in text] == [], table


@pytest.mark.parametrize("name", sorted(name for name, probe in PROBES.items() if "stranger" in probe.may))
async def test_what_is_public_shows_nothing_private(world: World, elsewhere: World, name: str):
    stranger = await all_powers(elsewhere)
    for who, viewer in {"nobody": None, "stranger": stranger, "neighbour": everything(world.neighbour)}.items():
        if who not in PROBES[name].may:
            continue
        answer = await ask(world.services, viewer, name, await PROBES[name].arguments(world))
        assert not isinstance(answer, Refused), answer
        if name == "viewer":
            continue  # what is theirs
        for private in PRIVATE:
            assert set(map(str, values_of(answer, private))) <= {"None"}, (private, answer)


@pytest.mark.parametrize("role", list(Role))
async def test_a_token_that_says_less_is_less(world: World, elsewhere: World, role: Role):
    """The right person with a token of one role: only what that role may."""
    person = await all_powers(world)
    for name, probe in sorted(PROBES.items()):
        needed = declarations(CORE)[name].roles
        if isinstance(needed, Audience) or role in needed:
            continue
        viewer = Viewer(person.person_id, frozenset({role}))
        answer = await ask(world.services, viewer, name, await probe.arguments(world))
        assert is_refused(answer), (name, answer)
