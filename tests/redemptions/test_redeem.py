"""Claims and redemptions: both sides get events, each use counts once, and staff roll back once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows, transaction
from domain.events.stream import stream
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState, JournalKind
from domain.payments.hold import Authorize, authorize
from domain.stores.reads import STORES
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.town import new_town


async def test_an_item_is_handed_over_by_either_side_and_both_hear_of_it(api: CouponApi):
    coupon = await api.item_coupon(perPerson=2)
    first = (await api.redeem({"couponId": coupon}))["redemption"]
    by_staff = (await api.redeem({"couponId": coupon}, viewer=api.town.staff))["redemption"]
    redemption = {
        "amount": 0,
        "item": "COUPON",
        "itemCoupon": {"id": coupon},
        "store": {"id": api.store()},
        "allocations": [],
        "rolledBack": False,
    }
    names = "amount", "item", "itemCoupon.id", "store.id", "allocations", "rolledBack"
    assert picked(first, *names) == redemption
    third = await api.nothing_moved(api.redeem({"couponId": coupon}))
    assert (third["code"], third["reason"]) == ("COUPON_USED_UP", "PERSON_LIMIT")
    receipts = [{"receiptNumber": receipt["receiptNumber"], "item": "COUPON"} for receipt in (first, by_staff)]
    of_wallet = await events(api, "WalletPastEvents", api.wallet())
    of_store = await events(api, "StorePastEvents", api.store())
    assert [picked(event["redemption"], "receiptNumber", "item") for event in of_wallet] == receipts
    assert [picked(event["redemption"], "receiptNumber", "item") for event in of_store] == receipts
    assert {event["counterparty"]["kind"] for event in of_store} == {"CUSTOMER"}, "the store never learns who"
    await api.town.assert_sound()


async def events(api: CouponApi, operation: str, holder: str) -> list[Any]:
    """The events of a wallet or store, as the auditor sees them."""
    page = (await api.ask(api.town.auditor, operation, id=holder, first=100))["events"]
    return [edge["node"] for edge in page["edges"]]


async def test_a_live_stream_tells_the_store_at_once(api: CouponApi):
    coupon = await api.item_coupon()
    streams = [stream(api.services, api.town.id, holder, 0) for holder in (api.town.wallet, api.town.store)]
    await api.redeem({"couponId": coupon})
    for live in streams:
        row = await asyncio.wait_for(anext(live), 5)
        assert row.kind is JournalKind.REDEMPTION
        await live.aclose()


async def test_who_may_redeem_and_where(api: CouponApi):
    coupon = await api.item_coupon()
    stranger, _ = await api.town.new_resident()
    other_store, other_staff = await api.town.new_store()
    for viewer in (stranger, other_staff):
        assert (await api.nothing_moved(api.redeem({"couponId": coupon}, viewer=viewer)))["code"] == "UNKNOWN_WALLET"
    for viewer in (api.town.desk, api.town.finance, api.town.auditor):
        assert (await api.nothing_moved(api.redeem({"couponId": coupon}, viewer=viewer)))["code"] == "NOT_PERMITTED"
    elsewhere = await api.nothing_moved(api.redeem({"couponId": coupon}, payee={"storeId": api.store(other_store)}))
    assert (elsewhere["code"], elsewhere["reason"]) == ("COUPON_NOT_USABLE", "OTHER_SHOP")
    assert elsewhere["retry"] == "SAME_KEY"
    assert "お店は対象外" in elsewhere["message"]
    discount = await api.coupon()
    assert (await api.nothing_moved(api.redeem({"couponId": discount})))["reason"] == "NOT_FOR_HAND_OVER"
    assert (await api.nothing_moved(api.pay_with(100, coupon)))["reason"] == "NOT_FOR_PAYMENT"
    assert (await api.nothing_moved(api.redeem({"couponId": "cpn_nonsense"})))["code"] == "UNKNOWN_COUPON"
    assert (await api.nothing_moved(api.redeem({"voucherId": "lot_nonsense"})))["code"] == "UNKNOWN_ITEM"


async def test_keys_of_hand_overs_replay_mismatch_race_and_close(api: CouponApi):
    coupon, other = await api.item_coupon(), await api.item_coupon()
    key = str(uuid4())
    answers = await asyncio.gather(*[api.redeem({"couponId": coupon}, idempotencyKey=key) for _ in range(20)])
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 19
    assert len({answer["redemption"]["receiptNumber"] for answer in answers}) == 1
    assert (await api.nothing_moved(api.redeem({"couponId": other}, idempotencyKey=key)))["code"] == "KEY_REUSED"
    closed = str(uuid4())
    for operation, viewer in (
        ("REDEEM", api.town.resident),
        ("CLAIM_COUPON", api.town.resident),
        ("ROLLBACK_REDEMPTION", api.town.desk),
    ):
        request = {"operation": operation, "idempotencyKey": closed}
        assert (await api.ask(viewer, "Abandon", input=request))["outcome"]["state"] == "ABANDONED"
    assert (await api.nothing_moved(api.redeem({"couponId": coupon}, idempotencyKey=closed)))["code"] == "ABANDONED"
    assert (await api.nothing_moved(api.claim(coupon, idempotencyKey=closed)))["code"] == "ABANDONED"
    refusal = await api.nothing_moved(api.rollback(answers[0]["redemption"]["id"], idempotencyKey=closed))
    assert refusal["code"] == "ABANDONED"
    late = await api.redeem({"couponId": coupon}, validUntil=api.at(timedelta(seconds=-1)))
    assert late["code"] == "REQUEST_EXPIRED"


async def test_of_the_last_item_exactly_one_of_100_gets_it(api: CouponApi):
    coupon = await api.item_coupon(stock=1)
    people = [await api.town.new_resident() for _ in range(100)]
    answers = await asyncio.gather(*[api.redeem({"couponId": coupon}, wallet, viewer) for viewer, wallet in people])
    assert [answer["reason"] for answer in answers if "code" in answer] == ["STOCK_GONE"] * 99
    assert (await api.seen(coupon))["stockLeft"] == 0
    await api.town.assert_sound()


async def test_what_must_be_claimed_is_safe_once_claimed(api: CouponApi):
    """100 people claim the last three: the three who got one can use it at any time, and the others cannot."""
    coupon = await api.item_coupon(claimRequired=True, stock=3, perPerson=1)
    refusal = await api.nothing_moved(api.redeem({"couponId": coupon}))
    assert (refusal["code"], refusal["reason"]) == ("COUPON_NOT_USABLE", "NOT_CLAIMED")
    people = [await api.town.new_resident() for _ in range(100)]
    answers = await asyncio.gather(*[api.claim(coupon, wallet, viewer) for viewer, wallet in people])
    won = [index for index, answer in enumerate(answers) if "claim" in answer]
    assert len(won) == 3
    refusals = {(answer["code"], answer["reason"]) for answer in answers if "code" in answer}
    assert refusals == {("COUPON_USED_UP", "STOCK_GONE")}
    viewer, wallet = people[won[0]]
    assert (await api.claim(coupon, wallet, viewer))["reason"] == "PERSON_LIMIT"
    used = await api.redeem({"couponId": coupon}, wallet, viewer)
    assert "redemption" in used
    assert (await api.nothing_moved(api.redeem({"couponId": coupon}, wallet, viewer)))["reason"] == "PERSON_LIMIT"
    await api.rollback(used["redemption"]["id"])
    assert "redemption" in await api.redeem({"couponId": coupon}, wallet, viewer), "the claim is good for one use again"
    assert (await api.seen(coupon))["stockLeft"] == 0
    await api.town.assert_sound()


async def test_claims_by_the_desk_and_at_the_till_for_a_card(api: CouponApi):
    coupon = await api.item_coupon(claimRequired=True)
    card = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    assert "claim" in await api.claim(coupon, viewer=api.town.desk)
    request = {
        "idempotencyKey": str(uuid4()),
        "couponId": coupon,
        "wallet": {"code": card["receiveCode"]},
        "storeId": api.store(),
    }
    assert "claim" in await api.ask(api.town.staff, "ClaimCoupon", input=request)
    other_store, other_staff = await api.town.new_store()
    elsewhere = {**request, "idempotencyKey": str(uuid4()), "storeId": api.store(other_store)}
    refusal = await api.nothing_moved(api.ask(other_staff, "ClaimCoupon", input=elsewhere))
    assert (refusal["code"], refusal["reason"]) == ("COUPON_NOT_USABLE", "OTHER_SHOP")
    here = {**request, "idempotencyKey": str(uuid4())}
    assert (await api.nothing_moved(api.ask(other_staff, "ClaimCoupon", input=here)))["code"] == "NOT_PERMITTED"
    stranger, _ = await api.town.new_resident()
    assert (await api.nothing_moved(api.claim(coupon, viewer=stranger)))["code"] == "UNKNOWN_WALLET"
    claimed = await api.list(api.town.resident, claimed=True)
    assert [(edge["node"]["id"], edge["claimCount"]) for edge in claimed["edges"]] == [(coupon, 2)]
    assert (await api.list(stranger, claimed=True))["edges"] == []


async def test_keys_of_claims_replay_mismatch_and_race(api: CouponApi):
    coupon, other = await api.coupon(), await api.coupon()
    key = str(uuid4())
    answers = await asyncio.gather(*[api.claim(coupon, idempotencyKey=key) for _ in range(20)])
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 19
    assert (await api.nothing_moved(api.claim(other, idempotencyKey=key)))["code"] == "KEY_REUSED"
    again = await api.nothing_moved(api.claim(coupon))
    assert (again["code"], again["reason"]) == ("COUPON_USED_UP", "CLAIMED_ALREADY")
    assert (await api.nothing_moved(api.claim("cpn_nonsense")))["code"] == "UNKNOWN_COUPON"


async def test_a_frozen_wallet_and_a_closed_store(api: CouponApi):
    coupon = await api.item_coupon()
    for holder, codes in (
        (api.town.wallet, ("WALLET_FROZEN", "WALLET_FROZEN")),
        (api.town.store, ("STORE_NOT_ACCEPTING", None)),
    ):
        async with transaction():
            await set_state(api.town.id, holder, HolderState.FROZEN)
        assert (await api.redeem({"couponId": coupon}))["code"] == codes[0]
        assert (await api.claim(coupon)).get("code") == codes[1]
        async with transaction():
            await set_state(api.town.id, holder, HolderState.ACTIVE)
    await api.town.assert_sound()


async def ticket_town(api: CouponApi, kind: str = "GIFT_TICKET", **facts):
    """Give the wallet one lot of 3,000, which is one unit, and return the ids of asset and lot."""
    asset = await api.asset("TICKET", kind=kind, nameJa="お食事券", **{"minimumUnit": 3_000, **facts})
    programme = await api.programme(asset, 100_000)
    await api.grant(programme, 3_000)
    [(lot, amount)] = (await api.lots())["TICKET"].items()
    assert (lot[:4], amount) == ("lot_", 3_000)
    return asset, lot


@pytest.mark.parametrize(
    ("kind", "name", "other"), [("GIFT_TICKET", "ticketId", "voucherId"), ("VOUCHER", "voucherId", "ticketId")]
)
async def test_a_lot_of_one_unit_is_handed_over_whole(api: CouponApi, kind: str, name: str, other: str):
    _, lot = await ticket_town(api, kind)
    assert (await api.nothing_moved(api.redeem({other: lot})))["code"] == "UNKNOWN_ITEM"
    key = str(uuid4())
    answers = await asyncio.gather(*[api.redeem({name: lot}, idempotencyKey=key) for _ in range(5)])
    assert sum(not answer["replayed"] for answer in answers) == 1
    redemption = picked(answers[0]["redemption"], "amount", "allocations.amount")
    assert redemption == {"amount": 3_000, "allocations": [{"amount": 3_000}]}
    assert picked(answers[0]["balances"], "posted", "moved", "asset.code") == [
        {"posted": 0, "moved": -3_000, "asset": {"code": "TICKET"}}
    ]
    assert await api.owed() == 3_000
    assert (await api.nothing_moved(api.redeem({name: lot})))["code"] == "UNKNOWN_ITEM"
    await api.town.assert_sound()


async def test_value_moves_on_the_word_of_its_own_people_only(api: CouponApi):
    """A store's clerk who knows a wallet's id cannot take value from it."""
    _, lot = await ticket_town(api)
    stranger, their_wallet = await api.town.new_resident()
    for viewer in (api.town.staff, stranger):
        assert (await api.nothing_moved(api.redeem({"ticketId": lot}, viewer=viewer)))["code"] == "UNKNOWN_WALLET"
    assert (await api.nothing_moved(api.redeem({"ticketId": lot}, their_wallet, stranger)))["code"] == "UNKNOWN_ITEM"


async def test_value_under_the_same_rules_of_store_and_time_as_a_payment(api: CouponApi, moved: MovableClock):
    _, lot = await ticket_town(
        api, acceptance={"groups": ["inns"]}, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=1
    )
    refusal = await api.nothing_moved(api.redeem({"ticketId": lot}))
    assert (refusal["code"], refusal["reason"]) == ("ITEM_NOT_USABLE", "OTHER_SHOP")
    await rows(
        "update store set store_group = 'inns' where municipality_id = $1 and id = $2", api.town.id, api.town.store
    )
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    moved.forward(timedelta(days=40))
    ended = await api.nothing_moved(api.redeem({"ticketId": lot}))
    assert (ended["code"], ended["reason"]) == ("ITEM_NOT_USABLE", "ENDED")
    moved.forward(timedelta(days=-40))
    assert (await api.redeem({"ticketId": lot}))["redemption"]["amount"] == 3_000
    await api.town.assert_sound()


async def test_units_that_are_set_aside_are_not_handed_over(api: CouponApi):
    _, lot = await ticket_town(api, minimumUnit=100)
    town = api.town
    hold = Authorize(
        key=uuid4(),
        id=uuid4(),
        municipality=town.id,
        wallet_id=town.wallet,
        store_id=town.store,
        amount=100,
        expires_at=api.services.clock() + timedelta(hours=1),
    )
    await authorize(api.services, town.resident, hold)
    refusal = await api.nothing_moved(api.redeem({"ticketId": lot}, units=30))
    assert (refusal["code"], refusal["reason"]) == ("ITEM_NOT_USABLE", "SET_ASIDE")
    refusal = await api.nothing_moved(api.redeem({"ticketId": lot}, units=31))
    assert (refusal["code"], refusal["unitsLeft"]) == ("NOT_ENOUGH_UNITS", 29)
    assert (await api.redeem({"ticketId": lot}, units=29))["redemption"]["amount"] == 2_900
    await api.town.assert_sound()


async def test_staff_undo_a_hand_over_once(api: CouponApi):
    _, lot = await ticket_town(api)
    coupon = await api.item_coupon(stock=1, perPerson=1, perDay=1)
    value, item = await api.redeem({"ticketId": lot}), await api.redeem({"couponId": coupon})
    for viewer in (api.town.resident, api.town.staff, api.town.auditor):
        assert (await api.nothing_moved(api.rollback(value["redemption"]["id"], viewer)))["code"] == "NOT_PERMITTED"
    key = str(uuid4())
    answers = await asyncio.gather(*[api.rollback(value["redemption"]["id"], idempotencyKey=key) for _ in range(5)])
    assert sum(not answer["replayed"] for answer in answers) == 1
    rolled_back = {"id": value["redemption"]["id"], "rolledBack": True}
    assert picked(answers[0]["rollback"]["redemption"], *rolled_back) == rolled_back
    returned = [{"posted": 3_000, "moved": 3_000, "asset": {"code": "TICKET"}}]
    moved = [picked(answer["balances"], "posted", "moved", "asset.code") for answer in answers]
    assert moved == [returned] * 5
    assert (await api.lots())["TICKET"] == {lot: 3_000}
    assert await api.owed() == 0
    assert (await api.nothing_moved(api.rollback(item["redemption"]["id"], idempotencyKey=key)))["code"] == "KEY_REUSED"
    again = await api.nothing_moved(api.rollback(value["redemption"]["id"], api.town.finance))
    assert (again["code"], again["retry"]) == ("ALREADY_ROLLED_BACK", "NEVER")
    assert (await api.rollback(item["redemption"]["id"], api.town.finance, reason="NOT_HANDED_OVER"))["balances"] == []
    assert "redemption" in await api.redeem({"couponId": coupon}), "stock, person and day have theirs back"
    trail = await rows(
        "select actor, subject, reason from audit_entry where municipality_id = $1 and action = 'rollback_redemption' order by id",
        api.town.id,
    )
    assert [(row["actor"], row["reason"]) for row in trail][-1] == (api.town.finance.person_id, "NOT_HANDED_OVER")
    assert {row["actor"] for row in trail} == {api.town.desk.person_id, api.town.finance.person_id}
    await api.town.assert_sound()


async def test_only_hand_overs_of_the_own_municipality_are_undone(api: CouponApi):
    await api.charge(1_000)
    payment = (await api.pay(100))["payment"]
    item = await api.redeem({"couponId": await api.item_coupon()})
    other = await new_town(api.services)
    assert (await api.nothing_moved(api.rollback(item["redemption"]["id"], other.desk)))["code"] == "NOT_PERMITTED"
    for unknown in (payment["id"], "jrn_nonsense", item["redemption"]["id"].replace("jrn_", "pay_")):
        assert (await api.nothing_moved(api.rollback(unknown)))["code"] == "UNKNOWN_REDEMPTION"


async def test_hand_overs_are_in_node_outcome_and_history(api: CouponApi):
    _, lot = await ticket_town(api)
    key = str(uuid4())
    redemption = (await api.redeem({"ticketId": lot}, idempotencyKey=key))["redemption"]
    outcome = await api.ask(api.town.resident, "Outcome", operation="REDEEM", idempotencyKey=key)
    assert picked(outcome, "state", "receipt.__typename", "receipt.receiptNumber") == {
        "state": "SETTLED",
        "receipt": {"__typename": "Redemption", "receiptNumber": redemption["receiptNumber"]},
    }
    for viewer in (api.town.resident, api.town.staff, api.town.desk):
        receipt = await api.ask(viewer, "Receipt", id=redemption["id"])
        assert picked(receipt, "__typename", "item") == {"__typename": "Redemption", "item": "TICKET"}
    stranger, _ = await api.town.new_resident()
    assert await api.ask(stranger, "Receipt", id=redemption["id"]) is None
    history = (await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=1))["transactions"]
    [edge] = history["edges"]
    line = {"kind": "REDEMPTION", "amount": -3_000, "receipt": {"__typename": "Redemption"}}
    assert picked(edge["node"], "kind", "amount", "receipt.__typename") == line
