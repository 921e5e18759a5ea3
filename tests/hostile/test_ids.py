"""An id names one thing: clients' caches keep by it what they have read."""

from typing import Any

import pytest

from domain.identifiers import InvalidIdError, Prefix, decode, decode_lot, encode, encode_lot
from schema.core.context import Context
from schema.root import schema
from tests.support.api import Api
from tests.support.coupons import CouponApi
from tests.support.streamed import streamed
from tests.support.town import People
from tests.support.vouchers import VoucherApi

PAYMENT = "note explain pointGrants { amount } allocations { amount } wallet { id }"
WAYS = (
    "query($w: ID!, $p: ID!) { wallet(id: $w) { transactions(first: 1) { edges { node { receipt { ... on Payment { %s } } } } }"
    " events(first: 9) { edges { node { ... on PaymentSettled { payment { %s } } } } } } payment(id: $p) { %s }"
    " node(id: $p) { ... on Payment { %s } } }"
) % ((PAYMENT,) * 4)


async def lots_of(api: Api, viewer: Any, wallet: str) -> dict[str, dict[str, int]]:
    """What a wallet has of each lot, by the lot's id, by asset code."""
    answer = await api.ask(viewer, "Wallet", id=wallet)
    return {
        balance["asset"]["code"]: {lot["id"]: lot["amount"] for lot in balance["lots"]}
        for balance in answer["balances"]
    }


async def test_a_lot_of_two_wallets_has_an_id_in_each(api: Api):
    """Both were charged on one day, so both have value of one lot."""
    neighbour, theirs = await api.town.new_resident()
    await api.charge(1_000)
    await api.charge(300, theirs)
    own = (await lots_of(api, api.town.resident, api.wallet()))["COIN"]
    others = (await lots_of(api, neighbour, api.wallet(theirs)))["COIN"]
    assert (list(own.values()), list(others.values())) == ([1_000], [300])
    assert own.keys().isdisjoint(others)
    [(town, wallet, lot)], [other] = map(decode_lot, own), map(decode_lot, others)
    assert (town, wallet, lot) == (api.town.id, api.town.wallet, other[2])
    for viewer in (api.town.desk, api.town.auditor):
        assert (await lots_of(api, viewer, api.wallet()))["COIN"] == own, "the same to whoever may see it"


async def test_ids_of_before_are_still_read_and_those_of_other_wallets_are_not(town: People):
    vouchers, api = VoucherApi(town), CouponApi(town)
    product = await vouchers.product(code="V")
    await api.charge(15_000)
    for _ in range(2):
        await vouchers.buy(product)
    _, theirs = await town.new_resident()
    [lot] = (await lots_of(api, town.resident, api.wallet()))["V_1"]
    _, _, number = decode_lot(lot)
    answer = await api.nothing_moved(api.redeem({"voucherId": encode_lot(town.id, theirs, number)}, units=1))
    assert answer["code"] == "UNKNOWN_ITEM"
    before = encode(Prefix.LOT, town.id, number)
    assert decode_lot(before) == (town.id, None, number)
    redeemed = (await api.redeem({"voucherId": before}, units=1))["redemption"]["amount"]
    assert redeemed > 0
    assert (await lots_of(api, town.resident, api.wallet()))["V_1"] == {lot: 4_000 - redeemed}


async def test_a_lots_id_is_one_text_and_nothing_else(town: People):
    lot = encode_lot(town.id, town.wallet, 7)
    assert decode_lot(lot) == (town.id, town.wallet, 7)
    for text in ("", "lot_", lot[:-1], lot + "0", lot.upper(), "evt_" + lot[4:], "lot_" + "z" * 42):
        with pytest.raises(InvalidIdError):
            decode_lot(text)
    with pytest.raises(InvalidIdError):
        decode(lot)


async def test_a_payment_is_the_same_on_every_way_to_it(api: Api):
    """By its id, in the history and in the stream; what somebody may not see is null or empty on all of them."""
    await api.charge(1_000)
    payment = (await api.pay(700, note="薬"))["payment"]["id"]
    for viewer, note in ((api.town.resident, "薬"), (api.town.auditor, None)):
        context = Context(api.services, viewer, "ja", "trace")
        result = await schema.execute(WAYS, {"w": api.wallet(), "p": payment}, context)
        assert result.errors is None
        wallet = result.data["wallet"]
        shown = [
            wallet["transactions"]["edges"][0]["node"]["receipt"],
            wallet["events"]["edges"][-1]["node"]["payment"],
            result.data["payment"],
            result.data["node"],
        ]
        assert shown == [shown[0]] * 4
        assert (shown[0]["note"], len(shown[0]["explain"]), shown[0]["wallet"]) == (note, 1, {"id": api.wallet()})


@pytest.mark.parametrize(
    "stream",
    [
        'walletEvents(walletId: "wal_1") { eventId }',
        'storeEvents(storeId: "str_1") { eventId }',
        'paymentSettled(walletId: "wal_1") { __typename }',
        'bulkGrantProgress(id: "blk_1") { id }',
    ],
)
async def test_every_stream_asks_for_a_token_first(api: Api, stream: str):
    context = Context(api.services, None, "ja", "trace")
    source = streamed(f"subscription {{ {stream} }}", None, context)
    errors = [error async for item in source for error in item.errors or ()]
    assert [error.extensions["code"] for error in errors] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("lot", [2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1])
async def test_a_lot_that_no_column_holds_is_unknown(town: People, lot: int):
    api = CouponApi(town)
    answer = await api.nothing_moved(api.redeem({"voucherId": encode_lot(town.id, town.wallet, lot)}, units=1))
    assert answer["code"] == "UNKNOWN_ITEM"


@pytest.mark.parametrize("cursor", ["1.9999999999999999999", "9999999999999999999.1", f"7.{2**31}", f"7.{2**63}"])
async def test_a_place_in_a_history_is_read_though_no_column_holds_it(town: People, cursor: str):
    """History goes on behind the largest place that there can be."""
    api = VoucherApi(town)
    await api.charge(100)
    await api.pay(10)
    for holder, viewer, name in (("wallet", town.resident, api.wallet()), ("store", town.staff, api.store())):
        text = f"query($id: ID!, $after: String) {{ {holder}(id: $id) {{ transactions(first: 9, after: $after) {{ edges {{ cursor }} }} }} }}"
        page = await api.ask(viewer, text, id=name, after=cursor)
        assert [edge["cursor"] for edge in page["transactions"]["edges"]] != []
