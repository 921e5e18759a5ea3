"""Grants by file: each row once, whoever runs it, however often it is killed."""

import asyncio
import random
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from domain.bulk_grants import run as running
from domain.bulk_grants.run import run_bulk_grants
from domain.database import rows
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from tests.support.api import picked
from tests.support.officers import Officers


async def test_a_file_is_granted_row_by_row(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(5)
    begun = await api.start(api.csv(wallets, 120), programme)
    expected = {
        "state": "RUNNING",
        "rowCount": 5,
        "invalidCount": 0,
        "grantedCount": 0,
        "refusedCount": 0,
        "cancelledCount": 0,
        "leftCount": 5,
        "undoneCount": 0,
        "totalAmount": 600,
        "grantedAmount": 0,
        "takenBackAmount": 0,
        "approval": None,
    }
    assert picked(begun["bulkGrant"], *expected) == expected
    bulk = begun["bulkGrant"]["id"]
    assert await api.run(bulk) == 5
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["leftCount"], done["grantedAmount"]) == ("FINISHED", 5, 0, 600)
    assert await api.held_by(wallets) == [120] * 5
    assert await api.left(programme) == 9_400
    granted = await api.rows(bulk)
    assert [(row["row"], row["state"], row["grant"]["amount"], row["wallet"]["id"]) for row in granted] == [
        (number, "GRANTED", 120, api.wallet(wallet)) for number, wallet in enumerate(wallets, 2)
    ]
    assert await api.run(bulk) == 0
    await api.town.assert_sound()


async def test_two_thousand_rows(api: Officers):
    programme = await api.points(1_000_000)
    wallets = await api.residents(2_000)
    bulk = await api.started(api.csv(wallets, 300), programme)
    assert await api.run(bulk) == 2_000
    assert Counter(await api.held_by(wallets)) == {300: 2_000}
    assert await api.left(programme) == 400_000
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["grantedAmount"]) == ("FINISHED", 2_000, 600_000)
    await api.town.assert_sound()


async def test_two_runners_at_once_share_the_work_or_wait_and_grant_once(api: Officers):
    programme = await api.points()
    wallets = await api.residents(300)
    bulk = await api.started(api.csv(wallets), programme)
    done = await asyncio.gather(*[api.run(bulk) for _ in range(4)])
    assert sorted(done) == [0, 0, 0, 300], "one has the lock, the others leave"
    assert Counter(await api.held_by(wallets)) == {100: 300}
    await api.town.assert_sound()


async def test_without_the_lock_two_runners_still_grant_once(api: Officers, monkeypatch: pytest.MonkeyPatch):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def everybody(_: object):
        yield True

    monkeypatch.setattr(running, "alone", everybody)
    programme = await api.points()
    wallets = await api.residents(300)
    bulk = await api.started(api.csv(wallets), programme)
    await asyncio.gather(*[api.run(bulk) for _ in range(4)])
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["grantedAmount"]) == ("FINISHED", 300, 30_000)
    assert Counter(await api.held_by(wallets)) == {100: 300}
    assert await api.left(programme) == 970_000
    await api.town.assert_sound()


@pytest.mark.parametrize("seed", range(6))
async def test_killed_at_any_moment_and_begun_again_every_row_is_granted_once(api: Officers, seed: int):
    drawn = random.Random(seed)
    programme = await api.points()
    wallets = await api.residents(260)
    bulk = await api.started(api.csv(wallets), programme)
    killed = 0
    for _ in range(200):
        task = asyncio.create_task(api.run(bulk))
        for _ in range(drawn.randrange(1, 120)):
            await asyncio.sleep(0)
            if task.done():
                break
        killed += task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if (await api.row_of(bulk)).state.name == "FINISHED":
            break
    await api.run(bulk)
    assert killed > 3
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["grantedAmount"]) == ("FINISHED", 260, 26_000)
    assert Counter(await api.held_by(wallets)) == {100: 260}
    assert await api.left(programme) == 1_000_000 - 26_000
    await api.town.assert_sound()


