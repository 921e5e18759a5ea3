"""The amount of an event: what its journal did, with a sign; what comes with it is a movement of its own."""

from typing import Any
from uuid import UUID

from tests.support.api import Api
from tests.support.lifecycle import cancel, charged
from tests.support.officers import Officers
from tests.support.reversals import reverse
from tests.support.town import People
from tests.support.vouchers import VoucherApi

EVENTS = (
    "query($id: ID!) { wallet(id: $id) { events(first: 100) { edges { node { __typename amount"
    " balances { asset { code } moved } } } } } }"
)


async def events_of(api: Api, wallet: UUID | None = None) -> list[tuple[str, int, dict[str, int]]]:
    """Of each event of the wallet its type, its amount, and by how much each balance moved."""
    answer = await api.ask(api.town.auditor, EVENTS, id=api.wallet(wallet))
    nodes = [edge["node"] for edge in answer["events"]["edges"]]
    return [
        (node["__typename"], node["amount"], {line["asset"]["code"]: line["moved"] for line in node["balances"]})
        for node in nodes
    ]


async def test_points_that_a_payment_earns_are_not_added_to_what_was_paid(api: Api):
    """22 yen that earn 3 points are 22, also where the points are of the kind that paid."""
    points = await api.asset("POINT")
    earning = await api.earning(points, 10_000)
    await api.rule(earning, kind="PER_VISIT", points=3, baseAssetIds=[api.coin, points])
    await api.charge(22)
    payment = (await api.pay(22))["payment"]["id"]
    await api.pay(2)
    assert (await events_of(api))[-2:] == [
        ("PaymentSettled", -22, {"COIN": -22, "POINT": 3}),
        ("PaymentSettled", -2, {"POINT": 1}),
    ]
    await api.refund(payment, 22)
    assert (await events_of(api))[-1] == ("PaymentRefunded", 22, {"COIN": 22, "POINT": -3})


async def test_a_bonus_is_not_added_to_the_charge(api: Api):
    await api.bonus(await api.asset("BONUS"), 10_000, 1_000)
    charge = await charged(api, 1_000)
    await cancel(api, charge["id"])
    charge = await charged(api, 500)
    await reverse(api, charge["id"])
    assert await events_of(api) == [
        ("ChargeSettled", 1_000, {"COIN": 1_000, "BONUS": 100}),
        ("ChargeCancelled", -1_000, {"COIN": -1_000, "BONUS": -100}),
        ("ChargeSettled", 500, {"COIN": 500, "BONUS": 50}),
        ("JournalReversed", -500, {"COIN": -500, "BONUS": -50}),
    ]


async def test_a_purchase_of_vouchers_is_the_coin_that_paid_or_what_came_in_for_cash(town: People):
    api = VoucherApi(town)
    product = await api.product(code="V")
    await api.charge(5_000)
    purchase = (await api.buy(product))["purchase"]
    await api.sell(product)
    await reverse(api, purchase["id"])
    vouchers = {"V_1": 2_000, "V_2": 4_500}
    taken = {code: -amount for code, amount in vouchers.items()}
    assert (await events_of(api))[1:] == [
        ("VoucherPurchased", -5_000, {"COIN": -5_000, **vouchers}),
        ("VoucherPurchased", 6_500, vouchers),
        ("JournalReversed", 5_000, {"COIN": 5_000, **taken}),
    ]


async def test_what_goes_to_a_debt_or_to_a_coupon_is_told_as_it_moved(api: Api):
    """A debt of 100 points is settled by a grant of 250: 250 came in."""
    points = await api.asset("POINT")
    await api.rule(await api.earning(points, 10_000, clawbackRule="DEBT"), rateBp=1_000)
    await api.charge(1_000)
    coins = (await api.pay(1_000))["payment"]["id"]
    await api.pay(100)
    await api.refund(coins, 1_000)
    await api.grant(await api.programme(points, 1_000), 250)
    assert [(kind, amount) for kind, amount, _ in (await events_of(api))[1:]] == [
        ("PaymentSettled", -1_000),
        ("PaymentSettled", -100),
        ("PaymentRefunded", 1_000),
        ("ValueGranted", 250),
    ]


async def test_an_undone_row_of_a_file_is_told_as_what_was_left_to_take(town: People):
    """Of 300 that a file gave, 50 are spent: 250 are taken back."""
    officers = Officers(town)
    programme = await officers.points(1_000)
    bulk = await officers.started(officers.csv([town.wallet], 300), programme)
    await officers.run(bulk)
    await officers.pay(50)
    assert await officers.undone(bulk) == [(2, 250, "SPENT")]
    heard = [(kind, amount, list(moved.values())) for kind, amount, moved in await events_of(officers)]
    assert heard == [("ValueGranted", 300, [300]), ("PaymentSettled", -50, [-50]), ("JournalReversed", -250, [-250])]


async def test_a_store_is_told_what_it_gets(api: Api):
    """1,000 of points and coin are one amount; what it gives back is negative."""
    await api.grant(await api.programme(await api.asset("POINT"), 1_000), 300)
    await api.charge(700)
    payment = (await api.pay(1_000))["payment"]["id"]
    await api.refund(payment, 400)
    text = "query($id: ID!) { store(id: $id) { events(first: 9) { edges { node { amount balances { moved } } } } } }"
    answer: Any = await api.ask(api.town.staff, text, id=api.store())
    nodes = [edge["node"] for edge in answer["events"]["edges"]]
    assert [(node["amount"], node["balances"]) for node in nodes] == [(1_000, []), (-400, [])]
