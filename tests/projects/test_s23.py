"""S23 豊山町: premium vouchers in sets, some of them digital."""

from datetime import timedelta

import pytest

from domain.expiry.expire import expire
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.projects import classified_store, parts_of
from tests.support.town import People
from tests.support.vouchers import VoucherApi


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def test_s23_sets_of_5000_for_6500_of_which_4200_are_digital(api: VoucherApi, moved: MovableClock):
    """豊山町: 14,000 sets, 4,200 of them digital; premium 30 %; 21,000,000 yen at most, 6,300,000 of it for the digital ones."""
    supermarket = await classified_store(api, size_class=2)
    budget = await api.budget(21_000_000)
    everything = (await api.from_template("PREMIUM_30", code="TOYOYAMA_ALL", stock=14_000, fundingProgrammeId=budget))[
        "product"
    ]
    assert (everything["price"], everything["faceValue"], everything["premiumRateBp"]) == (5_000, 6_500, 3_000)
    preview = everything["preview"]
    amounts = {"maximumExposure": 21_000_000, "totalFaceValue": 91_000_000, "budgetAvailable": 21_000_000}
    assert picked(preview, *amounts) == amounts
    assert preview["legal"]["basis"] == "MUNICIPAL_ISSUER"
    assert [part["eligibleStores"]["totalCount"] for part in preview["subVouchers"]] == [2, 1]

    draft = (
        await api.from_template("PREMIUM_30", code="TOYOYAMA", stock=4_200, unitsPerPerson=4, fundingProgrammeId=budget)
    )["product"]
    assert draft["preview"]["maximumExposure"] == 6_300_000
    product = await api.publish(draft["id"])
    assert await api.left(budget) == 14_700_000
    await api.charge(20_000)
    assert (await api.buy(product, 3))["purchase"]["faceValue"] == 19_500
    neighbour, their_wallet = await api.town.new_resident()
    assert (await api.sell(product, 4, wallet=their_wallet))["purchase"]["amount"] == 20_000
    assert (await api.sell(product, 1, wallet=their_wallet))["unitsLeft"] == 0
    assert await api.balances() == {"COIN": 5_000, "TOYOYAMA_1": 6_000, "TOYOYAMA_2": 13_500}

    large = await api.pay(7_000, supermarket)
    assert parts_of(large) == [("TOYOYAMA_1", 6_000), ("COIN", 1_000)]
    small = await api.pay(14_000)
    assert parts_of(small) == [("TOYOYAMA_2", 13_500), ("COIN", 500)]
    assert (await api.seen(product))["stockLeft"] == 4_193

    moved.forward(timedelta(days=31))
    assert (await api.seen(product))["state"] == "CLOSED"
    assert (await api.close(product))["returned"] == 4_193 * 1_500
    assert await api.left(budget) == 21_000_000 - 7 * 1_500
    moved.forward(timedelta(days=61))
    assert await expire(api.services) >= 2
    assert await api.balances(neighbour, their_wallet) == {}
    trial = await trial_balance(api.town.id, api.services.clock())
    assert sum(line.posted for line in trial.lines if line.kind is AccountKind.BREAKAGE) == 26_000, (
        "the neighbour's four sets"
    )
    await api.town.assert_sound()
