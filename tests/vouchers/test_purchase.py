"""Purchases of vouchers: the moves, the limits, and attempts that are refused."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.database import rows, transaction
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from domain.residents.join import open_wallet
from domain.viewer import Viewer
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.town import new_town
from tests.support.vouchers import VoucherApi, books, record_claim


async def test_a_thousand_buyers_of_a_hundred_units(api: VoucherApi):
    product = await api.product(stock=100, unitsPerPerson=1)
    buyers = [await api.town.new_resident() for _ in range(1_000)]
    for number in range(0, 1_000, 50):
        await asyncio.gather(*[api.town.charge(5_000, wallet) for _, wallet in buyers[number : number + 50]])

    async def buy(viewer: Viewer, wallet: UUID) -> Any:
        """Buy as an app does: send the same key again while the server is busy."""
        key = str(uuid4())
        while (answer := await api.buy(product, 1, viewer, wallet, idempotencyKey=key)).get("code") == "BUSY":
            assert answer["retry"] == "SAME_KEY"
        return answer

    answers = await asyncio.gather(*[buy(viewer, wallet) for viewer, wallet in buyers])
    purchases = [answer["purchase"] for answer in answers if "purchase" in answer]
    refusals = {(answer["code"], answer["unitsLeft"], answer["retry"]) for answer in answers if "code" in answer}
    assert (len(purchases), refusals) == (100, {("SOLD_OUT", 0, "NEW_KEY")})
    assert len({purchase["receiptNumber"] for purchase in purchases}) == 100
    assert (await api.seen(product))["stockLeft"] == 0
    assert (await books(api))["WALLET", "COIN"] == 900 * 5_000
    await api.town.assert_sound()


async def test_where_the_money_is(api: VoucherApi):
    """Ten units with a declared budget from approval to closing, account by account."""
    budget = await api.budget(20_000)
    fund = next(name for kind, name in await books(api) if kind == "BUDGET")
    product = await api.product(code="V", fundingProgrammeId=budget)
    await api.charge(20_000)
    assert await api.left(budget) == 20_000 - 10 * 1_500
    answer = await api.buy(product, 2)
    purchase = answer["purchase"]
    assert purchase["amount"] == 10_000
    assert (purchase["faceValue"], purchase["units"], purchase["gift"]) == (13_000, 2, None)
    moved = {balance["asset"]["code"]: (balance["moved"], balance["posted"]) for balance in answer["balances"]}
    assert moved == {"V_1": (4_000, 4_000), "V_2": (9_000, 9_000), "COIN": (-10_000, 10_000)}
    assert picked(purchase["paidFrom"], "asset.code", "amount") == [{"asset": {"code": "COIN"}, "amount": 10_000}]
    assert await books(api) == {
        ("WALLET", "COIN"): 10_000,
        ("ISSUANCE", "COIN"): -10_000,
        ("WALLET", "V_1"): 4_000,
        ("WALLET", "V_2"): 9_000,
        ("BUDGET", "V_1"): 16_000,
        ("BUDGET", "V_2"): 36_000,
        ("ISSUANCE", "V_1"): -20_000,
        ("ISSUANCE", "V_2"): -45_000,
        ("BUDGET", fund): 17_000,
        ("ISSUANCE", fund): -17_000,
        ("CASH", "JPY"): 20_000,
        ("ISSUANCE", "JPY"): -20_000,
    }
    closed = await api.close(product)
    assert (closed["returned"], closed["product"]["state"]) == (8 * 1_500, "CLOSED")
    assert await api.left(budget) == 17_000
    assert {key: value for key, value in (await books(api)).items() if key[1].startswith("V")} == {
        ("WALLET", "V_1"): 4_000,
        ("WALLET", "V_2"): 9_000,
        ("ISSUANCE", "V_1"): -4_000,
        ("ISSUANCE", "V_2"): -9_000,
    }
    assert (await api.buy(product))["code"] == "VOUCHER_NOT_ON_SALE"
    assert (await api.pay(6_000))["payment"]["amount"] == 6_000, "what was bought stays good"
    await api.town.assert_sound()


async def test_cash_over_a_counter_is_counted_in_the_collectors_box(api: VoucherApi):
    product = await api.product(code="V")
    desk = await api.sell(product, 1)
    assert {balance["asset"]["code"]: balance["posted"] for balance in desk["balances"]} == {"V_1": 2_000, "V_2": 4_500}
    assert (desk["purchase"]["paidFrom"], desk["purchase"]["store"]) == ([], None)
    agent = await api.sell(product, 2, api.town.staff, storeId=api.store())
    assert agent["purchase"]["store"]["id"] == api.store()
    accounts = await books(api)
    assert (accounts["CASH", "JPY"], accounts["ISSUANCE", "JPY"]) == (15_000, -15_000)
    assert ("WALLET", "COIN") not in accounts
    store = await api.ask(api.town.staff, "StoreBalances", id=api.store())
    assert picked(store["balances"], "posted", "asset.code") == [{"posted": 10_000, "asset": {"code": "JPY"}}]
    other_store, other_staff = await api.town.new_store()
    for viewer, facts in (
        (api.town.staff, {}),
        (other_staff, {"storeId": api.store()}),
        (other_staff, {"storeId": api.store(other_store)}),
    ):
        assert (await api.sell(product, 1, viewer, **facts))["code"] == "NOT_PERMITTED"
    assert await books(api) == accounts
    await api.town.assert_sound()


async def test_a_receive_code_of_a_card_gets_vouchers_too(api: VoucherApi):
    product = await api.product(code="V")
    code = (await api.ask(api.town.resident, "Wallet", id=api.wallet()))["receiveCode"]
    request = {"idempotencyKey": str(uuid4()), "wallet": {"code": code}, "productId": product, "units": 1}
    assert (await api.ask(api.town.desk, "SellVoucher", input=request))["purchase"]["units"] == 1
    request |= {"wallet": {"code": "nonsense"}}
    assert (await api.ask(api.town.desk, "SellVoucher", input=request))["code"] == "INVALID_CODE"
    assert await api.balances() == {"V_1": 2_000, "V_2": 4_500}


async def test_units_per_person_count_over_wallets_counters_and_races(api: VoucherApi):
    product = await api.product(unitsPerPerson=3)
    async with transaction():
        card = await open_wallet(api.town.id, api.town.resident.person_id, api.services.clock(), api.services.ids)
    await api.charge(50_000)
    answers = await asyncio.gather(
        *[api.buy(product) for _ in range(4)], *[api.sell(product, 1, wallet=card) for _ in range(4)]
    )
    refusals = [(answer["code"], answer["unitsLeft"]) for answer in answers if "code" in answer]
    assert refusals == [("UNITS_EXCEEDED", 0)] * 5
    seen = await api.seen(product, api.town.resident)
    assert (seen["stockLeft"], seen["unitsLeftForViewer"]) == (7, 0)
    assert (await api.seen(product))["unitsLeftForViewer"] is None
    neighbour, _ = await api.town.new_resident()
    assert (await api.seen(product, neighbour))["unitsLeftForViewer"] == 3
    await api.town.assert_sound()


async def test_units_per_household_count_over_people(api: VoucherApi):
    product = await api.product(unitsPerPerson=3, unitsPerHousehold=4)
    partner, their_wallet = await api.town.new_resident()
    stranger, other_wallet = await api.town.new_resident()
    for wallet in (api.town.wallet, their_wallet, other_wallet):
        await api.charge(50_000, wallet)
    unverified = await api.buy(product)
    assert (unverified["code"], unverified["reason"]) == ("NOT_ELIGIBLE", "UNVERIFIED")
    await record_claim(api, api.town.wallet, householdCode="0001234")
    await record_claim(api, their_wallet, householdCode="0001234")
    await record_claim(api, other_wallet, householdCode="0005678")
    assert (await api.buy(product, 3))["purchase"]["units"] == 3
    refusal = await api.buy(product, 2, partner, their_wallet)
    assert (refusal["code"], refusal["unitsLeft"]) == ("UNITS_EXCEEDED", 1)
    assert (await api.seen(product, partner))["unitsLeftForViewer"] == 1
    assert (await api.buy(product, 1, partner, their_wallet))["purchase"]["units"] == 1
    assert (await api.buy(product, 3, stranger, other_wallet))["purchase"]["units"] == 3
    assert "0001234" not in str(
        await rows("select household::text from person_claim where municipality_id = $1", api.town.id)
    )
    await api.town.assert_sound()


async def test_keys_replay_mismatch_race_and_close(api: VoucherApi, moved: MovableClock):
    product = await api.product()
    await api.charge(50_000)
    key = str(uuid4())
    answers = await asyncio.gather(*[api.buy(product, 1, idempotencyKey=key) for _ in range(6)])
    assert sorted(answer["replayed"] for answer in answers) == [False, *[True] * 5]
    assert len({answer["purchase"]["id"] for answer in answers}) == 1
    first = next(answer for answer in answers if not answer["replayed"])
    for changed in ({"units": 2}, {"gift": True}):
        assert (await api.buy(product, **{"units": 1, "idempotencyKey": key, **changed}))["code"] == "KEY_REUSED"
    closed = str(uuid4())
    for viewer, operation in (
        (api.town.resident, "PURCHASE_VOUCHER"),
        (api.town.desk, "SELL_VOUCHER"),
        (api.town.resident, "ACTIVATE_GIFT"),
    ):
        request = {"operation": operation, "idempotencyKey": closed}
        assert (await api.ask(viewer, "Abandon", input=request))["outcome"]["state"] == "ABANDONED"
    assert (await api.buy(product, idempotencyKey=closed))["code"] == "ABANDONED"
    assert (await api.sell(product, idempotencyKey=closed))["code"] == "ABANDONED"
    late = await api.buy(product, validUntil=api.at(timedelta(seconds=-1)))
    assert late["code"] == "REQUEST_EXPIRED"
    moved.forward(timedelta(days=100))
    again = await api.buy(product, idempotencyKey=key)
    assert (again["replayed"], again["purchase"]) == (True, first["purchase"]), "also when all is over"
    assert (await api.seen(product))["stockLeft"] == 9
    await api.town.assert_sound()


async def test_who_may_buy_when_and_with_what(api: VoucherApi, moved: MovableClock):
    opens = timedelta(days=2)
    product = await api.product(
        saleStartsAt=api.at(opens), saleEndsAt=api.at(timedelta(days=3)), usableFrom=api.at(opens)
    )
    await api.charge(10_000)
    assert (await api.seen(product))["state"] == "SCHEDULED"
    early = await api.buy(product)
    assert (early["code"], early["retry"]) == ("VOUCHER_NOT_ON_SALE", "SAME_KEY")
    moved.forward(opens + timedelta(seconds=5))
    assert (await api.seen(product))["state"] == "ON_SALE"
    short = await api.buy(product, 3)
    assert (short["code"], short["available"]) == ("INSUFFICIENT_BALANCE", 10_000)
    stranger, _ = await api.town.new_resident()
    assert (await api.buy(product, 1, stranger))["code"] == "UNKNOWN_WALLET"
    assert (await api.buy(product, 1, api.town.staff))["code"] == "NOT_PERMITTED"
    for units in (0, -1, 2_000_000_000):
        wrong = await api.buy(product, units)
        assert (wrong["code"], wrong["field"], wrong["problem"]) == ("INVALID_INPUT", "units", "POSITIVE")
    assert (await api.buy("vpr_nonsense"))["code"] == "UNKNOWN_VOUCHER"
    assert (await api.buy(product, walletId="wal_nonsense"))["code"] == "UNKNOWN_WALLET"
    other = VoucherApi(await new_town(api.services))
    assert (await api.buy(await other.product()))["code"] == "UNKNOWN_VOUCHER"
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    assert (await api.buy(product))["code"] == "WALLET_FROZEN"
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    moved.forward(timedelta(days=1))
    assert (await api.seen(product))["state"] == "CLOSED"
    assert (await api.buy(product))["code"] == "VOUCHER_NOT_ON_SALE"
    assert await api.balances() == {"COIN": 10_000}
    assert (await api.seen(product))["stockLeft"] == 10
    await api.town.assert_sound()


async def test_conditions_on_people(api: VoucherApi):
    product = await api.product(eligibility={"residentsOnly": True, "ageFrom": 18})
    await api.charge(10_000)
    assert (await api.buy(product))["reason"] == "UNVERIFIED"
    year = api.services.clock().year
    await record_claim(api, api.town.wallet, birthYear=year - 17)
    assert (await api.buy(product))["reason"] == "AGE"
    assert (await api.sell(product))["reason"] == "AGE"
    await record_claim(api, api.town.wallet, birthYear=year - 18)
    assert (await api.buy(product))["purchase"]["units"] == 1
    await api.town.assert_sound()


async def test_points_do_not_buy_vouchers(api: VoucherApi):
    product = await api.product()
    points = await api.asset("POINT")
    await api.grant(await api.programme(points, 10_000), 10_000)
    refusal = await api.buy(product)
    assert (refusal["code"], refusal["available"]) == ("INSUFFICIENT_BALANCE", 0)


@pytest.mark.parametrize(
    ("day", "hour", "spent"), [(0, 12, True), (0, 9, False), (0, 17, False), (1, 12, False), (5, 16, True)]
)
async def test_vouchers_are_used_on_their_days_and_hours(
    api: VoucherApi, moved: MovableClock, day: int, hour: int, spent: bool
):
    """Monday and Saturday, from 10:00 to 17:00 in Tokyo."""
    hours = {"weekdays": ["MONDAY", "SATURDAY"], "fromTime": "10:00", "untilTime": "17:00"}
    product = await api.product(usableHours=hours)
    assert (await api.seen(product))["usableHours"] == hours
    assert (await api.sell(product))["purchase"]["units"] == 1
    here = api.services.clock() + timedelta(hours=9)
    monday = (here + timedelta(days=7 - here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    moved.forward(monday + timedelta(days=day, hours=hour, seconds=30) - here)
    quoted, paid = await api.quote(1_000), await api.pay(1_000)
    if spent:
        assert paid["payment"]["amount"] == 1_000
        assert quoted["quote"]["allocations"] == paid["payment"]["allocations"]
    else:
        assert (quoted["code"], paid["code"], paid["available"]) == ("INSUFFICIENT_BALANCE", "INSUFFICIENT_BALANCE", 0)
    await api.town.assert_sound()


async def test_a_purchase_is_in_the_history_the_stream_and_the_receipts(api: VoucherApi):
    product = await api.product(code="V")
    await api.charge(5_000)
    purchase = (await api.buy(product))["purchase"]
    history = (await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=3))["transactions"]
    lines = [edge["node"] for edge in history["edges"]]
    assert {(line["kind"], line["asset"]["code"], line["amount"]) for line in lines} == {
        ("VOUCHER_PURCHASE", "V_1", 2_000),
        ("VOUCHER_PURCHASE", "V_2", 4_500),
        ("VOUCHER_PURCHASE", "COIN", -5_000),
    }
    assert {(line["counterparty"]["kind"], line["counterparty"]["name"]) for line in lines} == {("TOWN", "商品券")}
    receipt = {"__typename": "VoucherPurchase", "id": purchase["id"], "amount": 5_000}
    assert [picked(line["receipt"], *receipt) for line in lines] == [receipt] * 3
    events = (await api.ask(api.town.resident, "WalletPastEvents", id=api.wallet(), first=9))["events"]
    [event] = [edge["node"] for edge in events["edges"] if edge["node"]["__typename"] == "VoucherPurchased"]
    assert event["amount"] == -5_000, "the coin that paid; the vouchers that came are in `balances`"
    assert picked(event["purchase"], "units", "product.id") == {"units": 1, "product": {"id": product}}
    assert (await api.ask(api.town.resident, "Node", id=purchase["id"]))["__typename"] == "VoucherPurchase"
    assert (await api.ask(api.town.resident, "Node", id=product))["__typename"] == "VoucherProduct"
    stranger, _ = await api.town.new_resident()
    assert await api.ask(stranger, "Node", id=purchase["id"]) is None
    key = str(uuid4())
    await api.buy(product, idempotencyKey=key)
    outcome = await api.ask(api.town.resident, "Outcome", operation="PURCHASE_VOUCHER", idempotencyKey=key)
    assert (outcome["state"], outcome["refusal"]["code"]) == ("REFUSED", "INSUFFICIENT_BALANCE")


async def test_vouchers_in_denominations_give_no_change(api: VoucherApi):
    """Fixed denominations: a set of thirteen 500-yen vouchers; what is left over comes from coin."""
    product = await api.product(
        code="V", subVouchers=[{"nameJa": "券", "nameEn": "V", "faceValue": 6_500, "minimumUnit": 500, "free": False}]
    )
    await api.charge(10_000)
    await api.buy(product)
    payment = (await api.pay(1_234))["payment"]
    parts = [{"asset": {"code": "V_1"}, "amount": 1_000}, {"asset": {"code": "COIN"}, "amount": 234}]
    assert picked(payment["allocations"], "asset.code", "amount") == parts
    refunded = await api.refund(payment["id"], 1_234, reason="CANCELLED")
    assert refunded["payment"]["refundable"] == 0
    assert await api.balances() == {"COIN": 5_000, "V_1": 6_500}
    await api.town.assert_sound()
