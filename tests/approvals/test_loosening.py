"""No way round the second officer: changes that are put back, small amounts, races, and times that lie in the past."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.controls import approve as approving
from domain.controls.approve import apply_due
from domain.controls.reads import ControlChange
from domain.database import rows
from domain.refusals import BusyError, UnavailableError
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.officers import Officers
from tests.support.town import People


@pytest.fixture
async def api(town: People) -> Officers:
    return Officers(town)


async def thresholds(api: Officers, single: int, file: int = 1_000_000, **facts: Any) -> Any:
    limits = {"municipality": api.code, "single": single, "file": file, **facts}
    return await api.ask(api.town.finance, "SetGrantThresholds", input=limits)


async def known_thresholds(api: Officers) -> tuple[int, int, int]:
    answer = await api.ask(api.town.auditor, "GrantThresholds", municipality=api.code)
    return answer["single"], answer["file"], answer["budget"]


async def trail(api: Officers, action: str) -> list[tuple[Any, Any, Any]]:
    entries = await rows(
        "select actor, before::text, after::text from audit_entry where municipality_id = $1 and action = $2 order by id",
        api.town.id,
        action,
    )
    return [(entry["actor"], orjson.loads(entry["before"]), orjson.loads(entry["after"])) for entry in entries]


async def test_thresholds_up_a_grant_and_thresholds_back(api: Officers):
    programme = await api.points(20_000_000)
    raised = await thresholds(api, 10_000_000, 10_000_000)
    assert (raised["thresholds"], raised["approval"]["state"]) == (None, "PROPOSED")
    assert (await api.grant(programme, 10_000_000))["code"] == "APPROVAL_REQUIRED"
    assert await known_thresholds(api) == (100_000, 1_000_000, 1_000_000)
    assert (await thresholds(api, 10_000_000, 10_000_000))["approval"]["id"] == raised["approval"]["id"]
    own = await api.ask(api.town.finance, "ApproveChange", input={"approvalId": raised["approval"]["id"]})
    assert own["code"] == "APPROVER_IS_PROPOSER"
    assert await api.balances() == {}
    facts = {fact["name"]: (fact["before"], fact["after"]) for fact in raised["approval"]["facts"]}
    assert facts == {
        "single": ("100000", "10000000"),
        "file": ("1000000", "10000000"),
        "budget": ("1000000", "1000000"),
    }
    approved = await api.approved(raised["approval"]["id"])
    assert (approved["approval"]["state"], approved["approval"]["refusedCode"]) == ("APPROVED", None)
    assert await known_thresholds(api) == (10_000_000, 10_000_000, 1_000_000)
    [(actor, before, after)] = await trail(api, "set_grant_thresholds")
    assert (actor, before["single"], after["single"]) == (api.town.finance.person_id, 100_000, 10_000_000)
    [(approver, before, after)] = await trail(api, "approve_grant_thresholds")
    assert approver == api.town.other_finance.person_id
    assert (before["subject"]["single"], after["subject"]["single"]) == (100_000, 10_000_000)
    assert await api.approved(raised["approval"]["id"]) == approved, "again changes nothing"
    assert len(await trail(api, "set_grant_thresholds")) == 1
    assert "thresholds" in await thresholds(api, 1), "lower at once"
    assert await known_thresholds(api) == (1, 1_000_000, 1_000_000)
    await api.town.assert_sound()


async def test_twenty_small_grants_to_a_wallet_at_once_are_one_large_one(api: Officers):
    programme, other = await api.points(1_000_000), await api.points(1_000_000)
    answers = await asyncio.gather(
        *[api.grant(programme if number % 2 else other, 7_000) for number in range(20)],
        *[
            api.ask(
                api.town.finance,
                "GrantValue",
                input={
                    "idempotencyKey": str(uuid4()),
                    "programmeId": programme,
                    "walletId": api.wallet(),
                    "amount": 7_000,
                },
            )
            for _ in range(20)
        ],
    )
    granted = [answer for answer in answers if "grant" in answer]
    assert len(granted) == 14, "14 times 7,000 is 98,000; a fifteenth would pass 100,000, whoever gives it"
    assert {answer["code"] for answer in answers if "code" in answer} == {"APPROVAL_REQUIRED"}
    assert {(answer["threshold"], answer["available"]) for answer in answers if "code" in answer} == {(100_000, 2_000)}
    assert sum((await api.balances()).values()) == 98_000
    assert (await api.grant(other, 2_000))["grant"]["amount"] == 2_000
    assert (await api.grant(other, 1))["available"] == 0
    await api.town.assert_sound()


async def test_a_new_day_counts_anew_in_tokyo(api: Officers, moved: MovableClock):
    programme = await api.points(1_000_000)
    now = api.services.clock() + timedelta(hours=9)
    moved.forward(timedelta(hours=47, minutes=59) - timedelta(hours=now.hour, minutes=now.minute))
    assert (await api.grant(programme, 100_000))["grant"]["amount"] == 100_000, "a minute before midnight in Tokyo"
    assert (await api.grant(programme, 1))["code"] == "APPROVAL_REQUIRED"
    moved.forward(timedelta(minutes=2))
    assert (await api.grant(programme, 100_000))["grant"]["amount"] == 100_000


async def test_files_and_single_grants_count_together_by_officer(api: Officers):
    programme = await api.points(10_000_000)
    wallets = await api.residents(14)
    assert (await api.start(api.csv(wallets[:9], 100_000), programme))["bulkGrant"]["state"] == "RUNNING"
    more = await api.start(api.csv(wallets[9:11], 100_000), programme)
    assert more["bulkGrant"]["state"] == "AWAITING_APPROVAL", "900,000 are promised, though no row was granted yet"
    by_other = await api.start(api.csv(wallets[11:13], 100_000), programme, api.town.other_finance)
    assert by_other["bulkGrant"]["state"] == "RUNNING", "sums of another officer"
    again = await api.start(api.csv(wallets[13:], 100_000), programme)
    assert again["bulkGrant"]["state"] == "RUNNING"


async def test_a_row_that_passes_the_sum_meanwhile_is_refused(api: Officers):
    programme = await api.points(10_000_000)
    wallets = await api.residents(3)
    bulk = await api.started(api.csv(wallets, 60_000), programme)
    assert (await api.grant(programme, 40_001, wallets[1]))["grant"]["amount"] == 40_001
    await api.run(bulk)
    assert await api.held_by(wallets) == [60_000, 40_001, 60_000]
    [refused] = await api.rows(bulk, state="REFUSED")
    assert (refused["row"], refused["code"]) == (3, "APPROVAL_REQUIRED")
    assert "100,000円分" in refused["message"]
    await api.town.assert_sound()


async def test_two_files_of_an_officer_at_the_same_moment(api: Officers):
    programme = await api.points(10_000_000)
    wallets = await api.residents(12)
    files = [await api.upload(api.csv(wallets[:6], 100_000)), await api.upload(api.csv(wallets[6:], 100_000))]
    answers = await asyncio.gather(*[api.start(upload, programme) for upload in files])
    assert sorted(answer["bulkGrant"]["state"] for answer in answers) == ["AWAITING_APPROVAL", "RUNNING"]


async def test_what_two_approved_does_not_count(api: Officers):
    programme = await api.points(10_000_000)
    proposal = {"idempotencyKey": str(uuid4()), "programmeId": programme, "walletId": api.wallet(), "amount": 5_000_000}
    approval = (await api.ask(api.town.finance, "ProposeGrant", input=proposal))["proposal"]["approval"]["id"]
    approved = {"idempotencyKey": str(uuid4()), "approvalId": approval}
    assert "grant" in await api.ask(api.town.other_finance, "ApproveGrant", input=approved)
    assert (await api.grant(programme, 100_000))["grant"]["amount"] == 100_000


async def test_a_rate_of_a_thousand_to_one(api: Officers):
    place = await market(api)
    rate = {
        "municipality": api.code,
        "fromAssetId": place.points,
        "toAssetId": place.currency,
        "programmeId": place.programme,
        "denominator": 1,
        "minimumUnit": 1,
    }

    async def ask(numerator: int, denominator: int = 1, **facts: Any) -> Any:
        terms = {**rate, "numerator": numerator, "denominator": denominator, **facts}
        return await api.ask(api.town.finance, "SetConversionRate", input=terms)

    await api.grant(place.health, 100)
    waiting = await ask(1_000)
    assert (waiting["rate"], waiting["approval"]["state"]) == (None, "PROPOSED")
    assert (await place.convert(10))["code"] == "NO_CONVERSION_RATE"
    assert (await place.rate(capPerDay=50))["rate"]["numerator"] == 1, "by two"
    stale = await api.approved(waiting["approval"]["id"])
    assert (stale["code"], stale["reason"]) == ("APPROVAL_STALE", "SUBJECT_CHANGED"), "there is another rate since"
    assert (await place.convert(10))["conversion"]["receivedAmount"] == 10
    assert (await ask(1, 2, capPerDay=50))["rate"]["denominator"] == 2, "less for everybody: alone"
    for better in ({"numerator": 1}, {"numerator": 1, "denominator": 2}, {"numerator": 51, "denominator": 100}):
        assert (await ask(**better))["approval"]["state"] == "PROPOSED", "more, or without its cap of a day"
    assert (await ask(0))["rate"]["numerator"] == 0
    assert (await place.convert(10))["code"] == "NO_CONVERSION_RATE"
    await api.town.assert_sound()


async def test_budgets_in_parts_are_one_budget(api: Officers):
    points = await api.asset("POINT")
    first = await api.programme(points, 400_000)
    keys = [str(uuid4()) for _ in range(10)]
    changes = [{"idempotencyKey": key, "programmeId": first, "change": 100_000} for key in keys]
    answers = await asyncio.gather(*[api.ask(api.town.finance, "ChangeBudget", input=change) for change in changes])
    assert sum(answer["programme"] is not None for answer in answers) == 6, "400,000 and 6 times 100,000"
    assert await api.left(first) == 1_000_000
    waiting = [answer["approval"]["id"] for answer in answers if answer["approval"] is not None]
    assert len(set(waiting)) == 4
    agreed = await asyncio.gather(*[api.approved(approval) for approval in waiting])
    stale = [answer for answer in agreed if "code" in answer]
    assert {answer["reason"] for answer in stale} <= {"SUBJECT_CHANGED"}
    assert len(stale) >= 3, "each was agreed on the budget that there was, and one more budget is another"
    assert await api.left(first) == 1_000_000 + 100_000 * (4 - len(stale))
    coupon = {"borneBy": "TOWN", "budget": 1}
    fields = {
        "idempotencyKey": str(uuid4()),
        "municipality": api.code,
        "kind": "PERCENT",
        "nameJa": "割引",
        "nameEn": "Off",
        "rateBp": 100,
        "startsAt": api.at(),
        "endsAt": api.at(timedelta(days=1)),
        "claimRequired": False,
        "stacking": "ALONE",
        "returnsOnRefund": True,
    }
    assert (await api.ask(api.town.finance, "CreateCoupon", input={**fields, **coupon}))["coupon"] is None
    assert "programme" in await api.ask(
        api.town.finance, "ChangeBudget", input={**changes[0], "idempotencyKey": str(uuid4()), "change": -1}
    )
    await api.town.assert_sound()


async def test_the_key_of_a_proposed_programme_is_answered_with_it_once_approved(api: Officers):
    facts = large_programme(api, await api.asset("POINT"))
    waiting = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    again = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    assert waiting["approval"]["id"] == again["approval"]["id"]
    assert (await api.ask(api.town.finance, "CreateProgramme", input={**facts, "budget": 6_000_000}))["code"] == (
        "KEY_REUSED"
    )
    assert await api.ask(None, "Programmes", municipality=api.code) == []
    approvals = await asyncio.gather(*[api.approved(waiting["approval"]["id"]) for _ in range(4)])
    assert {answer["approval"]["state"] for answer in approvals} == {"APPROVED"}
    created = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    assert (created["programme"]["budget"], created["replayed"], created["approval"]) == (5_000_000, True, None)
    assert await api.left(created["programme"]["id"]) == 5_000_000
    assert len(await api.ask(None, "Programmes", municipality=api.code)) == 1
    await api.town.assert_sound()


async def test_in_force_from_a_time_and_never_before_the_approval(api: Officers, moved: MovableClock):
    past = await thresholds(api, 200_000, effectiveAt=api.at(timedelta(days=-1)))
    approved = await api.approved(past["approval"]["id"])
    assert approved["approval"]["effectiveAt"] >= approved["approval"]["approvedAt"], "not backdated"
    later = await thresholds(api, 300_000, effectiveAt=api.at(timedelta(days=2)))
    approved = await api.approved(later["approval"]["id"])
    assert (approved["approval"]["state"], approved["approval"]["appliedAt"]) == ("APPROVED", None)
    assert await apply_due(api.services) == 0
    assert (await known_thresholds(api))[0] == 200_000, "the old value stays in force"
    moved.forward(timedelta(days=1, hours=23))
    assert (await apply_due(api.services), (await known_thresholds(api))[0]) == (0, 200_000)
    moved.forward(timedelta(hours=1, minutes=1))
    assert (await apply_due(api.services), (await known_thresholds(api))[0]) == (1, 300_000)
    assert await apply_due(api.services) == 0
    lower = await thresholds(api, 1, effectiveAt=api.at(timedelta(days=2)))
    assert lower["approval"]["state"] == "PROPOSED", "a change for later is proposed"


async def test_what_a_process_left_over_is_finished_under_the_same_key(
    api: Officers, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    points, key = await api.asset("POINT"), str(uuid4())
    facts = {
        "idempotencyKey": key,
        "municipality": api.code,
        "kind": "GRANT",
        "nameJa": "大きな事業",
        "nameEn": "Large",
        "assetId": points,
        "budget": 5_000_000,
        "startsAt": api.at(),
        "endsAt": api.at(timedelta(days=9)),
    }
    waiting = await api.ask(api.town.finance, "CreateProgramme", input=facts)

    async def busy(*_: object) -> None:
        raise BusyError

    with monkeypatch.context() as patched:
        patched.setattr("domain.programmes.create._allocate", busy)
        approved = await api.approved(waiting["approval"]["id"])
    assert (approved["approval"]["state"], approved["approval"]["appliedAt"]) == ("APPROVED", None)
    assert await apply_due(api.services) == 0, "it is left to its process for a while"
    moved.forward(timedelta(minutes=1))
    assert await asyncio.gather(apply_due(api.services), apply_due(api.services)) in ([1, 1], [0, 1], [1, 0])
    created = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    assert await api.left(created["programme"]["id"]) == 5_000_000
    await api.town.assert_sound()


async def test_an_undo_takes_two(api: Officers):
    programme = await api.points()
    wallets = await api.residents(3)
    bulk = await api.started(api.csv(wallets), programme)
    await api.run(bulk)
    undo = {"bulkGrantId": bulk, "idempotencyKey": str(uuid4()), "reason": "WRONG_AMOUNT"}
    waiting = await api.ask(api.town.finance, "UndoBulkGrant", input=undo)
    assert (waiting["bulkGrant"]["state"], waiting["approval"]["amount"]) == ("FINISHED", 300)
    await api.run(bulk)
    assert await api.held_by(wallets) == [100, 100, 100]
    assert (await api.approved(waiting["approval"]["id"]))["approval"]["appliedAt"] is not None
    assert (await api.look(bulk))["state"] == "UNDOING"
    await api.run(bulk)
    assert await api.held_by(wallets) == [0, 0, 0]
    assert (await api.ask(api.town.finance, "UndoBulkGrant", input=undo))["replayed"] is True
    await api.town.assert_sound()


def large_programme(api: Officers, asset: str) -> dict[str, Any]:
    return {
        "idempotencyKey": str(uuid4()),
        "municipality": api.code,
        "kind": "GRANT",
        "nameJa": "大きな事業",
        "nameEn": "Large",
        "assetId": asset,
        "budget": 5_000_000,
        "startsAt": api.at(),
        "endsAt": api.at(timedelta(days=9)),
    }


@pytest.mark.parametrize("finished_by", ["job", "approver"])
async def test_an_approval_whose_process_ended_behind_it_is_not_lost(
    api: Officers, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, finished_by: str
):
    """The approver is written, and nothing of the change's own: the job, or the approver's repetition, goes on."""
    facts = large_programme(api, await api.asset("POINT"))
    waiting = await api.ask(api.town.finance, "CreateProgramme", input=facts)

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("domain.controls.approve._schedule", killed)
        await api.approved(waiting["approval"]["id"])
    assert (await rows("select due_at from control_change where municipality_id = $1", api.town.id))[0][
        "due_at"
    ] is None
    if finished_by == "job":
        moved.forward(timedelta(minutes=1))
        assert await apply_due(api.services) == 1
    else:
        assert (await api.approved(waiting["approval"]["id"]))["approval"]["appliedAt"] is not None
    created = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    assert await api.left(created["programme"]["id"]) == 5_000_000
    await api.town.assert_sound()


async def test_a_database_that_was_away_for_a_moment_ends_no_approved_change(
    api: Officers, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    facts = large_programme(api, await api.asset("POINT"))
    waiting = await api.ask(api.town.finance, "CreateProgramme", input=facts)

    async def away(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr("domain.programmes.create._allocate", away)
        await api.approved(waiting["approval"]["id"])
        moved.forward(timedelta(minutes=1))
        assert await apply_due(api.services) == 0, "what was not done is not counted"
    assert await apply_due(api.services) == 1
    created = await api.ask(api.town.finance, "CreateProgramme", input=facts)
    assert await api.left(created["programme"]["id"]) == 5_000_000


async def test_a_change_that_cannot_be_read_keeps_no_other_waiting(
    api: Officers, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    async def busy(*_: object) -> None:
        raise BusyError

    asset = await api.asset("POINT")
    broken, sound = large_programme(api, asset), large_programme(api, asset)
    with monkeypatch.context() as patched:
        patched.setattr("domain.programmes.create._allocate", busy)
        for facts in (broken, sound):
            waiting = await api.ask(api.town.finance, "CreateProgramme", input=facts)
            await api.approved(waiting["approval"]["id"])
            moved.forward(timedelta(minutes=1))
    [first] = await rows(
        "select id from control_change where municipality_id = $1 order by due_at limit 1", api.town.id
    )
    read = approving._change

    def unreadable(control: Any, known: ControlChange) -> Any:
        if known.id == first["id"]:
            raise ValueError
        return read(control, known)

    with monkeypatch.context() as patched:
        patched.setattr(approving, "_change", unreadable)
        with pytest.raises(ValueError):
            await apply_due(api.services)
    created = await api.ask(api.town.finance, "CreateProgramme", input=sound)
    assert await api.left(created["programme"]["id"]) == 5_000_000
    assert await apply_due(api.services) == 1, "what could not be read was left for another version"


async def test_a_rate_that_is_approved_after_its_start_is_in_force_from_the_approval(
    api: Officers, moved: MovableClock
):
    place = await market(api)
    rate = {
        "municipality": api.code,
        "fromAssetId": place.points,
        "toAssetId": place.currency,
        "programmeId": place.programme,
        "numerator": 1,
        "denominator": 1,
        "minimumUnit": 1,
        "startsAt": api.at(timedelta(hours=1)),
    }
    await api.grant(place.health, 100)
    waiting = await api.ask(api.town.finance, "SetConversionRate", input=rate)
    moved.forward(timedelta(hours=2))
    assert (await place.convert(10))["code"] == "NO_CONVERSION_RATE", "its start alone puts nothing in force"
    assert (await api.approved(waiting["approval"]["id"]))["approval"]["appliedAt"] is not None
    assert (await place.convert(10))["conversion"]["receivedAmount"] == 10
    await api.town.assert_sound()