async def test_killed_between_the_ledger_and_the_table_the_table_learns_what_the_ledger_did(
    api: Officers, monkeypatch: pytest.MonkeyPatch
):
    """The worst moment: rows are granted, and nothing says so yet. Meanwhile a resident is no longer eligible, and the programme is over."""
    from datetime import timedelta

    from domain.bulk_grants import steps

    programme = await api.points()
    wallets = await api.residents(100)
    bulk = await api.started(api.csv(wallets), programme)

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(steps, "write_decided", die)
        with pytest.raises(asyncio.CancelledError):
            await api.run(bulk)
    assert sorted(Counter(await api.held_by(wallets)).items()) == [(0, 36), (100, 64)], "one page was granted"
    assert (await api.look(bulk))["grantedCount"] == 0
    later = api.services.clock() + timedelta(days=100)
    from dataclasses import replace

    api.services = replace(api.services, clock=lambda: later)
    await api.run(bulk)
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["refusedCount"]) == ("FINISHED", 64, 36)
    assert {row["code"] for row in await api.rows(bulk, state="REFUSED")} == {"PROGRAMME_CLOSED"}
    assert sorted(Counter(await api.held_by(wallets)).items()) == [(0, 36), (100, 64)]
    assert await api.left(programme) == 1_000_000 - 6_400
    await api.town.assert_sound()


async def test_pause_resume_and_the_job(api: Officers):
    programme = await api.points()
    wallets = await api.residents(10)
    bulk = await api.started(api.csv(wallets), programme)
    assert (await api.do("PauseBulkGrant", bulk))["bulkGrant"]["state"] == "PAUSED"
    assert (await api.do("PauseBulkGrant", bulk))["bulkGrant"]["state"] == "PAUSED"
    assert await api.run(bulk) == 0
    await run_bulk_grants(api.services)
    assert await api.held_by(wallets) == [0] * 10
    assert (await api.do("ResumeBulkGrant", bulk))["bulkGrant"]["state"] == "RUNNING"
    assert await run_bulk_grants(api.services) >= 10
    assert await api.held_by(wallets) == [100] * 10
    assert (await api.do("PauseBulkGrant", bulk))["state"] == "FINISHED"
    assert (await api.do("ResumeBulkGrant", bulk))["code"] == "BULK_GRANT_STATE"
    await api.town.assert_sound()


async def test_what_changed_meanwhile_is_refused_row_by_row(api: Officers):
    asset = await api.asset("CAPPED", balanceCap=500)
    programme = await api.programme(asset, 1_000, capPerPerson=400)
    wallets = await api.residents(5)
    bulk = await api.started(api.csv(wallets, 200), programme)
    await set_state(api.town.id, wallets[0], HolderState.FROZEN)
    await api.grant(programme, 300, wallets[1])
    other = await api.programme(asset, 1_000)
    await api.grant(other, 400, wallets[2])
    await api.grant(programme, 400)
    await api.run(bulk)
    outcomes = {row["row"]: (row["state"], row["code"], row["message"]) for row in await api.rows(bulk)}
    assert outcomes == {
        2: ("REFUSED", "WALLET_FROZEN", "このウォレットは停止中です。停止を解除してから付与してください。"),
        3: ("REFUSED", "CAP_EXCEEDED", "お一人さま（または世帯）の上限を超えます（あと100円分）。"),
        4: ("REFUSED", "BALANCE_CAP", "ウォレットの残高の上限（500円分）を超えます。"),
        5: ("GRANTED", None, None),
        6: ("REFUSED", "BUDGET_EXCEEDED", "予算の残りが足りません（残り100円分）。"),
    }
    assert await api.held_by(wallets) == [0, 300, 400, 200, 0]
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["refusedCount"]) == ("FINISHED", 1, 4)
    await api.town.assert_sound()


async def test_calling_off_stops_everything_that_was_not_granted(api: Officers):
    programme = await api.points()
    wallets = await api.residents(200)
    bulk = await api.started(api.csv(wallets), programme)
    runner = asyncio.create_task(api.run(bulk))
    while not (await api.row_of(bulk)).rows_granted:
        await asyncio.sleep(0)
    answer = await api.do("CancelBulkGrant", bulk)
    assert answer["bulkGrant"]["state"] in {"CANCELLING", "CANCELLED"}, answer
    await runner
    await api.run(bulk)
    done = await api.look(bulk)
    assert done["state"] == "CANCELLED"
    assert (done["leftCount"], done["grantedCount"] + done["cancelledCount"]) == (0, 200)
    assert 0 < done["grantedCount"] < 200
    assert Counter(await api.held_by(wallets)) == {100: done["grantedCount"], 0: done["cancelledCount"]}
    assert await api.left(programme) == 1_000_000 - done["grantedAmount"]
    assert (await api.do("CancelBulkGrant", bulk))["bulkGrant"]["state"] == "CANCELLED"
    await api.town.assert_sound()


