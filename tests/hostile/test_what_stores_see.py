"""What a store's staff and a charge agent see of a customer: amounts by class of tender, never why a person has value.

Every field of every type that they can reach is decided in `seen_by_stores.py`, and read in a town in which everything has happened.
"""

from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from domain.services import Services
from domain.viewer import Role, Viewer
from schema.core.fields import Audience
from schema.engine.declared import declarations
from tests.hostile.filled import FilledWorld, accepted
from tests.hostile.reading import read, receipt
from tests.hostile.seen_by_stores import NEVER, RECEIPTS, SAME, SEEN
from tests.hostile.walk import CORE, ROOTS
from tests.support.lifecycle import charged
from tests.support.reversals import reverse
from tests.support.town import new_town


def decided(kind: str) -> dict[str, str]:
    return {field: how for how, named in SEEN[kind].items() for field in named.split()}


def reachable() -> dict[str, GraphQLObjectType]:
    """Every object type that a document of store staff can select."""
    declared, kinds = declarations(CORE), {}
    todo = [
        get_named_type(field.type)
        for root in ROOTS.values()
        if root is not None
        for name, field in root.fields.items()
        if isinstance(declared[name].roles, Audience) or Role.MERCHANT_STAFF in declared[name].roles
    ]
    while todo:
        kind = todo.pop()
        if isinstance(kind, (GraphQLInterfaceType, GraphQLUnionType)):
            todo += [member for member in CORE.get_possible_types(kind) if member.name not in kinds]
        elif isinstance(kind, GraphQLObjectType) and kind.name not in kinds:
            kinds[kind.name] = kind
            todo += [get_named_type(field.type) for field in kind.fields.values()]
    return kinds


def test_of_every_field_that_a_store_can_reach_it_is_decided_what_it_sees():
    """Whoever adds a field decides here whether it says why a person has value."""
    kinds = reachable()
    assert set(SEEN) == set(kinds)
    undecided = {
        f"{name}.{field}"
        for name, kind in kinds.items()
        for field in kind.fields
        if NEVER not in SEEN[name] and field not in decided(name)
    }
    assert undecided == set()
    gone = {
        f"{name}.{field}"
        for name in SEEN
        for field in decided(name)
        if field != "*" and field not in kinds[name].fields
    }
    assert gone == set()


HISTORY = (
    "query($id: ID!, $after: String) { store(id: $id) { transactions(first: 100, after: $after) { edges { node"
    " { __typename kind amount balanceAfter asset { code } receipt { __typename id } } cursor } pageInfo { hasNextPage endCursor } } } }"
)


async def receipts_of_store(services: Services, viewer: Viewer, store: str) -> dict[str, str]:
    """The type of every receipt in a store's history, by its id."""
    kinds: dict[str, str] = {}
    after = None
    while True:
        page = (await read(services, viewer, HISTORY, id=store, after=after))["transactions"]
        for edge in page["edges"]:
            if edge["node"]["receipt"] is not None:
                kinds[edge["node"]["receipt"]["id"]] = edge["node"]["receipt"]["__typename"]
        if not page["pageInfo"]["hasNextPage"]:
            return kinds
        after = page["pageInfo"]["endCursor"]


def compare(of_store: Any, of_town: Any, seen: set[tuple[str, str]], path: str = "") -> None:
    """An object as the store's staff see it against the same as the municipality's auditor sees it."""
    if isinstance(of_store, list):
        assert len(of_store) == len(of_town), path
        for shown, whole in zip(of_store, of_town, strict=True):
            compare(shown, whole, seen, path)
        return
    if not isinstance(of_store, dict):
        assert of_store == of_town, path
        return
    kind = of_store["__typename"]
    assert NEVER not in SEEN[kind], f"{path}: a store is shown a {kind}"
    how = decided(kind) | {"__typename": SAME}
    for field, value in of_store.items():
        where = f"{path}.{kind}.{field}"
        match how[field]:
            case "null or empty":
                assert value in (None, []), where
                if of_town[field]:
                    seen.add((kind, field))
            case "those that say nothing of the customer":
                assert [item for item in value if item not in of_town[field]] == [], where
            case "told in a way of its own":
                assert type(value) is type(of_town[field]), where
            case _:
                compare(value, of_town[field], seen, where)


async def test_staff_of_a_store_see_of_its_receipts_what_is_decided(services: Services):
    """Every receipt of a town in which everything has happened, by its id, as the store and as the town sees it."""
    world = FilledWorld(await new_town(services))
    await world.prepare()
    await world.build()
    await world.fill()
    town = world.town
    accepted(await reverse(world.api, (await charged(world.api, 1_000, town.staff, storeId=world.store))["id"]))
    kinds = await receipts_of_store(services, town.staff, world.store)
    kinds |= {event["receipt"]: kind for kind, event in await _receipts_without_value(world)}
    assert set(kinds.values()) == set(RECEIPTS)
    seen: set[tuple[str, str]] = set()
    for receipt_id, kind in kinds.items():
        depth = 1 if kind == "Reversal" else 3  # a receipt within it may be of any kind
        of_store = await receipt(services, town.staff, kind, receipt_id, depth)
        compare(of_store, await receipt(services, town.auditor, kind, receipt_id, depth), seen)
    assert seen >= {
        *[(kind, "allocations") for kind in RECEIPTS if kind != "Reversal"],
        ("Payment", "explain"),
        ("Payment", "wallet"),
        ("Refund", "pointClawbacks"),
        ("Charge", "bonuses"),
        ("ChargeCancellation", "bonuses"),
    }, "all of these had something to hide"


async def _receipts_without_value(world: FilledWorld) -> list[tuple[str, dict[str, str]]]:
    """Redemptions of coupons and their rollbacks move nothing, so they are in the stream only."""
    text = (
        "query($id: ID!) { store(id: $id) { events(first: 100) { edges { node { __typename"
        " ... on ItemRedeemed { redemption { id } } ... on RedemptionRolledBack { rollback { id } } } } } } }"
    )
    events = [
        edge["node"] for edge in (await read(world.services, world.town.staff, text, id=world.store))["events"]["edges"]
    ]
    return [("Redemption", {"receipt": event["redemption"]["id"]}) for event in events if "redemption" in event] + [
        ("RedemptionRollback", {"receipt": event["rollback"]["id"]}) for event in events if "rollback" in event
    ]
