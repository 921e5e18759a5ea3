"""What a shop's staff, another resident and a stranger learn of people.

That somebody paid so much with this or that, and no more.
"""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.api import Api
from tests.support.town import People
from tests.support.vouchers import VoucherApi

SHOP = (
    "query($id: ID!) { store(id: $id) { transactions(first: 50) { edges { node { kind amount counterparty { name kind store { id } } receipt { __typename id"
    " ... on Payment { amount wallet { id } note pointGrants { amount } refunds { pointClawbacks { amount } } } ... on Refund { amount pointClawbacks { amount } }"
    " } } } } events(first: 50) { edges { node { __typename ... on PaymentSettled { payment { wallet { id } note pointGrants { amount } } } } } } } }"
)
PAYMENT = "query($id: ID!) { payment(id: $id) { wallet { id } note pointGrants { amount } refunds { id pointClawbacks { amount } } } }"


@pytest.fixture
async def api(town: People) -> Api:
    return Api(town)


async def a_refund(api: Api) -> dict[str, Any]:
    """A payment that earned points, with a note, refunded."""
    points = await api.asset("POINT")
    await api.rule(await api.earning(points, 10_000), rateBp=1_000)
    await api.charge(5_000)
    paid = (await api.pay(1_000, note="母の薬"))["payment"]
    back = await api.refund(paid["id"], 500)
    assert back["refund"]["pointClawbacks"][0]["amount"] == 50, "the payer sees it"
    return paid


async def test_a_shop_learns_nothing_of_its_customers(api: Api):
    paid = await a_refund(api)
    seen = await api.ask(api.town.staff, SHOP, id=api.store())
    told = str(seen)
    assert "母の薬" not in told
    for secret in (api.wallet(), str(api.town.resident.person_id), api.town.resident.person_id.hex):
        assert secret not in told
    [payment] = [one["node"]["receipt"] for one in seen["transactions"]["edges"] if one["node"]["kind"] == "PAYMENT"]
    assert (payment["wallet"], payment["note"], payment["pointGrants"]) == (None, None, None)
    assert [one["pointClawbacks"] for one in payment["refunds"]] == [None]
    [refund] = [one["node"]["receipt"] for one in seen["transactions"]["edges"] if one["node"]["kind"] == "REFUND"]
    assert (refund["amount"], refund["pointClawbacks"]) == (500, None)
    assert {one["node"]["counterparty"]["kind"] for one in seen["transactions"]["edges"]} == {"CUSTOMER"}
    looked = await api.ask(api.town.staff, PAYMENT, id=paid["id"])
    assert (looked["wallet"], looked["note"], looked["pointGrants"], looked["refunds"][0]["pointClawbacks"]) == (
        None,
        None,
        None,
        None,
    )


async def test_payer_and_town_see_the_points_that_came_back(api: Api):
    paid = await a_refund(api)
    for viewer in (api.town.resident, api.town.desk):
        looked = await api.ask(viewer, PAYMENT, id=paid["id"])
        assert looked["refunds"][0]["pointClawbacks"] == [{"amount": 50}]
    neighbour, _ = await api.town.new_resident()
    assert await api.ask(neighbour, PAYMENT, id=paid["id"]) is None


async def test_a_bonus_is_told_to_its_wallet_and_to_counters_only(api: Api):
    """It depends on what the desk has verified of the person."""
    from tests.support.api import QUOTE_CHARGE

    await api.bonus(await api.asset("BONUS"), 10_000, 1_000)
    given = {"wallet": {"walletId": api.wallet()}, "assetId": api.coin, "amount": 1_000}
    code = (await api.ask(api.town.resident, "query($id: ID!) { wallet(id: $id) { receiveCode } }", id=api.wallet()))[
        "receiveCode"
    ]
    neighbour, _ = await api.town.new_resident()
    _, agent = await api.town.new_store(charge_agent=True)
    _, shop = await api.town.new_store()
    for viewer in (api.town.resident, api.town.desk, agent):
        assert (await api.ask(viewer, QUOTE_CHARGE, input=given))["quote"]["bonuses"][0]["amount"] == 100
    for viewer in (neighbour, shop):
        assert (await api.ask(viewer, QUOTE_CHARGE, input=given))["code"] == "UNKNOWN_WALLET"
        assert (await api.ask(viewer, QUOTE_CHARGE, input={**given, "wallet": {"code": code}}))[
            "code"
        ] == "UNKNOWN_WALLET"


async def test_who_gave_and_who_opened_a_gift_stays_between_them(town: People):
    api = VoucherApi(town)
    product = await api.product()
    await api.charge(5_000)
    bought = (await api.buy(product, gift=True))["purchase"]
    friend, theirs = await town.new_resident()
    await api.activate(bought["gift"]["id"], await api.numbers(bought["gift"]["id"]), friend, theirs)
    history = (
        "query($id: ID!) { wallet(id: $id) { transactions(first: 50) { edges { node { kind counterparty { name kind } receipt { id __typename"
        " ... on VoucherPurchase { gift { id used } store { id } } ... on GiftActivation { product { id } allocations { amount } } } } } }"
        " events(first: 50) { edges { node { __typename eventId ... on Movements { counterparty { name } } } } } } }"
    )
    of_friend = str(await api.ask(friend, history, id=api.wallet(theirs)))
    of_buyer = str(await api.ask(town.resident, history, id=api.wallet()))
    for text, other, wallet in ((of_friend, town.resident, town.wallet), (of_buyer, friend, theirs)):
        assert other.person_id.hex not in text
        assert str(other.person_id) not in text
        assert api.wallet(wallet) not in text
    assert bought["id"] not in of_friend
    look = "query($id: ID!) { node(id: $id) { id } }"
    assert await api.ask(friend, look, id=bought["id"]) is None, (
        "the purchase has the gift's key, and is the buyer's alone"
    )
    assert await api.ask(friend, look, id=bought["gift"]["id"]) is None
    assert await api.ask(town.staff, look, id=bought["gift"]["id"]) is None


async def test_pages_of_shops_go_on_behind_a_shop_and_nothing_else(town: People):
    api = VoucherApi(town)
    for _ in range(3):
        await town.new_store()
    product = await api.product()
    document = (
        "query($id: ID!, $after: String, $first: Int! = 2) { voucherProduct(id: $id) { subVouchers { eligibleStores(first: $first, after: $after) {"
        " totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } } }"
    )
    page = (await api.ask(None, document, id=product))["subVouchers"][0]["eligibleStores"]
    rest = (await api.ask(None, document, id=product, after=page["pageInfo"]["endCursor"]))["subVouchers"][0][
        "eligibleStores"
    ]
    ids = [one["node"]["id"] for one in (*page["edges"], *rest["edges"])]
    assert (len(ids), len(set(ids)), rest["pageInfo"]["hasNextPage"]) == (4, 4, False)
    from schema.core.context import Context
    from schema.engine.execute import execute

    for variables in (
        {"after": "mer_x"},
        {"after": ""},
        {"after": api.wallet()},
        {"first": 101},
        {"first": -1},
        {"after": api.store(uuid4())},
    ):
        result = await execute(document, {"id": product, **variables}, Context(api.services, None, "ja", "t"), None)
        assert [error.extensions["code"] for error in result.errors or ()] != [], variables
        assert {error.extensions["code"] for error in result.errors or ()} == {"BAD_USER_INPUT"}
