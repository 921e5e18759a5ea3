"""What is undone is followed into the lots into which payments have renewed it since: never further than it went."""

from datetime import date, timedelta

import pytest

from domain.expiry.receipts import RenewedPortion
from domain.expiry.renewed_value import RenewedValue
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import to_tokyo
from tests.support.officers import Officers
from tests.support.reversals import reverse
from tests.support.told import assert_receipts_tell_the_truth

LAST_USE = {"expiryRule": "LAST_USE_MONTHS", "expiresAfterMonths": 12}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


async def assert_sound(api: Api) -> None:
    await assert_receipts_tell_the_truth(api.town.id)
    await api.town.assert_sound()


async def points(api: Api) -> str:
    return await api.programme(await api.asset("POINT", **LAST_USE), 10_000)


def renewed(old: int, new: int, amount: int) -> RenewedPortion:
    return RenewedPortion(asset=1, old_lot=old, new_lot=new, amount=amount)


def test_what_came_into_a_lot_is_followed_as_far_as_it_went():
    successors = RenewedValue(wallet=None, renewed=(renewed(1, 2, 250), renewed(2, 3, 400), renewed(9, 3, 50)))  # type: ignore[arg-type]
    assert successors.by_lot(1, 300) == {1: 50, 2: 0, 3: 250}
    assert successors.by_lot(2, 500) == {2: 100, 3: 400}
    assert successors.by_lot(7, 5) == {7: 5}


async def test_a_wrong_grant_is_undone_although_payments_have_renewed_it(api: Api, moved: MovableClock):
    programme = await points(api)
    granted = (await api.grant(programme, 300))["grant"]["id"]
    await api.charge(1_000)
    for _ in range(3):
        moved.forward(DAY)
        await api.pay(100, excludeAssetIds=[await asset_of(api, programme)])
    assert (await reverse(api, granted))["reversal"]["amount"] == 300
    assert await api.balances() == {"COIN": 700}
    assert await api.left(programme) == 10_000
    await assert_sound(api)


async def test_what_was_spent_before_it_was_renewed_is_not_taken_from_later_grants(api: Api, moved: MovableClock):
    programme = await points(api)
    granted = (await api.grant(programme, 300))["grant"]["id"]
    moved.forward(DAY)
    await api.grant(programme, 300)
    await api.pay(250)
    assert (await reverse(api, granted))["code"] == "REVERSAL_IMPOSSIBLE"
    assert await api.balances() == {"POINT": 350}
    await assert_sound(api)


async def test_a_file_is_undone_by_what_was_renewed_of_it(api: Api, moved: MovableClock):
    programme = await points(api)
    officers = Officers(api.town)
    bulk = await officers.started(officers.csv([api.town.wallet], 300), programme)
    await officers.run(bulk)
    moved.forward(DAY)
    await api.grant(programme, 500)
    await api.pay(120)
    moved.forward(DAY)
    await api.pay(10)
    assert await officers.undone(bulk) == [(2, 180, "SPENT")]
    assert await api.balances() == {"POINT": 490}
    assert await api.left(programme) == 10_000 - 490 - 130
    await assert_sound(api)


async def test_a_payment_is_undone_with_points_that_were_renewed_since(api: Api, moved: MovableClock):
    earning = await api.earning(await api.asset("POINT", kind="SHOPPING_POINT", **LAST_USE), 1_000)
    await api.rule(earning, rateBp=1_000)
    await api.charge(2_000)
    payment = (await api.pay(1_000))["payment"]["id"]
    moved.forward(DAY)
    await api.charge(10)
    await api.town.refund((await api.town.pay(1, excluded=(await number_of(api, earning),))).journal_id, 1)
    assert await api.balances() == {"COIN": 1_010, "POINT": 100}
    assert (await reverse(api, payment))["reversal"]["amount"] == 1_000
    assert await api.balances() == {"COIN": 2_010}
    assert await api.left(earning) == 1_000
    await assert_sound(api)


async def test_exempt_value_is_made_fresh_once(api: Api, moved: MovableClock):
    exempt = {
        "sixMonthExempt": True,
        "expiryRule": "MONTHS_AFTER_ISSUE",
        "expiresAfterMonths": 3,
        "refundedAfterExpiry": "FRESH_DAYS",
        "freshDays": 60,
    }
    programme = await api.programme(await api.asset("POINT", **exempt), 1_000)
    issued = date.fromisoformat(api.day())
    await api.grant(programme, 500)
    payment = (await api.pay(400))["payment"]["id"]
    moved.forward(timedelta(days=100))
    await api.refund(payment, 400)
    again = (await api.pay(300))["payment"]["id"]
    moved.forward(timedelta(days=70))
    await api.refund(again, 300)
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    latest = max(date.fromisoformat(lot["expiresOn"]) for balance in wallet["balances"] for lot in balance["lots"])
    assert latest - issued < timedelta(days=184), "never past six months of its first issue"
    await assert_sound(api)


async def asset_of(api: Api, programme: str) -> str:
    return (await api.ask(api.town.auditor, "Programme", id=programme))["asset"]["id"]


async def number_of(api: Api, programme: str) -> int:
    from domain.identifiers import decode

    number = decode(await asset_of(api, programme))[2]
    assert isinstance(number, int)
    return number
