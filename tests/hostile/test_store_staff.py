"""What a store's staff, another resident and a stranger learn of people.

That somebody paid so much with this or that, and no more.
"""

from typing import Any
from uuid import uuid4

from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.api import Api
from tests.support.town import People
from tests.support.vouchers import VoucherApi

STORE = (
    "query($id: ID!) { store(id: $id) { transactions(first: 50) { edges { node { kind amount counterparty { name kind store { id } } receipt { __typename id"
    " ... on Payment { amount wallet { id } note pointGrants { amount } refunds { pointClawbacks { amount } } } ... on Refund { amount pointClawbacks { amount } }"
    " } } } } events(first: 50) { edges { node { __typename ... on PaymentSettled { payment { wallet { id } note pointGrants { amount } } } } } } } }"
)
PAYMENT = "query($id: ID!) { payment(id: $id) { wallet { id } note pointGrants { amount } refunds { id pointClawbacks { amount } } } }"


async def a_refund(api: Api) -> dict[str, Any]:
    """A payment that earned points, with a note, refunded."""
    points = await api.asset("POINT")
    await api.rule(await api.earning(points, 10_000), rateBp=1_000)
    await api.charge(5_000)
    payment = (await api.pay(1_000, note="母の薬"))["payment"]
    refund = (await api.refund(payment["id"], 500))["refund"]
    assert refund["pointClawbacks"][0]["amount"] == 50, "the payer sees it"
    return payment


async def test_a_store_learns_nothing_of_its_customers(api: Api):
    refunded = await a_refund(api)
    store = await api.ask(api.town.staff, STORE, id=api.store())
    for secret in ("母の薬", api.wallet(), str(api.town.resident.person_id), api.town.resident.person_id.hex):
        assert secret not in str(store)
    lines = [edge["node"] for edge in store["transactions"]["edges"]]
    [payment] = [line["receipt"] for line in lines if line["kind"] == "PAYMENT"]
    assert (payment["wallet"], payment["note"], payment["pointGrants"]) == (None, None, None)
    assert [refund["pointClawbacks"] for refund in payment["refunds"]] == [None]
    [refund] = [line["receipt"] for line in lines if line["kind"] == "REFUND"]
    assert (refund["amount"], refund["pointClawbacks"]) == (500, None)
    assert {line["counterparty"]["kind"] for line in lines} == {"CUSTOMER"}
    payment = await api.ask(api.town.staff, PAYMENT, id=refunded["id"])
    assert (payment["wallet"], payment["note"], payment["pointGrants"]) == (None, None, None)
    assert payment["refunds"][0]["pointClawbacks"] is None


async def test_payer_and_town_see_the_points_that_came_back(api: Api):
    refunded = await a_refund(api)
    for viewer in (api.town.resident, api.town.desk):
        payment = await api.ask(viewer, PAYMENT, id=refunded["id"])
        assert payment["refunds"][0]["pointClawbacks"] == [{"amount": 50}]
    neighbour, _ = await api.town.new_resident()
    assert await api.ask(neighbour, PAYMENT, id=refunded["id"]) is None


async def test_a_bonus_is_told_to_its_wallet_and_to_the_desk_only(api: Api):
    """It depends on what the desk has verified of the person, and on what they have."""
    await api.bonus(await api.asset("BONUS"), 10_000, 1_000)
    charge = {"wallet": {"walletId": api.wallet()}, "assetId": api.coin, "amount": 1_000}
    code = (await api.ask(api.town.resident, "Wallet", id=api.wallet()))["receiveCode"]
    neighbour, _ = await api.town.new_resident()
    _, agent = await api.town.new_store(charge_agent=True)
    _, store_staff = await api.town.new_store()
    for viewer in (api.town.resident, api.town.desk):
        assert (await api.ask(viewer, "QuoteCharge", input=charge))["quote"]["bonuses"][0]["amount"] == 100
    quote = (await api.ask(agent, "QuoteCharge", input=charge))["quote"]
    assert (quote["amount"], quote["bonuses"]) == (1_000, [])
    for viewer in (neighbour, store_staff):
        for wallet in (charge["wallet"], {"code": code}):
            answer = await api.ask(viewer, "QuoteCharge", input={**charge, "wallet": wallet})
            assert answer["code"] == "UNKNOWN_WALLET"


