"""Undo: what is left of each row goes back, once; what is not left is told."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.database import rows
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.officers import Officers
from tests.support.reversals import reverse


async def granted(api: Officers, programme: str, wallets: list[UUID], amount: int) -> str:
    bulk = (await api.start_again(api.csv(wallets, amount), programme))["bulkGrant"]["id"]
    await api.run(bulk)
    return bulk


async def grant_of(api: Officers, bulk: str, row: int) -> str:
    [bulk_row] = await api.rows(bulk, first=1, after=str(row - 1))
    return bulk_row["grant"]["id"]


async def test_what_is_left_goes_back_and_what_was_spent_is_told(api: Officers):
    programme = await api.points(10_000)
    wallets = [*await api.residents(2), api.town.wallet]
    bulk = await granted(api, programme, wallets, 500)
    await api.pay(200)
    assert await api.undone(bulk) == [(2, 500, None), (3, 500, None), (4, 300, "SPENT")]
    assert await api.held_by(wallets) == [0, 0, 0]
    assert await api.left(programme) == 10_000 - 200
    look = await api.look(bulk)
    assert (look["undoneCount"], look["takenBackAmount"], look["grantedAmount"]) == (3, 1_300, 1_500)
    [row] = await api.rows(bulk, notTakenBack=True)
    assert (row["row"], row["undoMessage"]) == (4, "すでに使われている分があり、全額は戻せませんでした。")
    await api.town.assert_sound()


async def test_an_undo_is_once_and_says_so(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(3)
    bulk = await api.started(api.csv(wallets), programme)
    refused = await api.undo(bulk)
    assert (refused["code"], refused["state"]) == ("BULK_GRANT_STATE", "RUNNING")
    await api.run(bulk)
    key = str(uuid4())
    answers = await asyncio.gather(*[api.undo(bulk, key=key) for _ in range(3)])
    assert [answer for answer in answers if answer.get("replayed") is False]
    assert (await api.undo(bulk, key=key))["replayed"]
    assert (await api.undo(bulk))["state"] == "UNDOING"
    assert (await api.undo(bulk, api.town.other_finance, key))["state"] == "UNDOING"
    await asyncio.gather(*[api.run(bulk) for _ in range(3)])
    assert (await api.undo(bulk, key=key))["bulkGrant"]["state"] == "UNDONE"
    assert await api.held_by(wallets) == [0] * 3
    assert await api.left(programme) == 10_000
    trail = await rows(
        "select reason from audit_entry where municipality_id = $1 and action = 'undo_bulk_grant'", api.town.id
    )
    assert [entry["reason"] for entry in trail] == ["WRONG_AMOUNT"]
    await api.town.assert_sound()


@pytest.mark.parametrize("seed", range(3))
async def test_an_undo_that_is_killed_again_and_again_takes_everything_back_once(api: Officers, seed: int):
    drawn = random.Random(seed)
    programme = await api.points()
    wallets = await api.residents(200)
    bulk = await granted(api, programme, wallets, 100)
    await api.undo(bulk)
    for _ in range(100):
        task = asyncio.create_task(api.run(bulk))
        for _ in range(drawn.randrange(1, 150)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if (await api.look(bulk))["state"] == "UNDONE":
            break
    await api.run(bulk)
    look = await api.look(bulk)
    assert (look["state"], look["undoneCount"], look["takenBackAmount"]) == ("UNDONE", 200, 20_000)
    assert set(await api.held_by(wallets)) == {0}
    assert await api.left(programme) == 1_000_000
    await api.town.assert_sound()


async def test_killed_between_the_ledger_and_the_table_the_undo_goes_on(api: Officers, monkeypatch: pytest.MonkeyPatch):
    from domain.bulk_grants import steps

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    programme = await api.points()
    wallets = await api.residents(70)
    bulk = await granted(api, programme, wallets, 100)
    await api.undo(bulk)
    with monkeypatch.context() as broken:
        broken.setattr(steps, "write_taken_back", die)
        with pytest.raises(asyncio.CancelledError):
            await api.run(bulk)
    assert sorted(await api.held_by(wallets)) == [0] * 64 + [100] * 6
    await api.run(bulk)
    look = await api.look(bulk)
    assert (look["state"], look["undoneCount"], look["takenBackAmount"]) == ("UNDONE", 70, 7_000)
    await api.town.assert_sound()


async def test_grants_that_share_a_lot_never_give_more_than_is_in_it(api: Officers):
    """Two files and a single grant of one day: one lot. Of 300 + 300 + 100, 450 were spent, so 250 are left."""
    programme = await api.points(10_000)
    first = await granted(api, programme, [api.town.wallet], 300)
    second = await granted(api, programme, [api.town.wallet, *await api.residents(1)], 300)
    await api.grant(programme, 100)
    await api.pay(450)
    assert await api.undone(first) == [(2, 250, "SPENT")]
    assert await api.undone(second) == [(2, 0, "SPENT"), (3, 300, None)]
    assert await api.held_by([api.town.wallet]) == [0]
    assert await api.left(programme) == 10_000 - 450
    await api.town.assert_sound()


async def test_less_than_the_row_gave_is_taken_although_more_is_there(api: Officers):
    programme = await api.points(10_000)
    bulk = await granted(api, programme, [api.town.wallet], 300)
    await api.grant(programme, 500)
    assert await api.undone(bulk) == [(2, 300, None)]
    assert await api.held_by([api.town.wallet]) == [500]
    await api.town.assert_sound()


async def test_the_cap_is_given_back_so_that_the_right_file_can_follow(api: Officers):
    programme = await api.points(10_000, capPerPerson=500)
    wallets = await api.residents(2)
    bulk = await granted(api, programme, wallets, 500)
    assert (await api.check(api.csv(wallets, 100), programme))["check"]["invalidCount"] == 2
    await api.undone(bulk)
    right = await granted(api, programme, wallets, 100)
    assert (await api.look(right))["grantedCount"] == 2
    assert await api.held_by(wallets) == [100, 100]
    again = await api.start(api.csv(wallets, 500), programme)
    assert again["code"] == "INVALID_ROWS", "400 are left of the cap"
    await api.town.assert_sound()


async def test_what_has_ended_is_not_taken_back(api: Officers, moved: MovableClock):
    asset = await api.asset("SHORT", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=1, returnsToBudget=False)
    programme = await api.programme(asset, 10_000)
    wallets = await api.residents(1)
    bulk = await granted(api, programme, wallets, 500)
    moved.forward(timedelta(days=40))
    assert await api.undone(bulk) == [(2, 0, "EXPIRED")]
    assert await api.left(programme) == 9_500
    await api.town.assert_sound()


async def test_a_row_that_was_reversed_by_itself_and_one_that_was_undone_before(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(2)
    bulk = await granted(api, programme, wallets, 500)
    assert (await reverse(api, await grant_of(api, bulk, 2)))["reversal"]["amount"] == 500
    assert await api.undone(bulk) == [(2, 0, "REVERSED"), (3, 500, None)]
    assert (await reverse(api, await grant_of(api, bulk, 3)))["code"] == "ALREADY_REVERSED"
    assert await api.left(programme) == 10_000
    await api.town.assert_sound()


async def test_a_cancelled_one_can_be_undone_and_a_frozen_wallet_gives_back_too(api: Officers):
    from domain.ledger.holders import set_state
    from domain.ledger.kinds import HolderState

    programme = await api.points(10_000)
    wallets = await api.residents(70)
    bulk = await api.started(api.csv(wallets), programme)
    from domain.bulk_grants.steps import grant_rows

    assert await grant_rows(api.services, await api.row_of(bulk), 0) is not None
    await api.do("CancelBulkGrant", bulk)
    await api.run(bulk)
    await set_state(api.town.id, wallets[0], HolderState.FROZEN)
    assert {(taken, why) for _, taken, why in await api.undone(bulk)} == {(100, None)}
    look = await api.look(bulk)
    assert (look["grantedCount"], look["cancelledCount"], look["undoneCount"]) == (64, 6, 64)
    assert await api.left(programme) == 10_000
    await api.town.assert_sound()


async def test_the_resident_sees_the_grant_and_its_undo(api: Officers):
    programme = await api.points(10_000)
    bulk = await granted(api, programme, [api.town.wallet], 500)
    await api.undone(bulk)
    history = await api.ask(api.town.resident, "WalletHistory", id=api.wallet())
    lines = [edge["node"] for edge in history["transactions"]["edges"]]
    shown = ("kind", "amount", "balanceAfter", "counterparty.name", "receipt.__typename", "receipt.amount")
    assert picked(lines, *shown) == [
        {
            "kind": "REVERSAL",
            "amount": -500,
            "balanceAfter": 0,
            "counterparty": {"name": "応援事業"},
            "receipt": {"__typename": "Reversal", "amount": 500},
        },
        {
            "kind": "GRANT",
            "amount": 500,
            "balanceAfter": 500,
            "counterparty": {"name": "応援事業"},
            "receipt": {"__typename": "Grant", "amount": 500},
        },
    ]


async def test_an_undo_breaks_no_unit(api: Officers):
    """60 points that were earned and 40 of a granted lot pay 100. Of the other 460, 400 go back: 60 stay beside 40."""
    asset = await api.asset("POINT", kind="SHOPPING_POINT", minimumUnit=100)
    earning = await api.earning(asset, 100, expiresOn=api.day(timedelta(days=9)))
    await api.rule(earning, rateBp=1_000)
    await api.charge(1_000)
    bulk = await granted(api, await api.programme(asset, 10_000), [api.town.wallet], 500)
    await api.pay(600, excludeAssetIds=[asset])
    paid = await api.pay(100, excludeAssetIds=[api.coin])
    assert [part["amount"] for part in paid["payment"]["allocations"]] == [60, 40]
    await api.pay(400, excludeAssetIds=[asset])
    assert await api.balances() == {"POINT": 500}
    assert await api.undone(bulk) == [(2, 400, "SPENT")]
    assert (await api.pay(100))["payment"]["amount"] == 100, "60 of the grant and 40 that were earned"
    await api.town.assert_sound()