async def test_a_runner_that_comes_too_late_grants_nothing_after_the_close(api: Officers):
    """A runner that read its rows before they were called off: the ledger's guard refuses them, whatever it believes."""
    from domain.bulk_grants.steps import grant_rows

    programme = await api.points()
    wallets = await api.residents(20)
    bulk = await api.started(api.csv(wallets), programme)
    stale = await api.row_of(bulk)
    assert (await api.do("CancelBulkGrant", bulk))["bulkGrant"]["state"] == "CANCELLING"
    step = await grant_rows(api.services, stale, 0)
    assert step is not None
    await api.run(bulk)
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["cancelledCount"]) == ("CANCELLED", 0, 20)
    assert {(row["code"], row["message"]) for row in await api.rows(bulk)} == {
        ("CANCELLED", "取りやめのため、付与していません。")
    }
    assert await api.held_by(wallets) == [0] * 20
    await api.town.assert_sound()


async def test_rows_that_were_granted_before_the_close_are_known_although_their_runner_died(
    api: Officers, monkeypatch: pytest.MonkeyPatch
):
    from domain.bulk_grants import steps

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    programme = await api.points()
    wallets = await api.residents(100)
    bulk = await api.started(api.csv(wallets), programme)
    with monkeypatch.context() as broken:
        broken.setattr(steps, "write_decided", die)
        with pytest.raises(asyncio.CancelledError):
            await api.run(bulk)
    await api.do("CancelBulkGrant", bulk)
    await api.run(bulk)
    done = await api.look(bulk)
    assert (done["state"], done["grantedCount"], done["cancelledCount"], done["grantedAmount"]) == (
        "CANCELLED",
        64,
        36,
        6_400,
    )
    assert Counter(await api.held_by(wallets)) == {100: 64, 0: 36}
    await api.town.assert_sound()


async def test_a_start_is_once_for_its_key(api: Officers):
    programme = await api.points()
    wallets = await api.residents(3)
    upload = await api.upload(api.csv(wallets))
    key = str(uuid4())
    answers: list[Any] = await asyncio.gather(*[api.start(upload, programme, idempotencyKey=key) for _ in range(5)])
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    [bulk] = {answer["bulkGrant"]["id"] for answer in answers}
    assert (await api.start(upload, programme, idempotencyKey=key, skipInvalid=True))["code"] == "KEY_REUSED"
    used = await api.start(upload, programme)
    assert (used["code"], used["bulkGrantId"], used["retry"]) == ("UPLOAD_USED", bulk, "NEVER")
    await api.run(bulk)
    assert (await api.start(upload, programme, idempotencyKey=key))["bulkGrant"]["state"] == "FINISHED"
    assert await api.held_by(wallets) == [100] * 3
    trail = await rows(
        "select 1 from audit_entry where municipality_id = $1 and action = 'start_bulk_grant'", api.town.id
    )
    assert len(trail) == 1
    await api.town.assert_sound()


async def test_the_same_file_again_must_be_meant(api: Officers):
    programme = await api.points()
    wallets = await api.residents(3)
    first = await api.started(api.csv(wallets), programme)
    for wallet in wallets:
        await set_state(api.town.id, wallet, HolderState.FROZEN)
    await api.run(first)
    for wallet in wallets:
        await set_state(api.town.id, wallet, HolderState.ACTIVE)
    again = await api.upload(api.csv(wallets))
    same = "mutation($input: CheckBulkGrantInput!) { checkBulkGrant(input: $input) { check { sameFile { id } } } }"
    answer = await api.ask(api.town.finance, same, input={"uploadId": again, "programmeId": programme})
    assert answer["check"]["sameFile"]["id"] == first
    refused = await api.start(again, programme)
    assert (refused["code"], refused["bulkGrantId"], refused["retry"]) == ("SAME_FILE", first, "SAME_KEY")
    assert await api.held_by(wallets) == [0] * 3, "the first gave nothing: the wallets were frozen when their turn came"
    meant = await api.start(again, programme, confirmSameFile=True)
    await api.run(meant["bulkGrant"]["id"])
    assert await api.held_by(wallets) == [100] * 3
    await api.town.assert_sound()