async def test_the_desk_follows_its_own_proposal_by_id_and_no_other(api: Api):
    """Approvals are for finance officers and auditors; who proposed one follows it too."""
    programme = await api.programme(await api.asset("POINT"), 1_000)
    proposal = {"programmeId": programme, "walletId": api.wallet(), "amount": 5}
    ids = [
        (await api.ask(viewer, "ProposeGrant", input={"idempotencyKey": str(uuid4()), **proposal}))["proposal"][
            "approval"
        ]["id"]
        for viewer in (api.town.desk, api.town.finance)
    ]
    for text in ("query($id: ID!) { node(id: $id) { id } }", "query($id: ID!) { nodes(ids: [$id]) { id } }"):
        seen = {
            who: [str(await api.ask(viewer, text, id=proposal_id)).count(proposal_id) for proposal_id in ids]
            for who, viewer in {"desk": api.town.desk, "auditor": api.town.auditor, "staff": api.town.staff}.items()
        }
        assert seen == {"desk": [1, 0], "auditor": [1, 1], "staff": [0, 0]}


async def test_who_gave_and_who_opened_a_gift_stays_between_them(town: People):
    api = VoucherApi(town)
    product = await api.product()
    await api.charge(5_000)
    purchase = (await api.buy(product, gift=True))["purchase"]
    gift = purchase["gift"]["id"]
    friend, theirs = await town.new_resident()
    await api.activate(gift, await api.numbers(gift), friend, theirs)
    history = (
        "query($id: ID!) { wallet(id: $id) { transactions(first: 50) { edges { node { kind counterparty { name kind } receipt { id __typename"
        " ... on VoucherPurchase { gift { id used } store { id } } ... on GiftActivation { product { id } allocations { amount } } } } } }"
        " events(first: 50) { edges { node { __typename eventId counterparty { name } } } } } }"
    )
    of_friend = str(await api.ask(friend, history, id=api.wallet(theirs)))
    of_buyer = str(await api.ask(town.resident, history, id=api.wallet()))
    for text, other, wallet in ((of_friend, town.resident, town.wallet), (of_buyer, friend, theirs)):
        assert other.person_id.hex not in text
        assert str(other.person_id) not in text
        assert api.wallet(wallet) not in text
    assert purchase["id"] not in of_friend
    assert await api.ask(friend, "Node", id=purchase["id"]) is None, (
        "the purchase has the gift's key, and is the buyer's alone"
    )
    assert await api.ask(friend, "Node", id=gift) is None
    assert await api.ask(town.staff, "Node", id=gift) is None


async def test_pages_of_stores_go_on_behind_a_store_and_nothing_else(town: People):
    api = VoucherApi(town)
    for _ in range(3):
        await town.new_store()
    product = await api.product()
    first_two = {"productId": product, "first": 2}
    page = (await api.ask(None, "EligibleStores", **first_two))["subVouchers"][0]["eligibleStores"]
    rest = await api.ask(None, "EligibleStores", **first_two, after=page["pageInfo"]["endCursor"])
    rest = rest["subVouchers"][0]["eligibleStores"]
    ids = [edge["node"]["id"] for edge in (*page["edges"], *rest["edges"])]
    assert (len(ids), len(set(ids)), rest["pageInfo"]["hasNextPage"]) == (4, 4, False)
    for variables in (
        {"after": "str_x"},
        {"after": "mer_x"},
        {"after": ""},
        {"after": api.wallet()},
        {"first": 101},
        {"first": -1},
        {"after": api.store(uuid4())},
    ):
        page_of = {**first_two, **variables}
        result = await execute(document("EligibleStores"), page_of, Context(api.services, None, "ja", "t"), None)
        assert [error.extensions["code"] for error in result.errors or ()] != [], variables
        assert {error.extensions["code"] for error in result.errors or ()} == {"BAD_USER_INPUT"}
