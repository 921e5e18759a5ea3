"""The counter that took the cash takes a top-up back soon after."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.kinds import ReversalReason
from domain.charging.cancel import Earned
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows
from domain.identifiers import decode
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from domain.ledger.receipt import Portion
from domain.ledger.refusals import AlreadyReversedError
from domain.viewer import Viewer
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, cash_of, charged, to_tokyo
from tests.support.town import new_town


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    """Half an hour ends on the same day."""
    to_tokyo(moved, 12)


async def campaign(api: Api, rate_bp: int = 2_000, **facts: object) -> str:
    return await api.bonus(await api.asset("BONUS", kind="BONUS_COIN"), 100_000, rate_bp, **facts)


def bonuses(receipt: dict[str, Any]) -> list[tuple[int, str]]:
    """Amounts and codes of the bonuses of a charge, or of its cancellation."""
    return [(bonus["amount"], bonus["asset"]["code"]) for bonus in receipt["bonuses"]]


async def set_window(api: Api, minutes: int, viewer: Viewer | None = None) -> Any:
    """The answer to setting in how many minutes a charge may be cancelled."""
    window = {"municipality": api.code, "minutes": minutes}
    return await api.both(viewer or api.town.finance, "SetChargeCancellation", input=window)


async def test_all_of_it_goes_back(api: Api):
    programme = await campaign(api, capPerPerson=2_000)
    charge = await charged(api, 10_000)
    assert await cash_of(api, api.town.town.desk_id) == 10_000
    key = str(uuid4())
    answer = await cancel(api, charge["id"], idempotencyKey=key)
    assert picked(answer["charge"], "amount", "takenBackAmount") == {"amount": 10_000, "takenBackAmount": 10_000}
    cancellation = answer["cancellation"]
    assert (cancellation["amount"], cancellation["cancelReason"], cancellation["store"]) == (
        10_000,
        "WRONG_AMOUNT",
        None,
    )
    assert cancellation["charge"]["id"] == charge["id"]
    assert bonuses(cancellation) == [(2_000, "BONUS")]
    assert {(after["asset"]["code"], after["moved"], after["posted"]) for after in answer["balances"]} == {
        ("COIN", -10_000, 0),
        ("BONUS", -2_000, 0),
    }
    assert (await api.balances(), await cash_of(api, api.town.town.desk_id), await api.left(programme)) == (
        {},
        0,
        100_000,
    )
    again = await cancel(api, charge["id"], idempotencyKey=key)
    assert (again["replayed"], again["cancellation"], again["balances"]) == (True, cancellation, answer["balances"])
    assert (await cancel(api, charge["id"], idempotencyKey=key, reason="OTHER"))["code"] == "KEY_REUSED"
    assert (await cancel(api, charge["id"]))["code"] == "ALREADY_REVERSED"
    assert bonuses(await charged(api, 10_000)) == [(2_000, "BONUS")], "the person's cap was given back"
    edges = (await api.ask(api.town.resident, "WalletPastEvents", id=api.wallet(), first=50))["events"]["edges"]
    assert picked(edges[1]["node"], "__typename", "amount", "cancellation.amount") == {
        "__typename": "ChargeCancelled",
        "amount": -10_000,
        "cancellation": {"amount": 10_000},
    }
    await api.town.assert_sound()


async def test_the_receipt_can_be_asked_for(api: Api):
    charge = await charged(api, 1_000)
    cancellation = (await cancel(api, charge["id"]))["cancellation"]
    receipt = await api.ask(api.town.resident, "Receipt", id=cancellation["id"])
    assert picked(receipt, "__typename", "amount", "receiptNumber") == {
        "__typename": "ChargeCancellation",
        "amount": 1_000,
        "receiptNumber": cancellation["receiptNumber"],
    }
    stranger, _ = await api.town.new_resident()
    assert await api.ask(stranger, "Receipt", id=cancellation["id"]) is None
    history = await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=1)
    [edge] = history["transactions"]["edges"]
    assert picked(edge["node"], "kind", "amount", "receipt.id") == {
        "kind": "CHARGE_CANCEL",
        "amount": -1_000,
        "receipt": {"id": cancellation["id"]},
    }


async def test_only_what_is_unspent(api: Api):
    programme = await campaign(api, 1_000)
    charge = await charged(api, 10_000)
    await api.pay(1_500, excludeAssetIds=[])
    assert await api.balances() == {"COIN": 8_500, "BONUS": 1_000}, "the coin ends first"
    answer = await cancel(api, charge["id"])
    assert (answer["cancellation"]["amount"], answer["charge"]["takenBackAmount"]) == (8_500, 8_500)
    assert bonuses(answer["cancellation"]) == [(850, "BONUS")], "1,500 stay, which earn 150"
    assert (await api.balances(), await api.left(programme)) == ({"BONUS": 150}, 100_000 - 150)
    assert (await cancel(api, charge["id"]))["code"] == "ALREADY_REVERSED", "once, whatever was left"
    await api.town.assert_sound()


async def test_what_is_spent_of_a_bonus_must_have_been_earned(api: Api):
    programme = await campaign(api, capPerPerson=2_000)
    charge = await charged(api, 10_000)
    await api.pay(500, excludeAssetIds=[api.coin])
    cancellation = (await cancel(api, charge["id"]))["cancellation"]
    assert cancellation["amount"] == 7_500, "2,500 stay, which earned the 500 that are spent"
    assert bonuses(cancellation) == [(1_500, "BONUS")]
    assert (await api.balances(), await api.left(programme)) == ({"COIN": 2_500}, 100_000 - 500)
    assert bonuses(await charged(api, 10_000)) == [(1_500, "BONUS")], "of the cap, 500 stay used"
    await api.town.assert_sound()


async def test_nothing_is_left_to_cancel(api: Api):
    await campaign(api)
    charge = await charged(api, 1_000)
    key = str(uuid4())
    await api.pay(1_000, excludeAssetIds=[])
    assert await api.balances() == {"BONUS": 200}
    refused = await cancel(api, charge["id"], idempotencyKey=key)
    assert (refused["code"], refused["available"], refused["retry"]) == ("REVERSAL_IMPOSSIBLE", 0, "NEW_KEY")
    other = await charged(api, 1_000)
    await api.pay(400, excludeAssetIds=[api.coin])
    assert (await cancel(api, other["id"]))["code"] == "REVERSAL_IMPOSSIBLE", (
        "all of the bonus is spent, so all of the top-up stays"
    )
    assert await api.balances() == {"COIN": 1_000}
    await api.town.assert_sound()


async def test_after_the_window_or_the_day_it_is_too_late(api: Api, moved: MovableClock):
    first, second, third = [(await charged(api, amount))["id"] for amount in (100, 200, 300)]
    moved.forward(timedelta(minutes=29))
    assert (await cancel(api, first))["cancellation"]["amount"] == 100
    moved.forward(timedelta(minutes=2))
    key = str(uuid4())
    refused = await cancel(api, second, idempotencyKey=key)
    assert (refused["code"], refused["minutes"], refused["retry"]) == ("CANCEL_TOO_LATE", 30, "NEVER")
    assert (await set_window(api, 1_440))["approval"]["appliedAt"] is not None, "longer: by two officers"
    assert (await cancel(api, second, idempotencyKey=key))["code"] == "CANCEL_TOO_LATE", (
        "a refusal is final for its key"
    )
    assert (await cancel(api, second))["cancellation"]["amount"] == 200
    to_tokyo(moved, 0, 1)
    assert (await cancel(api, third))["code"] == "CANCEL_TOO_LATE", "another day"
    late = (await charged(api, 400))["id"]
    await set_window(api, 0)
    assert (await cancel(api, late))["code"] == "CANCEL_TOO_LATE", "never"
    assert await api.balances() == {"COIN": 700}
    await api.town.assert_sound()


async def test_who_may_set_the_window(api: Api):
    other = await new_town(api.services)
    for viewer in (api.town.desk, api.town.staff, api.town.resident, api.town.auditor, other.finance):
        assert (await set_window(api, 10, viewer))["code"] == "NOT_PERMITTED"
    for minutes in (-1, 1_441):
        refused = await set_window(api, minutes)
        assert (refused["field"], refused["problem"]) == ("minutes", "MINUTES")
    await set_window(api, 10)
    [row] = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'set_charge_cancellation'",
        api.town.id,
    )
    assert (row["before"], row["after"]) == ('{"minutes": 30}', '{"minutes": 10}')


async def test_by_the_same_counter_only(api: Api):
    at_store = (await charged(api, 1_000, api.town.staff, storeId=api.store()))["id"]
    at_desk = (await charged(api, 2_000))["id"]
    _, elsewhere = await api.town.new_store(charge_agent=True)
    other = await new_town(api.services)
    for viewer in (api.town.desk, elsewhere, api.town.resident, api.town.finance, other.staff):
        assert (await cancel(api, at_store, viewer))["code"] == "NOT_PERMITTED"
    for viewer in (api.town.staff, other.desk):
        assert (await cancel(api, at_desk, viewer))["code"] == "NOT_PERMITTED"
    assert await cash_of(api, api.town.store) == 1_000
    cancellation = (await cancel(api, at_store, api.town.staff))["cancellation"]
    assert (cancellation["amount"], cancellation["store"]["id"]) == (1_000, api.store())
    assert (await cash_of(api, api.town.store), await cash_of(api, api.town.town.desk_id)) == (0, 2_000)
    await api.town.assert_sound()


async def test_what_is_no_charge(api: Api):
    charge = await charged(api, 1_000)
    paid = (await api.pay(100))["payment"]["id"]
    for unknown in (paid, "jrn_nonsense", api.wallet()):
        assert (await cancel(api, unknown))["code"] == "UNKNOWN_JOURNAL"
    cancellation = (await cancel(api, charge["id"]))["cancellation"]["id"]
    assert (await cancel(api, cancellation))["code"] == "UNKNOWN_JOURNAL", "a cancellation is not cancelled"
    await api.town.assert_sound()


async def test_a_frozen_wallet_a_late_request_and_a_closed_key(api: Api):
    charge = (await charged(api, 1_000))["id"]
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    assert (await cancel(api, charge))["code"] == "WALLET_FROZEN"
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    assert (await cancel(api, charge, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    closed = str(uuid4())
    abandoned = await api.abandon("CANCEL_CHARGE", closed, api.town.desk)
    assert abandoned["outcome"]["state"] == "ABANDONED"
    assert (await cancel(api, charge, idempotencyKey=closed))["code"] == "ABANDONED"
    assert await api.balances() == {"COIN": 1_000}
    await api.town.assert_sound()


async def test_once_however_often_it_is_asked_and_never_beside_a_reversal(api: Api):
    town = api.town
    charge, other = (await charged(api, 1_000))["id"], (await charged(api, 500))["id"]
    answers = await asyncio.gather(*[cancel(api, charge) for _ in range(10)])
    assert sorted(answer.get("code", "") for answer in answers) == ["", *["ALREADY_REVERSED"] * 9]
    journal, second = decode(charge)[2], decode(other)[2]
    assert isinstance(journal, UUID)
    assert isinstance(second, UUID)
    approval = await propose_reversal(town.services, town.finance, town.id, journal, ReversalReason.WRONG_AMOUNT)
    with pytest.raises(AlreadyReversedError):
        await reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id)
    approval = await propose_reversal(town.services, town.finance, town.id, second, ReversalReason.WRONG_AMOUNT)
    both = await asyncio.gather(
        cancel(api, other),
        reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id),
        return_exceptions=True,
    )
    already_reversed = [
        isinstance(answer, AlreadyReversedError)
        or (isinstance(answer, dict) and answer.get("code") == "ALREADY_REVERSED")
        for answer in both
    ]
    assert sum(already_reversed) == 1
    assert await api.balances() == {}
    await town.assert_sound()


async def test_payments_at_the_same_moment_lose_nothing(api: Api):
    programme = await campaign(api, 1_000)
    charge = (await charged(api, 10_000))["id"]
    payments = [api.pay(100) for _ in range(20)]
    answers = await asyncio.gather(*payments[:10], cancel(api, charge), *payments[10:])
    kept = 10_000 - answers[10]["cancellation"]["amount"]
    spent = sum(answer["payment"]["amount"] for answer in answers if "payment" in answer)
    left = await api.balances()
    assert kept + 100_000 - await api.left(programme) == spent + sum(left.values())
    assert await cash_of(api, api.town.town.desk_id) == kept
    await api.town.assert_sound()


@given(
    charge=st.integers(1, 10**6),
    rate=st.integers(1, 10_000),
    cap=st.integers(1, 10**6),
    spent=st.integers(0, 10**6),
    coin=st.integers(0, 10**6),
    unit=st.sampled_from([1, 7, 100, 500]),
)
def test_never_more_bonus_than_the_rest_earns_and_never_more_than_is_there(
    charge: int, rate: int, cap: int, spent: int, coin: int, unit: int
):
    bonus = min(charge * rate // 10_000, cap) // unit * unit
    earned = Earned(uuid4(), Portion(1, 1, bonus, None), rate, unit)
    available = max(0, bonus - spent)
    amount = min(coin, charge - earned.must_remain(available))
    if amount <= 0:
        return
    withdrawn = bonus - earned.kept(charge - amount)
    assert 0 <= withdrawn <= available
    assert withdrawn % unit == 0, "a bonus is given and withdrawn in whole units"
    assert bonus - withdrawn <= (charge - amount) * rate // 10_000, "what stays was earned by what stays"
    if amount < coin and available < bonus:
        more = (charge - amount - 1) * rate // 10_000 // unit * unit
        assert bonus - min(bonus, more) > available, "a yen more could not be withdrawn"
