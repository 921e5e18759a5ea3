"""The counter that took the cash takes a top-up back soon after."""

import asyncio
from datetime import timedelta
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
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, cash_of, charged, to_tokyo
from tests.support.town import new_town

SET = (
    "mutation($input: SetChargeCancellationInput!) { setChargeCancellation(input: $input) { ... on SetChargeCancellationSuccess {"
    " municipality { chargeCancelMinutes } } ... on InvalidInputError { field problem } ... on UserError { code } } }"
)
EVENTS = (
    "query($id: ID!) { wallet(id: $id) { events(first: 50) { edges { node { __typename ... on ChargeCancelled { amount cancellation { amount } }"
    " } } } } }"
)


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    """Half an hour ends on the same day."""
    to_tokyo(moved, 12)


async def campaign(api: Api, rate_bp: int = 2_000, **facts: object) -> str:
    return await api.bonus(await api.asset("BONUS", kind="BONUS_COIN"), 100_000, rate_bp, **facts)


async def test_all_of_it_goes_back(api: Api):
    programme = await campaign(api, capPerPerson=2_000)
    charge = await charged(api, 10_000)
    assert await cash_of(api, api.town.town.desk_id) == 10_000
    key = str(uuid4())
    done = await cancel(api, charge["id"], idempotencyKey=key)
    assert done["charge"] == {"amount": 10_000, "takenBackAmount": 10_000}
    told = done["cancellation"]
    assert (told["amount"], told["reason"], told["store"], told["charge"]["id"]) == (
        10_000,
        "WRONG_AMOUNT",
        None,
        charge["id"],
    )
    assert told["bonuses"] == [{"amount": 2_000, "asset": {"code": "BONUS"}}]
    assert {(one["asset"]["code"], one["moved"], one["posted"]) for one in done["balances"]} == {
        ("COIN", -10_000, 0),
        ("BONUS", -2_000, 0),
    }
    assert (await api.balances(), await cash_of(api, api.town.town.desk_id), await api.left(programme)) == (
        {},
        0,
        100_000,
    )
    again = await cancel(api, charge["id"], idempotencyKey=key)
    assert (again["replayed"], again["cancellation"], again["balances"]) == (True, told, done["balances"])
    assert (await cancel(api, charge["id"], idempotencyKey=key, reason="OTHER"))["code"] == "KEY_REUSED"
    assert (await cancel(api, charge["id"]))["code"] == "ALREADY_REVERSED"
    assert (await charged(api, 10_000))["bonuses"] == [{"amount": 2_000}], "the person's cap was given back"
    edges = (await api.ask(api.town.resident, EVENTS, id=api.wallet()))["events"]["edges"]
    assert [one["node"] for one in edges][1] == {
        "__typename": "ChargeCancelled",
        "amount": -12_000,
        "cancellation": {"amount": 10_000},
    }
    await api.town.assert_sound()


async def test_the_receipt_can_be_asked_for(api: Api):
    charge = await charged(api, 1_000)
    told = (await cancel(api, charge["id"]))["cancellation"]
    query = "query($id: ID!) { node(id: $id) { __typename ... on ChargeCancellation { amount receiptNumber } } }"
    shown = await api.ask(api.town.resident, query, id=told["id"])
    assert shown == {"__typename": "ChargeCancellation", "amount": 1_000, "receiptNumber": told["receiptNumber"]}
    stranger, _ = await api.town.new_resident()
    assert await api.ask(stranger, query, id=told["id"]) is None
    query = "query($id: ID!) { wallet(id: $id) { transactions(first: 1) { edges { node { kind amount receipt { id } } } } } }"
    [edge] = (await api.ask(api.town.resident, query, id=api.wallet()))["transactions"]["edges"]
    assert edge["node"] == {"kind": "CHARGE_CANCEL", "amount": -1_000, "receipt": {"id": told["id"]}}


