"""Approvals go stale, are rejected and withdrawn, and are proposed again: every kind, by one rule."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.approvals.inbox import follow
from domain.approvals.kinds import ApprovalState
from domain.database import rows
from domain.ledger.holders import withdraw_access
from domain.viewer import Relation, Viewer
from tests.hostile.world import World, new_world
from tests.support.clock import MovableClock
from tests.support.town import People, new_town


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The database's owner, who may change what nobody else can."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def world(town: People) -> World:
    return await new_world(town.services)


async def grant_approval(w: World) -> tuple[str, str, dict[str, Any]]:
    approval = await w.new_proposal()
    return approval, "ApproveGrant", {"idempotencyKey": str(uuid4()), "approvalId": approval}


async def reversal(w: World) -> tuple[str, str, dict[str, Any]]:
    approval = await w.new_reversal()
    return approval, "ReverseJournal", {"idempotencyKey": str(uuid4()), "approvalId": approval}


async def bulk(w: World) -> tuple[str, str, dict[str, Any]]:
    grant = await w.waiting_bulk()
    approval = (await w.officers.look(grant))["approval"]["id"]
    return approval, "ApproveBulkGrant", {"idempotencyKey": str(uuid4()), "bulkGrantId": grant}


async def product(w: World) -> tuple[str, str, dict[str, Any]]:
    draft = await w.in_review()
    waiting = await inbox(w, kinds=["VOUCHER_PRODUCT"], states=["PROPOSED"])
    return waiting[0]["id"], "ApproveVoucherProduct", {"idempotencyKey": str(uuid4()), "productId": draft}


async def control(w: World) -> tuple[str, str, dict[str, Any]]:
    approval = await w.new_change()
    return approval, "ApproveChange", {"approvalId": approval}


KINDS: dict[str, Callable[[World], Awaitable[tuple[str, str, dict[str, Any]]]]] = {
    "GRANT": grant_approval,
    "REVERSAL": reversal,
    "BULK_GRANT": bulk,
    "VOUCHER_PRODUCT": product,
    "EARNING_RULE": control,
}
EVERY = pytest.mark.parametrize("kind", KINDS)


async def inbox(w: World, viewer: Viewer | None = None, **facts: Any) -> list[dict[str, Any]]:
    variables = {"municipality": w.api.code, "first": 100, **facts}
    answer = await w.api.ask(viewer or w.town.auditor, "Approvals", **variables)
    return [edge["node"] for edge in answer["edges"]]


async def state_of(w: World, approval: str) -> str:
    [state] = [node["state"] for node in await inbox(w) if node["id"] == approval]
    return state


async def approves(w: World, operation: str, fields: dict[str, Any]) -> Any:
    return await w.api.ask(w.town.other_finance, operation, input=fields)


async def end(w: World, viewer: Viewer, verb: str, approval: str, reason: str = "WRONG_AMOUNT", **facts: Any) -> Any:
    return await w.api.ask(viewer, f"{verb}Approval", input={"approvalId": approval, "reason": reason, **facts})


async def refused_as_stale(w: World, approval: str, operation: str, fields: dict[str, Any], reason: str) -> None:
    before = await w.api.balances()
    refused = await approves(w, operation, fields)
    assert (refused.get("code"), refused.get("reason"), refused.get("retry")) == ("APPROVAL_STALE", reason, "NEVER")
    assert await state_of(w, approval) == ("EXPIRED" if reason == "EXPIRED" else "PROPOSED")
    assert await w.api.balances() == before
    await w.town.assert_sound()


@EVERY
async def test_the_proposer_has_left(world: World, kind: str):
    approval, operation, fields = await KINDS[kind](world)
    town = world.town
    await withdraw_access(town.id, town.town.issuer_id, town.finance.person_id, Relation.FINANCE, town.services.clock())
    await refused_as_stale(world, approval, operation, fields, "PROPOSER_LEFT")


@EVERY
async def test_the_sessions_of_the_proposer_were_ended(world: World, kind: str):
    approval, operation, fields = await KINDS[kind](world)
    await rows(
        "update person set session_version = session_version + 1 where id = $1 returning id",
        world.town.finance.person_id,
    )
    await refused_as_stale(world, approval, operation, fields, "PROPOSER_SESSION_ENDED")


@EVERY
async def test_thirty_days_have_passed(world: World, moved: MovableClock, owner: asyncpg.Connection, kind: str):
    approval, operation, fields = await KINDS[kind](world)
    if kind == "VOUCHER_PRODUCT":  # its sale would be over first, which is told before
        await owner.execute(
            "update approval set expires_at = $2 where municipality_id = $1 and kind = 2 and approver is null",
            world.id,
            world.services.clock(),
        )
    else:
        moved.forward(timedelta(days=29, hours=23))
        assert await state_of(world, approval) == "PROPOSED"
        moved.forward(timedelta(hours=1, minutes=1))
    await refused_as_stale(world, approval, operation, fields, "EXPIRED")


@pytest.mark.parametrize("kind", ["GRANT", "BULK_GRANT", "EARNING_RULE"])
async def test_the_programme_has_changed(world: World, kind: str):
    approval, operation, fields = await KINDS[kind](world)
    programme = world.earning if kind == "EARNING_RULE" else world.programme
    renamed = {"programmeId": programme, "nameJa": "別の事業"}
    assert "programme" in await world.api.ask(world.town.finance, "ChangeProgramme", input=renamed)
    await refused_as_stale(world, approval, operation, fields, "SUBJECT_CHANGED")


async def test_the_terms_of_a_draft_have_changed(world: World, owner: asyncpg.Connection):
    approval, operation, fields = await KINDS["VOUCHER_PRODUCT"](world)
    await owner.execute("update voucher_product set stock = stock + 1 where municipality_id = $1", world.id)
    await refused_as_stale(world, approval, operation, fields, "SUBJECT_CHANGED")


@EVERY
async def test_rejected_with_a_reason_it_is_not_approved_and_withdrawn_neither(world: World, kind: str):
    town = world.town
    for verb, viewer, wrong, state in (
        ("Reject", town.other_finance, town.finance, "REJECTED"),
        ("Withdraw", town.finance, town.other_finance, "WITHDRAWN"),
    ):
        approval, operation, fields = await KINDS[kind](world)
        code = (await end(world, wrong, verb, approval))["code"]
        assert code == ("APPROVER_IS_PROPOSER" if verb == "Reject" else "NOT_PERMITTED")
        for nobody in (town.auditor, town.resident, town.staff, (await new_town(town.services)).finance):
            assert (await end(world, nobody, verb, approval))["code"] == "NOT_PERMITTED"
        assert (await end(world, viewer, verb, approval, "OTHER"))["field"] == "note", "OTHER says why in words"
        ended = (await end(world, viewer, verb, approval, "OTHER", note=" 金額を確認してください "))["approval"]
        assert (ended["state"], ended["endReason"], ended["endNote"], ended["kind"]) == (
            state,
            "OTHER",
            "金額を確認してください",
            kind,
        )
        refused = await approves(world, operation, fields)
        assert (refused["code"], refused["state"]) == ("APPROVAL_STATE", state)
        assert (await end(world, viewer, verb, approval, "OTHER", note="x"))["approval"]["endNote"] == ended["endNote"]
        action = f"{verb.lower()}_{kind.lower()}"
        [entry] = await rows(
            "select actor, reason, before::text, after::text from audit_entry where municipality_id = $1 and action = $2",
            world.id,
            action,
        )
        assert (entry["actor"], entry["reason"]) == (viewer.person_id, "OTHER")
        assert state in entry["after"]
        assert "金額" not in entry["after"], "words stay where they can be erased"
    await town.assert_sound()


async def test_what_ended_is_proposed_again(world: World):
    town, api = world.town, world.api
    journal = {"journalId": await world.new_charge(), "reason": "WRONG_AMOUNT"}
    first = (await api.ask(town.finance, "ProposeReversal", input=journal))["approval"]["id"]
    assert (await api.ask(town.finance, "ProposeReversal", input=journal))["approval"]["id"] == first
    await end(world, town.other_finance, "Reject", first)
    second = (await api.ask(town.other_finance, "ProposeReversal", input=journal))["approval"]["id"]
    assert second != first
    approved = {"idempotencyKey": str(uuid4()), "approvalId": second}
    assert "reversal" in await api.ask(town.finance, "ReverseJournal", input=approved)
    draft = await world.in_review()
    [waiting, *_] = await inbox(world, kinds=["VOUCHER_PRODUCT"], states=["PROPOSED"])
    await end(world, town.other_finance, "Reject", waiting["id"])
    assert (await api.ask(town.finance, "VoucherProduct", id=draft))["state"] == "DRAFT"
    await world.vouchers.submit(draft)
    assert (await api.ask(town.finance, "VoucherProduct", id=draft))["state"] == "REVIEW"
    key = {"idempotencyKey": str(uuid4()), "productId": draft}
    assert "product" in await api.ask(town.other_finance, "ApproveVoucherProduct", input=key)
    await town.assert_sound()


async def test_a_rejected_file_is_proposed_again_by_its_key(world: World):
    town, officers = world.town, world.officers
    upload = await officers.upload(officers.csv([town.wallet], 200_000))
    start: dict[str, Any] = {
        "idempotencyKey": str(uuid4()),
        "uploadId": upload,
        "programmeId": world.programme,
        "skipInvalid": False,
    }
    start["confirmSameFile"] = True
    waiting = (await officers.ask(town.finance, "StartBulkGrant", input=start))["bulkGrant"]
    await end(world, town.other_finance, "Reject", waiting["approval"]["id"])
    again = (await officers.ask(town.finance, "StartBulkGrant", input=start))["bulkGrant"]
    assert (again["id"], again["approval"]["id"] != waiting["approval"]["id"]) == (waiting["id"], True)
    assert (await officers.approve(again["id"]))["bulkGrant"]["state"] == "RUNNING"
    await officers.run(again["id"])
    assert await officers.held_by([town.wallet]) != [0]
    await town.assert_sound()


async def test_a_rejected_change_is_proposed_again_by_the_same_request(world: World):
    limits = {"municipality": world.api.code, "single": 100_001, "file": 1_000_000}
    first = (await world.api.ask(world.town.finance, "SetGrantThresholds", input=limits))["approval"]["id"]
    await end(world, world.town.other_finance, "Reject", first)
    second = (await world.api.ask(world.town.finance, "SetGrantThresholds", input=limits))["approval"]["id"]
    assert second != first
    assert (await world.api.approved(second))["approval"]["appliedAt"] is not None
    limits["single"] = 100_000
    assert (await world.api.ask(world.town.finance, "SetGrantThresholds", input=limits))["thresholds"] is not None
    limits["single"] = 100_001
    third = (await world.api.ask(world.town.finance, "SetGrantThresholds", input=limits))["approval"]["id"]
    assert (await world.api.approved(third))["approval"]["appliedAt"] is not None, "the same words, another time"


async def test_approved_and_rejected_at_the_same_moment_it_is_one_of_the_two(world: World):
    town = world.town
    for _ in range(5):
        approval, operation, fields = await KINDS["EARNING_RULE"](world)
        approved, rejected, withdrawn = await asyncio.gather(
            approves(world, operation, fields),
            end(world, town.other_finance, "Reject", approval),
            end(world, town.finance, "Withdraw", approval),
        )
        done = [answer for answer in (approved, rejected, withdrawn) if "code" not in answer]
        assert len(done) == 1
        assert await state_of(world, approval) == done[0]["approval"]["state"]
        others = {answer["code"] for answer in (approved, rejected, withdrawn) if "code" in answer}
        assert others == {"APPROVAL_STATE"}


async def test_the_inbox_pages_newest_first_and_is_for_officers(world: World):
    town = world.town
    changes = [await world.new_change() for _ in range(3)]
    await end(world, town.other_finance, "Reject", changes[1])
    assert [node["id"] for node in await inbox(world, kinds=["EARNING_RULE"], states=["PROPOSED"])] == [
        changes[2],
        changes[0],
    ]
    assert [node["id"] for node in await inbox(world, states=["REJECTED"])] == [changes[1]]
    variables = {"municipality": world.api.code, "kinds": ["EARNING_RULE"], "first": 2}
    page = await world.api.ask(town.finance, "Approvals", **variables)
    assert [edge["node"]["id"] for edge in page["edges"]] == [changes[2], changes[1]]
    rest = await world.api.ask(town.finance, "Approvals", **variables, after=page["pageInfo"]["endCursor"])
    assert rest["edges"][0]["node"]["id"] == changes[0]
    [own] = [node for node in await inbox(world, town.finance) if node["id"] == changes[0]]
    assert own["proposedByViewer"]
    [others] = [node for node in await inbox(world, town.other_finance) if node["id"] == changes[0]]
    assert not others["proposedByViewer"]
    for viewer in (town.desk, town.resident, town.staff, (await new_town(town.services)).finance):
        result = await world.api.failed(viewer, "Approvals", municipality=world.api.code, first=1)
        assert result == "NOT_PERMITTED"


async def test_the_inbox_is_live(world: World):
    town = world.town
    waiting = await world.new_change()
    heard: list[tuple[UUID, ApprovalState]] = []

    async def listen() -> None:
        async for approval in follow(town.services, town.id):
            heard.extend([(approval.id, approval.state(town.services.clock()))])

    listener = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(10):
            while not heard:
                await asyncio.sleep(0.01)
            began = len(heard)
            assert (await end(world, town.other_finance, "Reject", waiting))["approval"]["state"] == "REJECTED"
            later = await world.new_change()
            assert (await world.api.approved(later))["approval"]["state"] == "APPROVED"
            while len(heard) < began + 2 or heard[-1][1] is not ApprovalState.APPROVED:
                await asyncio.sleep(0.01)
    finally:
        listener.cancel()
    states = [state for _, state in heard[began:]]
    assert states[0] is ApprovalState.REJECTED
    assert states[-1] is ApprovalState.APPROVED
    assert len(heard[began:]) == len(set(heard[began:])), "nothing is told twice"
