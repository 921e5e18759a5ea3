"""`validUntil`: what arrives later does nothing, and is told so under its key."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import get_named_type

from domain.database import rows
from schema.engine.declared import declarations
from schema.root import schema
from tests.hostile.world import World, new_world
from tests.support.town import People

CONTROLS = {"createProgramme", "changeBudget", "createCoupon"}
"""Changes of controls, which may wait for another officer for days: their end is that of the proposal."""


def test_every_mutation_that_moves_value_takes_it():
    mutations = schema._schema.mutation_type
    assert mutations is not None
    without = {
        name
        for name, declared in declarations(schema._schema).items()
        if declared.operation is not None
        and "validUntil" not in get_named_type(mutations.fields[name].args["input"].type).fields
    }
    assert without == CONTROLS


@pytest.fixture
async def world(town: People) -> World:
    return await new_world(town.services)


async def late(world: World, viewer: Any, operation: str, **fields: Any) -> tuple[Any, Any]:
    """What a late request is answered, and what its key is answered when it is sent again."""
    sent = {"idempotencyKey": str(uuid4()), **fields, "validUntil": world.api.at(timedelta(seconds=-1))}
    return tuple([await world.api.ask(viewer, operation, input=sent) for _ in range(2)])


@pytest.mark.parametrize("operation", ["ApproveGrant", "ReverseJournal"])
async def test_a_late_approval_approves_nothing(world: World, operation: str):
    town = world.town
    approval = await (world.new_proposal() if operation == "ApproveGrant" else world.new_reversal())
    before = await town.balance()
    first, again = await late(world, town.other_finance, operation, approvalId=approval)
    assert (first["code"], again["code"]) == ("REQUEST_EXPIRED", "REQUEST_EXPIRED")
    assert await town.balance() == before
    inbox = await world.api.ask(town.finance, "Approvals", municipality=world.api.code, first=50)
    assert {edge["node"]["id"]: edge["node"]["state"] for edge in inbox["edges"]}[approval] == "PROPOSED"
    in_time = {"idempotencyKey": str(uuid4()), "approvalId": approval, "validUntil": world.api.at(timedelta(minutes=5))}
    assert "code" not in await world.api.ask(town.other_finance, operation, input=in_time)
    assert await town.balance() != before
    await town.assert_sound()


async def test_a_late_rollback_gives_nothing_back(world: World):
    redemption = await world.new_redemption()
    fields = {"redemptionId": redemption, "reason": "WRONG_ITEM"}
    first, again = await late(world, world.town.desk, "RollbackRedemption", **fields)
    assert (first["code"], again["code"]) == ("REQUEST_EXPIRED", "REQUEST_EXPIRED")
    in_time = {"idempotencyKey": str(uuid4()), **fields, "validUntil": world.api.at(timedelta(minutes=5))}
    assert (await world.api.ask(world.town.desk, "RollbackRedemption", input=in_time))["replayed"] is False
    await world.town.assert_sound()


async def test_a_late_approval_of_a_product_approves_nothing(world: World):
    town, product = world.town, await world.in_review()
    before = await audited(town.id, town.other_finance.person_id)
    first, again = await late(world, town.other_finance, "ApproveVoucherProduct", productId=product)
    assert (first["code"], again["code"]) == ("REQUEST_EXPIRED", "REQUEST_EXPIRED")
    inbox = await world.api.ask(town.finance, "Approvals", municipality=world.api.code, first=50)
    [state] = [edge["node"]["state"] for edge in inbox["edges"] if product in str(edge)]
    assert state == "PROPOSED"
    assert await audited(town.id, town.other_finance.person_id) == before
    key = {"idempotencyKey": str(uuid4()), "productId": product}
    in_time = {**key, "validUntil": world.api.at(timedelta(minutes=5))}
    assert "product" in await world.api.ask(town.other_finance, "ApproveVoucherProduct", input=in_time)
    assert await audited(town.id, town.other_finance.person_id) > before
    too_late = {**key, "validUntil": world.api.at(timedelta(seconds=-1))}
    assert (await world.api.ask(town.other_finance, "ApproveVoucherProduct", input=too_late))["replayed"] is True
    await town.assert_sound()


async def audited(town: int, actor: UUID) -> int:
    """How many rows of the audit trail name this officer."""
    [row] = await rows("select count(*) from audit_entry where municipality_id = $1 and actor = $2", town, actor)
    return row["count"]