async def test_only_what_is_unspent(api: Api):
    programme = await campaign(api, 1_000)
    charge = await charged(api, 10_000)
    await api.pay(1_500, excludeAssetIds=[])
    assert await api.balances() == {"COIN": 8_500, "BONUS": 1_000}, "the coin ends first"
    done = await cancel(api, charge["id"])
    assert (done["cancellation"]["amount"], done["charge"]["takenBackAmount"]) == (8_500, 8_500)
    assert done["cancellation"]["bonuses"] == [{"amount": 850, "asset": {"code": "BONUS"}}], (
        "1,500 stay, which earn 150"
    )
    assert (await api.balances(), await api.left(programme)) == ({"BONUS": 150}, 100_000 - 150)
    assert (await cancel(api, charge["id"]))["code"] == "ALREADY_REVERSED", "once, whatever was left"
    await api.town.assert_sound()


async def test_what_is_spent_of_a_bonus_must_have_been_earned(api: Api):
    programme = await campaign(api, capPerPerson=2_000)
    charge = await charged(api, 10_000)
    await api.pay(500, excludeAssetIds=[api.coin])
    done = await cancel(api, charge["id"])
    assert done["cancellation"]["amount"] == 7_500, "2,500 stay, which earned the 500 that are spent"
    assert done["cancellation"]["bonuses"] == [{"amount": 1_500, "asset": {"code": "BONUS"}}]
    assert (await api.balances(), await api.left(programme)) == ({"COIN": 2_500}, 100_000 - 500)
    assert (await charged(api, 10_000))["bonuses"] == [{"amount": 1_500}], "of the cap, 500 stay used"
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
    set_to = {"municipality": api.code, "minutes": 1_440}
    assert (await api.ask(api.town.finance, SET, input=set_to))["municipality"] == {"chargeCancelMinutes": 1_440}
    assert (await cancel(api, second, idempotencyKey=key))["code"] == "CANCEL_TOO_LATE", (
        "a refusal is final for its key"
    )
    assert (await cancel(api, second))["cancellation"]["amount"] == 200
    to_tokyo(moved, 0, 1)
    assert (await cancel(api, third))["code"] == "CANCEL_TOO_LATE", "another day"
    late = (await charged(api, 400))["id"]
    await api.ask(api.town.finance, SET, input={**set_to, "minutes": 0})
    assert (await cancel(api, late))["code"] == "CANCEL_TOO_LATE", "never"
    assert await api.balances() == {"COIN": 700}
    await api.town.assert_sound()


async def test_who_may_set_the_window(api: Api):
    asked = {"municipality": api.code, "minutes": 10}
    other = await new_town(api.services)
    for viewer in (api.town.desk, api.town.staff, api.town.resident, api.town.auditor, other.finance):
        assert (await api.ask(viewer, SET, input=asked))["code"] == "NOT_PERMITTED"
    for minutes in (-1, 1_441):
        wrong = await api.ask(api.town.finance, SET, input={**asked, "minutes": minutes})
        assert (wrong["field"], wrong["problem"]) == ("minutes", "MINUTES")
    await api.ask(api.town.finance, SET, input=asked)
    [row] = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'set_charge_cancellation'",
        api.town.id,
    )
    assert (row["before"], row["after"]) == ('{"minutes": 30}', '{"minutes": 10}')


async def test_by_the_same_counter_only(api: Api):
    at_shop = (await charged(api, 1_000, api.town.staff, storeId=api.store()))["id"]
    at_desk = (await charged(api, 2_000))["id"]
    _, elsewhere = await api.town.new_store(charge_agent=True)
    other = await new_town(api.services)
    for viewer in (api.town.desk, elsewhere, api.town.resident, api.town.finance, other.staff):
        assert (await cancel(api, at_shop, viewer))["code"] == "NOT_PERMITTED"
    for viewer in (api.town.staff, other.desk):
        assert (await cancel(api, at_desk, viewer))["code"] == "NOT_PERMITTED"
    assert await cash_of(api, api.town.store) == 1_000
    done = await cancel(api, at_shop, api.town.staff)
    assert (done["cancellation"]["amount"], done["cancellation"]["store"]) == (1_000, {"id": api.store()})
    assert (await cash_of(api, api.town.store), await cash_of(api, api.town.town.desk_id)) == (0, 2_000)
    await api.town.assert_sound()


