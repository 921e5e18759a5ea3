"""The table of controls, walked: every row is tried as every role, alone and by two."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.viewer import Viewer
from tests.docs.test_controls import PAGE, ROW
from tests.hostile.probes import PROBES, keyed, later, unkeyed
from tests.hostile.world import World, new_world
from tests.support.town import People

TABLE = {
    name: (set(may.split(", ")), alone, needs_another, by)
    for name, may, alone, needs_another, by in ROW.findall(PAGE.read_text())
}
Arguments = Callable[[World], Awaitable[dict[str, Any]]]


@pytest.fixture
async def world(town: People) -> World:
    return await new_world(town.services)


def now(arguments: Callable[[World], Any]) -> Arguments:
    async def prepared(world: World) -> dict[str, Any]:
        answer = arguments(world)
        return await answer if hasattr(answer, "__await__") else answer

    return prepared


async def programme(world: World, budget: int) -> dict[str, Any]:
    arguments = await PROBES["createProgramme"].arguments(world)
    return {"input": {**arguments["input"], "budget": budget}}


async def coupon(world: World, **facts: Any) -> dict[str, Any]:
    arguments = await PROBES["createCoupon"].arguments(world)
    return {"input": {**arguments["input"], **facts}}


async def rate(world: World, numerator: int) -> dict[str, Any]:
    arguments = await PROBES["setConversionRate"].arguments(world)
    return {"input": {**arguments["input"], "numerator": numerator}}


async def asset(world: World, **facts: Any) -> dict[str, Any]:
    arguments = await PROBES["createAsset"].arguments(world)
    return {"input": {**arguments["input"], **facts}}


async def file(world: World, amount: int) -> dict[str, Any]:
    upload = await world.officers.upload(world.officers.csv([world.town.wallet], amount))
    return keyed(uploadId=upload, programmeId=world.programme, skipInvalid=False, confirmSameFile=True)


async def thresholds(world: World, single: int, file: int, budget: int = 1_000_000) -> dict[str, Any]:
    return unkeyed(municipality=world.api.code, single=single, file=file, budget=budget)


PAID = {"kind": "COIN", "paid": True, "chargeMaximum": 1_000, "balanceCap": 1_000}
ALONE: dict[str, Arguments] = {
    "changeBudget": now(lambda w: later(w.api.programme(w.points, 100), "programmeId", change=-1)),
    "setConversionRate": now(lambda w: rate(w, 0)),
    "setGrantThresholds": now(lambda w: thresholds(w, 99_999, 999_999)),
    "setChargeCancellation": now(lambda w: unkeyed(municipality=w.api.code, minutes=29)),
    "createAsset": now(lambda w: asset(w, **PAID)),
}
"""What one person may do, where the probe of every field is not already that."""

TWO: dict[str, Arguments] = {
    "grantValue": now(lambda w: keyed(programmeId=w.programme, walletId=w.wallet, amount=100_001)),
    "proposeGrant": PROBES["proposeGrant"].arguments,
    "startBulkGrant": now(lambda w: file(w, 100_001)),
    "undoBulkGrant": PROBES["undoBulkGrant"].arguments,
    "proposeReversal": PROBES["proposeReversal"].arguments,
    "createProgramme": now(lambda w: programme(w, 1_000_001)),
    "changeBudget": now(lambda w: keyed(programmeId=w.earning, change=1_000_001)),
    "changeProgramme": now(lambda w: unkeyed(programmeId=w.earning, endsAt=w.api.at(timedelta(days=91)))),
    "addEarningRule": PROBES["addEarningRule"].arguments,
    "createCoupon": now(lambda w: coupon(w, budget=1_000_001)),
    "setConversionRate": now(lambda w: rate(w, 1_000)),
    "setGrantThresholds": now(lambda w: thresholds(w, 100_001, 1_000_000)),
    "setChargeCancellation": now(lambda w: unkeyed(municipality=w.api.code, minutes=31)),
    "createAsset": now(lambda w: asset(w, **{**PAID, "chargeMaximum": 50_001})),
    "changeAsset": now(lambda w: unkeyed(assetId=w.api.coin, paymentMaximum=300_001)),
    "submitVoucherProduct": PROBES["submitVoucherProduct"].arguments,
    "inviteStaff": PROBES["inviteStaff"].arguments,
    "unfreezeWallet": PROBES["unfreezeWallet"].arguments,
    "resumeStore": PROBES["resumeStore"].arguments,
}
"""What needs another officer."""

OWN: dict[str, Arguments] = {
    "approveGrant": PROBES["approveGrant"].arguments,
    "approveBulkGrant": PROBES["approveBulkGrant"].arguments,
    "reverseJournal": PROBES["reverseJournal"].arguments,
    "approveVoucherProduct": PROBES["approveVoucherProduct"].arguments,
    "approveChange": PROBES["approveChange"].arguments,
    "rejectApproval": PROBES["rejectApproval"].arguments,
}
"""What an officer does with somebody else's proposal; each was proposed by `finance`."""


