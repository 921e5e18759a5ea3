"""Above the town's threshold a second officer approves: files and single grants.

Thresholds are the town's, and audited.
"""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.database import rows
from domain.viewer import Viewer
from tests.support.api import picked
from tests.support.officers import Officers
from tests.support.town import new_town


async def thresholds(api: Officers, single: int, file: int, viewer: Viewer | None = None) -> Any:
    limits = {"municipality": api.code, "single": single, "file": file}
    return await api.ask(viewer or api.town.finance, "SetGrantThresholds", input=limits)


async def known_thresholds(api: Officers, viewer: Viewer) -> dict[str, int]:
    return picked(await api.ask(viewer, "GrantThresholds", municipality=api.code), "single", "file")


async def propose(
    api: Officers, programme: str, amount: int, viewer: Viewer | None = None, key: str | None = None
) -> Any:
    proposal = {
        "idempotencyKey": key or str(uuid4()),
        "programmeId": programme,
        "walletId": api.wallet(),
        "amount": amount,
    }
    return await api.ask(viewer or api.town.desk, "ProposeGrant", input=proposal)


async def approve(api: Officers, approval: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
    approved = {"idempotencyKey": key or str(uuid4()), "approvalId": approval}
    return await api.ask(viewer or api.town.finance, "ApproveGrant", input=approved)


async def test_a_town_sets_its_thresholds_and_the_trail_keeps_what_they_were(api: Officers):
    assert await known_thresholds(api, api.town.desk) == {"single": 100_000, "file": 1_000_000}
    changed = (await thresholds(api, 500, 900))["thresholds"]
    assert picked(changed, "single", "file", "municipality.code") == {
        "single": 500,
        "file": 900,
        "municipality": {"code": api.code},
    }
    assert await known_thresholds(api, api.town.auditor) == {"single": 500, "file": 900}
    [trail] = await rows(
        "select actor, before, after from audit_entry where municipality_id = $1 and action = 'set_grant_thresholds'",
        api.town.id,
    )
    before, after = [orjson.loads(row) if isinstance(row, str) else row for row in (trail["before"], trail["after"])]
    assert (trail["actor"], before["single"], before["file"], after["single"], after["file"]) == (
        api.town.finance.person_id,
        100_000,
        1_000_000,
        500,
        900,
    )
    for viewer in (
        api.town.desk,
        api.town.auditor,
        api.town.resident,
        api.town.staff,
        (await new_town(api.services)).finance,
    ):
        assert (await thresholds(api, 1, 1, viewer))["code"] == "NOT_PERMITTED"


async def test_a_file_above_the_threshold_waits_for_another_officer(api: Officers):
    programme = await api.points()
    wallets = await api.residents(4)
    await thresholds(api, 100_000, 399)
    assert (await api.check(api.csv(wallets), programme))["check"]["needsApproval"]
    waiting = (await api.start(api.csv(wallets), programme))["bulkGrant"]
    assert (waiting["state"], waiting["approval"]["approvedAt"]) == ("AWAITING_APPROVAL", None)
    bulk = waiting["id"]
    assert await api.run(bulk) == 0
    own = await api.approve(bulk, api.town.finance)
    assert (own["code"], own["message"]) == (
        "APPROVER_IS_PROPOSER",
        "申請した本人は承認できません。別の担当者が承認してください。",
    )
    for viewer in (api.town.desk, api.town.auditor, api.town.resident, (await new_town(api.services)).finance):
        assert (await api.approve(bulk, viewer))["code"] == "NOT_PERMITTED"
    assert await api.held_by(wallets) == [0] * 4
    key = str(uuid4())
    approved = await api.approve(bulk, key=key)
    assert (approved["bulkGrant"]["state"], approved["replayed"]) == ("RUNNING", False)
    assert approved["bulkGrant"]["approval"]["approvedAt"] is not None
    assert (await api.approve(bulk, key=key))["replayed"]
    assert (await api.approve(bulk))["state"] == "RUNNING"
    await api.run(bulk)
    assert await api.held_by(wallets) == [100] * 4
    trail = await rows(
        "select action, actor from audit_entry where municipality_id = $1 and subject = $2 order by id",
        api.town.id,
        str((await api.row_of(bulk)).id),
    )
    assert [entry["action"] for entry in trail] == [
        "propose_bulk_grant",
        "start_bulk_grant",
        "approve_bulk_grant",
        "run_bulk_grant",
    ]
    assert {entry["actor"] for entry in trail} == {api.town.finance.person_id, api.town.other_finance.person_id}
    await api.town.assert_sound()


async def test_one_large_row_is_no_way_round_the_threshold_of_single_grants(api: Officers):
    programme = await api.points()
    await thresholds(api, 150, 1_000_000)
    assert (await api.start(api.csv(await api.residents(1), 150), programme))["bulkGrant"]["state"] == "RUNNING"
    assert (await api.start(api.csv(await api.residents(1), 151), programme))["bulkGrant"][
        "state"
    ] == "AWAITING_APPROVAL"


async def test_approved_and_called_off_at_once_it_is_one_of_the_two(api: Officers):
    programme = await api.points()
    await thresholds(api, 100_000, 0)
    for _ in range(4):
        wallets = await api.residents(2)
        bulk = await api.started(api.csv(wallets), programme)
        approved, cancelled = await asyncio.gather(api.approve(bulk), api.do("CancelBulkGrant", bulk))
        await api.run(bulk)
        state = (await api.look(bulk))["state"]
        assert "bulkGrant" in cancelled, "what was approved first is called off"
        assert state == "CANCELLED"
        assert "bulkGrant" in approved or approved["code"] == "BULK_GRANT_STATE"
        assert await api.held_by(wallets) == [0, 0]
    await api.town.assert_sound()


async def test_a_single_grant_above_the_threshold_is_proposed_and_approved(api: Officers):
    programme = await api.points(10_000)
    await thresholds(api, 1_000, 1_000_000)
    assert (await api.grant(programme, 1_000))["grant"]["amount"] == 1_000
    key = str(uuid4())
    refused = await api.grant(programme, 1_001, idempotencyKey=key)
    assert (refused["code"], refused["retry"]) == ("APPROVAL_REQUIRED", "SAME_KEY")
    assert refused["message"] == (
        "お一人で1日に付与できるのは、合わせて1,000円分までです（本日はあと0円分）。"
        "別の担当者の承認が必要です。付与を申請してください。"
    )
    assert await api.left(programme) == 9_000
    proposed = (await propose(api, programme, 1_001))["proposal"]
    assert picked(proposed["approval"], "approvedAt", "reason") == {"approvedAt": None, "reason": "OTHER"}
    assert (proposed["amount"], proposed["wallet"]["id"], proposed["programme"]["id"]) == (
        1_001,
        api.wallet(),
        programme,
    )
    approval = proposed["approval"]["id"]
    assert (await api.ask(api.town.finance, "GrantProposal", id=approval))["amount"] == 1_001
    for viewer in (api.town.desk, api.town.auditor, api.town.resident, (await new_town(api.services)).finance):
        assert (await approve(api, approval, viewer))["code"] == "NOT_PERMITTED"
    key = str(uuid4())
    answers = await asyncio.gather(
        *[approve(api, approval, key=key) for _ in range(4)], approve(api, approval, api.town.other_finance)
    )
    granted = [answer for answer in answers if "grant" in answer]
    assert sorted(answer["replayed"] for answer in granted) in ([False], [False, True, True, True])
    assert {answer["code"] for answer in answers if "code" in answer} == {"ALREADY_GRANTED"}
    assert {answer["grant"]["amount"] for answer in granted} == {1_001}
    assert await api.left(programme) == 7_999
    assert sum((await api.balances()).values()) == 2_001
    await api.town.assert_sound()


async def test_who_proposes_does_not_approve_and_what_is_refused_can_be_tried_again(api: Officers):
    programme = await api.points(1_000)
    approval = (await propose(api, programme, 900, api.town.finance))["proposal"]["approval"]["id"]
    assert (await approve(api, approval, api.town.finance))["code"] == "APPROVER_IS_PROPOSER"
    await api.grant(programme, 500)
    refused = await approve(api, approval, api.town.other_finance)
    assert (refused["code"], refused["available"]) == ("BUDGET_EXCEEDED", 500)
    assert await api.left(programme) == 500
    assert (await approve(api, "apr_x"))["code"] == "UNKNOWN_PROPOSAL"
    await api.town.assert_sound()


async def test_proposals_are_once_for_their_key_and_for_their_town(api: Officers):
    programme = await api.points(1_000)
    key = str(uuid4())
    answers = await asyncio.gather(*[propose(api, programme, 300, key=key) for _ in range(4)])
    [approval] = {answer["proposal"]["approval"]["id"] for answer in answers}
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    assert (await propose(api, programme, 301, key=key))["code"] == "KEY_REUSED"
    assert (await propose(api, programme, 0))["code"] == "AMOUNT_OUT_OF_RANGE"
    assert (await propose(api, "prg_x", 1))["code"] == "UNKNOWN_PROGRAMME"
    neighbours = Officers(await new_town(api.services))
    assert await neighbours.ask(neighbours.town.finance, "GrantProposal", id=approval) is None
    assert (await propose(api, programme, 300, neighbours.town.finance))["code"] == "NOT_PERMITTED"
    for viewer in (api.town.resident, api.town.staff, api.town.auditor):
        assert (await propose(api, programme, 300, viewer))["code"] == "NOT_PERMITTED"
    await api.town.assert_sound()


async def test_keys_of_approved_grants_mismatch_close_and_tell_their_outcome(api: Officers):
    programme = await api.points(10_000)
    first = (await propose(api, programme, 300))["proposal"]["approval"]["id"]
    second = (await propose(api, programme, 400))["proposal"]["approval"]["id"]
    key, closed = str(uuid4()), str(uuid4())
    await approve(api, first, key=key)
    assert (await approve(api, second, key=key))["code"] == "KEY_REUSED"
    outcome = await api.ask(api.town.finance, "Outcome", operation="APPROVE_GRANT", idempotencyKey=key)
    assert outcome["state"] == "SETTLED"
    await api.ask(api.town.finance, "Abandon", input={"operation": "APPROVE_GRANT", "idempotencyKey": closed})
    assert (await approve(api, second, key=closed))["code"] == "ABANDONED"
    assert await api.left(programme) == 9_700
    await api.town.assert_sound()


async def test_a_grant_that_was_made_is_answered_again_after_the_threshold_was_lowered(api: Officers):
    programme = await api.points(10_000)
    key = str(uuid4())
    first = await api.grant(programme, 500, idempotencyKey=key)
    await thresholds(api, 100, 1_000)
    again = await api.grant(programme, 500, idempotencyKey=key)
    assert (again["replayed"], again["grant"]["receiptNumber"]) == (True, first["grant"]["receiptNumber"])
    assert (await api.grant(programme, 500))["code"] == "APPROVAL_REQUIRED"


@pytest.mark.parametrize("amount", [100_000, 100_001])
async def test_without_a_setting_a_hundred_thousand_is_the_most_of_one_person(api: Officers, amount: int):
    programme = await api.points(1_000_000)
    grant = {"idempotencyKey": str(uuid4()), "programmeId": programme, "walletId": api.wallet(), "amount": amount}
    answer = await api.ask(api.town.finance, "GrantValue", input=grant)
    assert answer.get("code") == (None if amount == 100_000 else "APPROVAL_REQUIRED")
