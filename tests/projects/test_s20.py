"""S20 神戸町: a voucher for visitors."""

import pytest

from tests.support.projects import parts_of
from tests.support.town import People
from tests.support.vouchers import VoucherApi


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def test_s20_a_tourist_voucher_for_people_from_outside(api: VoucherApi):
    """神戸町: people from outside may buy; a premium voucher for residents beside it."""
    for_all = await api.product(code="TOURIST", nameJa="観光商品券")
    for_residents = await api.product(code="RESIDENT", eligibility={"residentsOnly": True})
    visitor, their_wallet = await api.town.new_resident()
    await api.charge(20_000, their_wallet)
    assert (await api.buy(for_residents, 1, visitor, their_wallet))["reason"] == "UNVERIFIED"
    assert (await api.buy(for_all, 2, visitor, their_wallet))["purchase"]["faceValue"] == 13_000
    request = {
        "idempotencyKey": "0192b3c4-0000-7000-8000-000000000020",
        "walletId": api.wallet(their_wallet),
        "payee": {"storeId": api.store()},
    }
    paid = await api.ask(visitor, "Pay", input={**request, "amount": 13_000})
    assert sum(amount for code, amount in parts_of(paid) if code.startswith("TOURIST")) == 13_000
    assert (await api.ask(api.town.resident, "Pay", input={**request, "amount": 1}))["code"] == "UNKNOWN_WALLET"
    await api.town.assert_sound()