def operation(name: str) -> str:
    return name[0].upper() + name[1:]


async def ask(world: World, viewer: Viewer, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return await world.officers.ask(viewer, operation(name), **arguments)


def is_done(answer: dict[str, Any]) -> bool:
    """Whether something was done: no refusal, and nothing that waits for another officer."""
    waits = (answer.get("approval") or {}).get("state") == "PROPOSED"
    file_waits = (answer.get("bulkGrant") or {}).get("state") == "AWAITING_APPROVAL"
    return "code" not in answer and not waits and not file_waits


def people(world: World) -> dict[str, Viewer]:
    return {"desk": world.town.desk, "finance": world.town.finance, "auditor": world.town.auditor}


@pytest.mark.parametrize("name", TABLE)
async def test_only_who_may(world: World, name: str):
    may, *_ = TABLE[name]
    for role, viewer in people(world).items():
        answer = await ask(world, viewer, name, await PROBES[name].arguments(world))
        assert (answer.get("code") == "NOT_PERMITTED") == (
            role not in may or (name == "withdrawApproval" and role == "desk")
        ), role


@pytest.mark.parametrize("name", [name for name, (_, alone, *_) in TABLE.items() if alone != "–"])
async def test_what_one_person_does_alone(world: World, name: str):
    if TABLE[name][1] == "proposing":
        assert "code" not in await ask(world, world.town.finance, name, await TWO[name](world))
        return
    viewer = getattr(world.town, PROBES[name].asks)
    assert is_done(await ask(world, viewer, name, await (ALONE.get(name) or PROBES[name].arguments)(world))), name


async def agree(world: World, viewer: Viewer, by: str, waiting: dict[str, Any]) -> dict[str, Any]:
    """What an officer is answered who agrees to what waits."""
    bulk, product = waiting.get("bulkGrant") or {}, waiting.get("product") or {}
    approval = (waiting.get("approval") or (waiting.get("proposal") or {}).get("approval") or {}).get("id")
    fields = {
        "approveBulkGrant": {"idempotencyKey": str(uuid4()), "bulkGrantId": bulk.get("id")},
        "approveVoucherProduct": {"idempotencyKey": str(uuid4()), "productId": product.get("id")},
        "approveChange": {"approvalId": approval},
    }.get(by, {"idempotencyKey": str(uuid4()), "approvalId": approval})
    return await ask(world, viewer, by, {"input": fields})


@pytest.mark.parametrize("name", [name for name, (*_, by) in TABLE.items() if by not in ("–", "itself")])
async def test_what_needs_another(world: World, name: str):
    town, by = world.town, TABLE[name][3].strip("`")
    arguments = await TWO[name](world)
    waiting = await ask(world, town.finance, name, arguments)
    proposing = TABLE[name][1] == "proposing"
    assert proposing or not is_done(waiting), waiting
    if waiting.get("code") == "APPROVAL_REQUIRED":
        granted = arguments["input"]
        waiting = await ask(world, town.finance, "proposeGrant", {"input": {**granted, "idempotencyKey": str(uuid4())}})
    assert (await agree(world, town.finance, by, waiting))["code"] == "APPROVER_IS_PROPOSER"
    for viewer in (town.desk, town.auditor):
        assert (await agree(world, viewer, by, waiting))["code"] == "NOT_PERMITTED"
    agreed = await agree(world, town.other_finance, by, waiting)
    assert "code" not in agreed, agreed
    if by == "approveChange":
        assert agreed["approval"]["state"] == "APPROVED"
        assert agreed["approval"]["appliedAt"] is not None
    await town.assert_sound()


@pytest.mark.parametrize("name", [name for name, (*_, by) in TABLE.items() if by == "itself"])
async def test_nobody_agrees_with_themselves(world: World, name: str):
    arguments = await OWN[name](world)
    assert (await ask(world, world.town.finance, name, arguments))["code"] == "APPROVER_IS_PROPOSER"
    assert is_done(await ask(world, world.town.other_finance, name, arguments))


def test_every_row_has_its_case():
    assert set(TWO) == {name for name, (*_, by) in TABLE.items() if by not in ("–", "itself")}
    assert set(OWN) == {name for name, (*_, by) in TABLE.items() if by == "itself"}
    assert set(ALONE) <= {name for name, (_, alone, *_) in TABLE.items() if alone != "–"}
