"""A file is compared by what it does: whoever got the same of the programme before is asked about, whatever the file looks like."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.residents.receive_codes import shown
from tests.support.clock import MovableClock
from tests.support.officers import Officers
from tests.support.reversals import reverse
from tests.support.town import new_town

MEANT = "ADDITIONAL"


async def granted(api: Officers, programme: str, wallets: list[UUID], amount: int = 100) -> str:
    bulk = await api.started(api.csv(wallets, amount), programme)
    await api.run(bulk)
    return bulk


async def duplicates(api: Officers, content: bytes | str, programme: str, locale: str = "ja") -> Any:
    return (await api.check(content, programme, locale))["check"]["duplicates"]


async def rows_asked(api: Officers, content: bytes | str, programme: str) -> list[int]:
    return [edge["node"]["row"] for edge in (await duplicates(api, content, programme))["edges"]]


def confirmed(token: str | None, reason: str = MEANT) -> dict[str, Any]:
    return {"confirmDuplicates": {"token": token, "reason": reason}}


async def limits(api: Officers, single: int, file: int) -> None:
    fields = {"municipality": api.code, "single": single, "file": file}
    await api.ask(api.town.finance, "SetGrantThresholds", input=fields)


def written(api: Officers, lines: list[str], head: str = "ウォレットID,金額", end: str = "\r\n") -> str:
    return end.join([head, *lines, ""])


async def codes_of(api: Officers, wallets: list[UUID]) -> list[str]:
    """The receive codes that wallets show."""
    keys = await shown([(api.town.id, wallet) for wallet in wallets])
    return [encode(Prefix.RECEIVE, api.town.id, key) for key in keys if key is not None]


def saved_again(api: Officers, wallets: list[UUID], codes: list[str]) -> dict[str, bytes]:
    """One table as spreadsheets save it: the same wallets, 100 each."""
    ids = [api.wallet(wallet) for wallet in wallets]
    lines = [f"{wallet},100" for wallet in ids]
    return {
        "the same bytes": api.csv(wallets),
        "with a byte order mark": written(api, lines).encode("utf-8-sig"),
        "Shift_JIS": written(api, lines).encode("cp932"),
        "ends of lines": written(api, lines, end="\n").encode(),
        "another order": written(api, lines[::-1]).encode(),
        "columns turned": written(api, [f"100,{wallet}" for wallet in ids], "amount,walletId").encode(),
        "a note": written(api, [f"{line},二回目" for line in lines], "ウォレットID,金額,備考").encode(),
        "quotation marks": written(api, [f'"{wallet}","100"' for wallet in ids]).encode(),
        "full-width digits": written(api, [f"{wallet},１００" for wallet in ids]).encode(),
        "receive codes": written(api, [f"{code},100" for code in codes], "受取コード,金額").encode(),
    }


async def test_a_file_that_was_only_saved_again_pays_nobody_without_a_question(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(3)
    await granted(api, programme, wallets)
    for name, content in saved_again(api, wallets, await codes_of(api, wallets)).items():
        possible = await duplicates(api, content, programme)
        assert (possible["totalCount"], possible["totalAmount"]) == (3, 300), name
        for start in ({}, {"confirmSameFile": True}, {"skipInvalid": True}, confirmed("0" * 64)):
            refused = await api.start(content, programme, **start)
            assert (refused["code"], refused["duplicateCount"], refused["duplicateRows"], refused["retry"]) == (
                "POSSIBLE_DUPLICATES",
                3,
                [2, 3, 4],
                "SAME_KEY",
            ), (name, start)
    assert await api.held_by(wallets) == [100] * 3
    assert len(await rows("select 1 from bulk_grant where municipality_id = $1", api.town.id)) == 1
    await api.town.assert_sound()


async def test_the_check_says_what_was_given_when_and_by_which_receipt(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(2)
    first = await granted(api, programme, wallets[:1])
    single = await api.grant(programme, 100, wallets[1])
    content = api.csv(wallets)
    [by_file, by_hand] = [edge["node"] for edge in (await duplicates(api, content, programme))["edges"]]
    [receipt] = await api.rows(first)
    assert by_file["earlierGrant"]["id"] == receipt["grant"]["id"]
    assert by_hand["earlierGrant"]["receiptNumber"] == single["grant"]["receiptNumber"]
    assert by_hand["earlierAt"] == single["grant"]["grantedAt"]
    assert (by_hand["row"], by_hand["amount"], by_hand["earlierCount"], by_hand["takenBackAmount"]) == (3, 100, 1, 0)
    day = api.services.clock() + timedelta(hours=9)
    assert by_hand["message"] == (
        f"この事業は、{day.year}年{day.month}月{day.day}日にこのウォレットへ100円分を付与しています。"
    )
    [english, _] = (await duplicates(api, content, programme, "en"))["edges"]
    assert english["node"]["message"] == f"This programme gave this wallet 100 yen's worth on {day:%-d %B %Y}."


async def test_a_file_with_old_rows_and_new_rows_asks_about_the_old_ones(api: Officers):
    programme = await api.points(10_000)
    old, new = await api.residents(2), await api.residents(2)
    await granted(api, programme, old)
    assert await rows_asked(api, api.csv([new[0], old[1], new[1], old[0]]), programme) == [3, 5]
    refused = await api.start(api.csv([new[0], old[1], new[1], old[0]]), programme)
    assert (refused["code"], refused["duplicateRows"]) == ("POSSIBLE_DUPLICATES", [3, 5])
    assert "2行は、この事業で同じウォレットに同じ金額を付与済みか、付与予定です。" in refused["message"]
    assert await api.held_by([*old, *new]) == [100, 100, 0, 0]
    await api.town.assert_sound()


async def test_another_amount_another_programme_and_another_town_are_no_repetition(api: Officers):
    programme, other = await api.points(10_000), await api.points(10_000)
    wallets = await api.residents(2)
    await granted(api, programme, wallets)
    assert await rows_asked(api, api.csv(wallets, 101), programme) == []
    assert await rows_asked(api, api.csv(wallets), other) == []
    neighbours = Officers(await new_town(api.services))
    assert await rows_asked(neighbours, neighbours.csv(await neighbours.residents(1)), await neighbours.points()) == []
    assert "bulkGrant" in await api.start(api.csv(wallets), other)


async def test_a_file_that_waits_is_asked_about_until_it_is_called_off(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(2)
    await limits(api, 100_000, 150)
    waiting = await api.started(api.csv(wallets), programme)
    [first, _] = [edge["node"] for edge in (await duplicates(api, api.csv(wallets), programme))["edges"]]
    assert (first["earlierGrant"], first["earlierBulkGrant"]) == (None, {"id": waiting, "state": "AWAITING_APPROVAL"})
    assert "に始めた別のファイルで、このウォレットへ100円分を付与する予定です。" in first["message"]
    assert (await api.start(api.csv(wallets[:1]), programme))["code"] == "POSSIBLE_DUPLICATES"
    assert "bulkGrant" in await api.approve(waiting)
    assert await rows_asked(api, api.csv(wallets), programme) == [2, 3], "running"
    await api.do("PauseBulkGrant", waiting)
    assert await rows_asked(api, api.csv(wallets), programme) == [2, 3], "paused"
    await api.do("CancelBulkGrant", waiting)
    assert await rows_asked(api, api.csv(wallets), programme) == [], "nothing was given, and nothing will be"
    await api.run(waiting)
    assert "bulkGrant" in await api.start(api.csv(wallets), programme, confirmSameFile=True)


async def test_rows_that_a_cancelled_file_had_granted_are_asked_about(api: Officers):
    from domain.bulk_grants.steps import grant_rows

    programme = await api.points(100_000)
    wallets = await api.residents(70)
    bulk = await api.started(api.csv(wallets), programme)
    assert await grant_rows(api.services, await api.row_of(bulk), 0) is not None
    await api.do("CancelBulkGrant", bulk)
    assert (await duplicates(api, api.csv(wallets), programme))["totalCount"] == 64


async def test_what_was_taken_back_may_be_given_again_and_what_was_spent_is_asked_about(api: Officers):
    programme = await api.points(10_000)
    [mistaken, reversed_one] = await api.residents(2)
    wallets = [mistaken, api.town.wallet, reversed_one]
    bulk = await granted(api, programme, wallets)
    await api.pay(30)
    [*_, last] = await api.rows(bulk)
    assert "reversal" in await reverse(api, last["grant"]["id"])
    assert await api.undone(bulk) == [(2, 100, None), (3, 70, "SPENT"), (4, 0, "REVERSED")]
    possible = await duplicates(api, api.csv(wallets), programme)
    [kept] = [edge["node"] for edge in possible["edges"]]
    assert (kept["row"], kept["takenBackAmount"]) == (3, 70)
    assert "bulkGrant" in await api.start(api.csv([mistaken, reversed_one]), programme)


async def test_a_confirmation_is_for_this_file_and_these_rows(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(3)
    await granted(api, programme, wallets[:1])
    content = api.csv(wallets)
    upload, other = await api.upload(content), await api.upload(content)
    token = (await duplicates(api, upload, programme))["token"]
    assert token == (await duplicates(api, upload, programme))["token"], "a check may be repeated"
    assert (await api.start(other, programme, **confirmed(token)))["code"] == "POSSIBLE_DUPLICATES", "another upload"
    await api.grant(programme, 100, wallets[2])
    stale = await api.start(upload, programme, **confirmed(token))
    assert (stale["code"], stale["duplicateRows"]) == ("POSSIBLE_DUPLICATES", [2, 4]), "one more has come meanwhile"
    token = (await duplicates(api, upload, programme))["token"]
    await api.grant(programme, 100, wallets[0])
    assert (await api.start(upload, programme, **confirmed(token)))["code"] == "POSSIBLE_DUPLICATES", (
        "the same row again"
    )
    assert await api.held_by(wallets) == [200, 0, 100]
    token = (await duplicates(api, upload, programme))["token"]
    begun = (await api.start(upload, programme, **confirmed(token, "NEXT_INSTALMENT")))["bulkGrant"]
    assert (begun["state"], begun["confirmedDuplicateCount"], begun["duplicatesReason"]) == (
        "RUNNING",
        2,
        "NEXT_INSTALMENT",
    )
    await api.run(begun["id"])
    assert await api.held_by(wallets) == [300, 100, 200]
    [trail] = await rows(
        "select actor, reason, after from audit_entry where municipality_id = $1 and action = 'start_bulk_grant'"
        " and subject = $2",
        api.town.id,
        str((await api.row_of(begun["id"])).id),
    )
    after = orjson.loads(trail["after"]) if isinstance(trail["after"], str) else trail["after"]
    assert (trail["actor"], trail["reason"]) == (api.town.finance.person_id, "NEXT_INSTALMENT")
    assert (after["repeated"], after["repeated_amount"], after["repetition"]) == (2, 200, token)
    await api.town.assert_sound()


async def test_a_token_without_duplicates_confirms_nothing(api: Officers):
    programme = await api.points(10_000)
    begun = (await api.start(api.csv(await api.residents(1)), programme, **confirmed("x")))["bulkGrant"]
    assert (begun["confirmedDuplicateCount"], begun["duplicatesReason"]) == (0, None)


async def test_the_second_officer_sees_the_duplicates_and_confirms_them_too(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(2)
    await granted(api, programme, wallets[:1])
    await limits(api, 100_000, 150)
    waiting = (await api.start_again(api.csv(wallets), programme))["bulkGrant"]
    assert (waiting["state"], waiting["confirmedDuplicateCount"]) == ("AWAITING_APPROVAL", 1)
    bulk = waiting["id"]
    blind = await api.approve(bulk)
    assert (blind["code"], blind["duplicateRows"]) == ("POSSIBLE_DUPLICATES", [2])
    seen = await api.duplicates(bulk)
    assert [edge["node"]["row"] for edge in seen["edges"]] == [2]
    assert (await api.duplicates(bulk, api.town.auditor))["token"] == seen["token"]
    await api.grant(programme, 100, wallets[1])
    assert (await api.approve(bulk, duplicatesToken=seen["token"]))["code"] == "POSSIBLE_DUPLICATES"
    assert (await api.look(bulk))["state"] == "AWAITING_APPROVAL"
    [approval] = await rows("select approver from approval where municipality_id = $1", api.town.id)
    assert approval["approver"] is None
    token = (await api.duplicates(bulk))["token"]
    assert (await api.approve(bulk, duplicatesToken=token))["bulkGrant"]["state"] == "RUNNING"
    await api.run(bulk)
    assert await api.held_by(wallets) == [200, 200]
    assert (await api.duplicates(bulk))["totalCount"] == 0, "nothing of it waits any more"
    [trail] = await rows(
        "select after from audit_entry where municipality_id = $1 and action = 'run_bulk_grant' and subject = $2",
        api.town.id,
        str((await api.row_of(bulk)).id),
    )
    after = orjson.loads(trail["after"]) if isinstance(trail["after"], str) else trail["after"]
    assert (after["repeated"], after["repeated_amount"], after["repetition"]) == (2, 200, token)
    await api.town.assert_sound()


async def test_duplicates_are_seen_by_the_staff_of_the_town_only(api: Officers):
    programme = await api.points(10_000)
    await limits(api, 100_000, 0)
    bulk = await api.started(api.csv(await api.residents(1)), programme)
    query = "query($id: ID!) { bulkGrantDuplicates(id: $id) { totalCount } }"
    assert await api.ask(api.town.auditor, query, id=bulk) == {"totalCount": 0}
    from schema.core.context import Context
    from schema.engine.execute import execute

    neighbours = await new_town(api.services)
    for viewer in (api.town.resident, api.town.staff, neighbours.finance, None):
        result = await execute(query, {"id": bulk}, Context(api.services, viewer, "ja", "trace"), None)
        assert result.errors, viewer
        assert result.data in (None, {"bulkGrantDuplicates": None})


@pytest.mark.parametrize("round_", range(3))
async def test_of_two_officers_with_files_that_overlap_one_is_asked(api: Officers, round_: int):
    programme = await api.points(100_000)
    wallets = await api.residents(20)
    first = await api.upload(api.csv(wallets[:15]))
    second = await api.upload(api.csv(wallets[5:][::-1]), api.town.other_finance)
    answers = await asyncio.gather(
        api.start(first, programme), api.start(second, programme, api.town.other_finance), api.start(first, programme)
    )
    begun = [answer["bulkGrant"]["id"] for answer in answers if "bulkGrant" in answer]
    assert len(begun) == 1
    assert Counter(answer.get("code") for answer in answers)["POSSIBLE_DUPLICATES"] >= 1
    await api.run(begun[0])
    assert Counter(await api.held_by(wallets)) == {100: 15, 0: 5}
    await api.town.assert_sound()


async def test_a_row_that_the_ledger_granted_and_the_table_does_not_know_yet_counts_once(
    api: Officers, monkeypatch: pytest.MonkeyPatch
):
    from domain.bulk_grants import steps

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    programme = await api.points(10_000)
    wallets = await api.residents(2)
    bulk = await api.started(api.csv(wallets), programme)
    upload = await api.upload(api.csv(wallets))
    before = await duplicates(api, upload, programme)
    with monkeypatch.context() as broken:
        broken.setattr(steps, "write_decided", die)
        with pytest.raises(asyncio.CancelledError):
            await api.run(bulk)
    between = await duplicates(api, upload, programme)
    await api.run(bulk)
    after = await duplicates(api, upload, programme)
    assert [edge["node"]["earlierCount"] for edge in between["edges"]] == [1, 1]
    assert before["token"] == between["token"] == after["token"], "the same grants, from waiting to granted"


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_asked_is_what_a_plain_list_of_gifts_says(api: Officers, seed: int):
    """Files, single grants and undos at random, against a list that knows wallet and amount of every gift."""
    drawn = random.Random(seed)
    programme = await api.points(1_000_000)
    wallets = await api.residents(6)
    gifts: list[tuple[UUID, int]] = []
    files: list[tuple[str, list[tuple[UUID, int]]]] = []
    for _ in range(12):
        match drawn.randrange(4):
            case 0:
                wallet, amount = drawn.choice(wallets), drawn.choice([100, 200])
                await api.grant(programme, amount, wallet)
                gifts.append((wallet, amount))
            case 1 if files:
                bulk, table = files.pop(drawn.randrange(len(files)))
                await api.undo(bulk)
                await api.run(bulk)
                for gift in table:
                    gifts.remove(gift)
            case _:
                chosen = drawn.sample(wallets, drawn.randrange(1, 6))
                table = [(wallet, drawn.choice([100, 200])) for wallet in chosen]
                lines = [f"{api.wallet(wallet)},{amount}" for wallet, amount in table]
                content = written(api, lines).encode()
                expected = [number for number, row in enumerate(table, 2) if row in gifts]
                possible = [edge["node"] for edge in (await duplicates(api, content, programme))["edges"]]
                assert [row["row"] for row in possible] == expected
                assert [row["earlierCount"] for row in possible] == [
                    gifts.count(table[row["row"] - 2]) for row in possible
                ]
                bulk = (await api.start_again(content, programme))["bulkGrant"]["id"]
                await api.run(bulk)
                files.append((bulk, table))
                gifts += table
    totals = {wallet: sum(amount for owner, amount in gifts if owner == wallet) for wallet in wallets}
    assert await api.held_by(wallets) == [totals[wallet] for wallet in wallets]
    await api.town.assert_sound()


async def test_a_monthly_programme_answers_its_question_each_month(api: Officers, moved: MovableClock):
    programme = await api.points(10_000)
    wallets = await api.residents(2)
    for month in range(3):
        possible = await duplicates(api, api.csv(wallets), programme)
        assert [edge["node"]["earlierCount"] for edge in possible["edges"]] == [month] * 2 * bool(month)
        begun = await api.start_again(api.csv(wallets), programme)
        await api.run(begun["bulkGrant"]["id"])
        moved.forward(timedelta(days=28))
    assert await api.held_by(wallets) == [300, 300]


async def test_the_same_wallet_twice_in_one_file_is_never_paid_twice(api: Officers):
    programme = await api.points(10_000)
    [wallet] = await api.residents(1)
    [code] = await codes_of(api, [wallet])
    content = written(api, [f"{api.wallet(wallet)},100", f"{code},100"]).encode()
    assert [(row, code) for row, _, code, _ in await api.wrong(content, programme)] == [(3, "DOUBLE")]
    assert (await api.start(content, programme))["code"] == "INVALID_ROWS"
    await api.run(await api.started(content, programme, skipInvalid=True))
    assert await api.held_by([wallet]) == [100]


async def test_pages_of_duplicates(api: Officers):
    programme = await api.points(100_000)
    wallets = await api.residents(120)
    await granted(api, programme, wallets)
    upload = await api.upload(api.csv(wallets))
    first = (await api.check(upload, programme, first=100))["check"]["duplicates"]
    last = (await api.check(upload, programme, first=100, after=first["pageInfo"]["endCursor"]))["check"]["duplicates"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], last["pageInfo"]["hasNextPage"]) == (
        120,
        True,
        False,
    )
    assert [edge["node"]["row"] for edge in (*first["edges"], *last["edges"])] == list(range(2, 122))
    assert first["token"] == last["token"]
