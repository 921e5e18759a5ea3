"""Every act of staff, by the declarations of the contract: who, in which role, why, before and after, in its own commit."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.database import rows
from domain.viewer import Relation, Role, Viewer
from schema.engine.declared import declarations
from schema.root import schema
from tests.hostile.probes import PROBES
from tests.hostile.walk import ask, fields, is_refused
from tests.hostile.world import World

UNAUDITED = {"abandon": "closes a key of one's own: nothing was moved, and nothing will be"}
BY_STAFF = {"claimCoupon": "desk", "redeem": "staff", "renewReceiveCode": "desk"}
"""Who asks in place of the resident of the probe."""
OTHER = {"setGrantThresholds": {"single": 99_999}, "setChargeCancellation": {"minutes": 29}}
"""Values that change something where the probe sets what is set already."""
NOTHING_BEFORE = frozenset(
    {
        "openWallet",
        "openStore",
        "inviteStaff",
        "addStoreStaff",
        "createAsset",
        "addEarningRule",
        "createVoucherProduct",
        "createVoucherProductFromTemplate",
        "createUpload",
        "checkBulkGrant",
        "startBulkGrant",
        "proposeGrant",
        "proposeReversal",
        "submitVoucherProduct",
        "setConversionRate",
        "rollbackRedemption",
        "claimCoupon",
        "redeem",
    }
)
"""What makes something new, or moves no value, as coupons do: there is nothing to compare with."""
ROLES = {
    "desk": [Relation.DESK],
    "finance": [Relation.FINANCE],
    "other_finance": [Relation.FINANCE],
    "staff": [Relation.STAFF],
}


def acts_of_staff() -> list[str]:
    """The mutations that a role other than the resident's may call."""
    declared = declarations(schema._schema)
    return [
        name
        for name, (kind, _) in fields().items()
        if kind == "mutation" and isinstance(roles := declared[name].roles, frozenset) and roles - {Role.RESIDENT}
    ]


async def entries_after(world: World, last: int, viewer: Viewer) -> list[dict[str, Any]]:
    return await rows(
        """select e.id, e.action, e.subject, e.reason, e.roles, e.before, e.after, n.note, e.xmin::text as commit from audit_entry e
          left join audit_note n on n.municipality_id = e.municipality_id and n.entry_id = e.id
          where e.municipality_id = $1 and e.id > $2 and e.actor = $3 order by e.id""",
        world.id,
        last,
        viewer.person_id,
    )


async def last_entry(world: World) -> int:
    [row] = await rows("select coalesce(max(id), 0) as last from audit_entry where municipality_id = $1", world.id)
    return int(row["last"])


async def prepared(world: World, name: str) -> tuple[Viewer, dict[str, Any], str]:
    """The asker with a reason, the arguments, and the asker's name."""
    probe = PROBES[name]
    arguments = await probe.arguments(world)
    if name in OTHER:
        arguments = {"input": {**arguments["input"], **OTHER[name]}}
    if name == "recordClaim":  # the first claim of a person has nothing before it
        assert not is_refused(await ask(world.services, world.town.desk, name, arguments))
    asks = BY_STAFF.get(name, probe.asks)
    viewer: Viewer = getattr(world.town, asks)
    return replace(viewer, reason=f"{name} のため"), arguments, asks


@pytest.mark.parametrize("name", acts_of_staff())
async def test_an_act_of_staff_is_written_down_with_who_why_before_and_after(world: World, name: str):
    viewer, arguments, asks = await prepared(world, name)
    last = await last_entry(world)
    answer = await ask(world.services, viewer, name, arguments)
    assert not is_refused(answer), answer
    entries = await entries_after(world, last, viewer)
    if name in UNAUDITED:
        assert entries == []
        return
    assert entries, "an act without an entry"
    for entry in entries:
        assert entry["roles"] == ROLES[asks]
        assert entry["note"] == viewer.reason
        assert entry["after"] is not None
    assert all(entry["before"] is None for entry in entries) == (name in NOTHING_BEFORE), entries
    for entry in entries:
        after = orjson.loads(entry["after"])
        if "journal" in after:
            [journal] = await rows(
                "select xmin::text as commit from journal where municipality_id = $1 and id = $2",
                world.id,
                UUID(after["journal"]),
            )
            assert journal["commit"] == entry["commit"], "in another commit than the money"
    if "idempotencyKey" in arguments.get("input", {}):
        last = await last_entry(world)
        again = await ask(world.services, replace(viewer, reason="もう一度"), name, arguments)
        assert not is_refused(again), again
        assert await entries_after(world, last, viewer) == [], "sent again, it is no second act"


async def test_a_grant_names_the_balances_before_and_after(world: World):
    api, town = world.api, world.town
    before = (await api.balances())["POINT"]
    last = await last_entry(world)
    await api.grant(world.programme, 321)
    [entry] = await entries_after(world, last, town.desk)
    [held_before], [held_after] = [
        orjson.loads(entry[side])["balances"][str(town.wallet)].values() for side in ("before", "after")
    ]
    assert (held_before, held_after) == (before, before + 321)
    assert (entry["action"], entry["subject"], entry["note"]) == ("grant_value", str(town.wallet), None)


async def test_what_is_refused_is_no_act(world: World):
    last = await last_entry(world)
    wrong = {"input": {"idempotencyKey": str(uuid4()), "programmeId": world.programme, "amount": 10**9}}
    wrong["input"]["walletId"] = world.wallet
    assert is_refused(await ask(world.services, world.town.desk, "grantValue", wrong))
    over = {**wrong["input"], "amount": 9_999_999}
    assert (await world.api.ask(world.town.desk, "GrantValue", input=over))["code"]
    assert await last_entry(world) == last


async def test_a_payment_of_a_resident_is_none_either(world: World):
    last = await last_entry(world)
    await world.new_payment()
    coupon = await world.coupons.redeem({"couponId": world.store_coupon})
    assert "redemption" in coupon
    assert await last_entry(world) == last