async def test_what_is_no_charge(api: Api):
    charge = await charged(api, 1_000)
    paid = (await api.pay(100))["payment"]["id"]
    for unknown in (paid, "jrn_nonsense", api.wallet()):
        assert (await cancel(api, unknown))["code"] == "UNKNOWN_JOURNAL"
    done = (await cancel(api, charge["id"]))["cancellation"]["id"]
    assert (await cancel(api, done))["code"] == "UNKNOWN_JOURNAL", "a cancellation is not cancelled"
    await api.town.assert_sound()


async def test_a_frozen_wallet_a_late_request_and_a_closed_key(api: Api):
    charge = (await charged(api, 1_000))["id"]
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    assert (await cancel(api, charge))["code"] == "WALLET_FROZEN"
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    assert (await cancel(api, charge, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    closed = str(uuid4())
    abandon = (
        "mutation($input: AbandonInput!) { abandon(input: $input) { ... on AbandonSuccess { outcome { state } } } }"
    )
    asked = {"operation": "CANCEL_CHARGE", "idempotencyKey": closed}
    assert (await api.ask(api.town.desk, abandon, input=asked))["outcome"]["state"] == "ABANDONED"
    assert (await cancel(api, charge, idempotencyKey=closed))["code"] == "ABANDONED"
    assert await api.balances() == {"COIN": 1_000}
    await api.town.assert_sound()


async def test_once_however_often_it_is_asked_and_never_beside_a_reversal(api: Api):
    town = api.town
    charge, other = (await charged(api, 1_000))["id"], (await charged(api, 500))["id"]
    answers = await asyncio.gather(*[cancel(api, charge) for _ in range(10)])
    assert sorted(one.get("code", "") for one in answers) == ["", *["ALREADY_REVERSED"] * 9]
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
    assert (
        sum(
            isinstance(one, AlreadyReversedError) or (isinstance(one, dict) and one.get("code") == "ALREADY_REVERSED")
            for one in both
        )
        == 1
    )
    assert await api.balances() == {}
    await town.assert_sound()


async def test_payments_at_the_same_moment_lose_nothing(api: Api):
    programme = await campaign(api, 1_000)
    charge = (await charged(api, 10_000))["id"]
    paid = [api.pay(100) for _ in range(20)]
    answers = await asyncio.gather(*paid[:10], cancel(api, charge), *paid[10:])
    done = answers[10]
    spent = sum(one["payment"]["amount"] for one in answers if "payment" in one)
    left = await api.balances()
    assert 10_000 - done["cancellation"]["amount"] + 100_000 - await api.left(programme) == spent + sum(left.values())
    assert await cash_of(api, api.town.town.desk_id) == 10_000 - done["cancellation"]["amount"]
    await api.town.assert_sound()


@given(
    charge=st.integers(1, 10**6),
    rate=st.integers(1, 10_000),
    cap=st.integers(1, 10**6),
    spent=st.integers(0, 10**6),
    coin=st.integers(0, 10**6),
)
def test_never_more_bonus_than_the_rest_earns_and_never_more_than_is_there(
    charge: int, rate: int, cap: int, spent: int, coin: int
):
    bonus = min(charge * rate // 10_000, cap)
    earned = Earned(uuid4(), Portion(1, 1, bonus, None), rate)
    available = max(0, bonus - spent)
    amount = min(coin, charge - earned.must_remain(available))
    if amount <= 0:
        return
    withdrawn = bonus - earned.kept(charge - amount)
    assert 0 <= withdrawn <= available
    assert bonus - withdrawn <= (charge - amount) * rate // 10_000, "what stays was earned by what stays"
    if amount < coin and available < bonus:
        more = (charge - amount - 1) * rate // 10_000
        assert bonus - min(bonus, more) > available, "a yen more could not be withdrawn"
