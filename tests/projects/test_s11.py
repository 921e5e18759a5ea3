"""S11 片品村: charges with a bonus of the village."""

from datetime import timedelta

from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.projects import classified_store, parts_of


async def test_s11_village_bonus_on_charges_with_an_end_and_designated_stores_only(api: Api, moved: MovableClock):
    """片品村: charge with a village-funded bonus; value ends; designated stores only; settlement against the budget."""
    inn, outsider = await classified_store(api, store_group="designated"), await classified_store(api)
    bonus = await api.asset(
        "BONUS",
        kind="BONUS_COIN",
        nameJa="プレミアム",
        expiryRule="MONTHS_AFTER_ISSUE",
        expiresAfterMonths=3,
        acceptance={"groups": ["designated"]},
    )
    campaign = await api.bonus(bonus, 5_000, 2_000, capPerPerson=3_000)
    assert picked((await api.quote_charge(10_000))["quote"]["bonuses"], "amount") == [{"amount": 2_000}]
    charge = (await api.charge(10_000))["charge"]
    assert (charge["amount"], picked(charge["bonuses"], "amount")) == (10_000, [{"amount": 2_000}])
    capped = (await api.charge(10_000))["charge"]
    assert picked(capped["bonuses"], "amount") == [{"amount": 1_000}], "the person's cap of 3,000"
    neighbour, their_wallet = await api.town.new_resident()
    last = (await api.charge(50_000, their_wallet))["charge"]
    assert picked(last["bonuses"], "amount") == [{"amount": 2_000}], "first come until the budget ends"
    assert (await api.charge(1_000, their_wallet))["charge"]["bonuses"] == []
    assert await api.left(campaign) == 0
    assert await api.balances(neighbour, their_wallet) == {"COIN": 51_000, "BONUS": 2_000}

    elsewhere = await api.pay(500, outsider)
    assert parts_of(elsewhere) == [("COIN", 500)], "the bonus is for designated stores"
    stay = await api.pay(3_500, inn)
    assert parts_of(stay) == [("BONUS", 3_000), ("COIN", 500)]

    moved.forward(timedelta(days=94))
    assert (await api.pay(1, inn))["payment"]["allocations"][0]["asset"]["code"] == "COIN"
    await api.town.assert_sound()
