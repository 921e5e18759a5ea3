"""Months in a town whose rules collide.

Whatever its people do, nothing is lost, doubled or told wrongly, and no answer changes.

After every few steps: no drift, a trial balance of zero, nothing below its floor or past its ceiling, the sum of each
asset conserved,
receipts as their events. At the end every event, line and receipt has a type, and every key answers as it did. The seed
is printed;
MEGURU_SEED plays it again.
"""

import asyncio
import os
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.keys.abandon import abandon
from domain.keys.outcome import outcome
from domain.ledger.kinds import AccountKind, GuardKind, Outcome
from domain.services import Services
from mocks.payment_provider import KEY, PaymentProvider
from tests.support.api import Api
from tests.support.campaign import Campaign
from tests.support.clock import MovableClock
from tests.support.collisions import Collisions
from tests.support.diary import Deed
from tests.support.told import assert_everything_has_a_type, assert_receipts_tell_the_truth
from tests.support.town import new_town


async def assert_within_bounds(municipality: int) -> None:
    """No wallet or budget below zero, no guard outside, no value held that is not there, each asset summing to zero."""
    wrong = await rows(
        "select id, kind, posted, held from account where municipality_id = $1 and kind = any ($2::smallint[]) and (posted < held or held < 0)",
        municipality,
        [AccountKind.WALLET, AccountKind.BUDGET],
    )
    assert not wrong
    assert not await rows(
        "select kind, value, ceiling from guard where municipality_id = $1 and (value < 0 or value > ceiling)",
        municipality,
    )
    assert not await rows(
        "select id from account where municipality_id = $1 and kind = $2 and posted > 0", municipality, AccountKind.DEBT
    )
    assert not await rows(
        "select asset_id from account where municipality_id = $1 group by 1 having sum(posted) <> 0", municipality
    )


async def assert_conserved(collisions: Collisions) -> None:
    """Every unit of an asset that was issued is in a wallet, owed to a store, in a budget, over, or kept; debts make up for what was spent."""
    sums = await rows(
        """select s.code, a.kind, sum(a.posted)::bigint as posted from account a join asset s on s.id = a.asset_id
          where a.municipality_id = $1 group by 1, 2""",
        collisions.town.id,
    )
    by_asset: dict[str, dict[int, int]] = {}
    for row in sums:
        by_asset.setdefault(row["code"], {})[row["kind"]] = row["posted"]
    for code, kinds in by_asset.items():
        issued = -kinds.get(AccountKind.ISSUANCE, 0)
        there = sum(posted for kind, posted in kinds.items() if kind != AccountKind.ISSUANCE)
        assert issued == there, code
        assert issued >= 0, code


async def assert_caps(collisions: Collisions) -> None:
    """No counter of a person or household is above its cap, whatever was given and given back."""
    caps = {
        row["id"]: (row["cap_per_person"], row["cap_per_household"])
        for row in await rows(
            "select id, cap_per_person, cap_per_household from programme where municipality_id = $1", collisions.town.id
        )
    }
    for row in await rows(
        "select kind, subject, value from guard where municipality_id = $1 and kind in (2, 42)", collisions.town.id
    ):
        cap = caps[row["subject"]][0 if row["kind"] == GuardKind.PROGRAMME_CAP else 1]
        assert cap is None or 0 <= row["value"] <= cap


async def check(campaign: Campaign) -> None:
    await assert_within_bounds(campaign.town)
    await assert_conserved(campaign.collisions)
    await assert_caps(campaign.collisions)


async def finish(campaign: Campaign, api: Api) -> None:
    """What is to be true of the whole."""
    await campaign.collisions.town.assert_sound()
    await assert_receipts_tell_the_truth(campaign.town)
    await assert_everything_has_a_type(api, campaign.collisions.residents, campaign.collisions.stores)
    campaign.clock.forward(timedelta(days=400))
    deeds = campaign.deeds
    for deed in campaign.chance.sample(deeds, min(len(deeds), 30)):
        await assert_known(api, deed)
    for deed in campaign.chance.sample(deeds, min(len(deeds), 60)):
        campaign.deeds = [deed]
        await campaign.ask_again()
    campaign.deeds = deeds
    await campaign.jobs()
    await campaign.collisions.town.assert_sound()


async def assert_known(api: Api, deed: Deed) -> None:
    """Its owner learns what became of it, and cannot call it off any more."""
    if deed.operation.mutation is None:
        return
    known = await outcome(deed.actor, deed.operation, deed.key)
    called_off = await abandon(api.services, deed.actor, deed.operation, deed.key)
    assert known is not None
    assert called_off is not None
    assert known.id == called_off.id
    assert known.outcome is (Outcome.SETTLED if deed.posted is not None else Outcome.REFUSED)


async def play(services: Services, clock: MovableClock, provider: PaymentProvider, seed: int, steps: int) -> Campaign:
    chance = random.Random(seed)
    town = await new_town(replace(services, funding=HttpPaymentProvider(provider.address, KEY)))
    campaign = Campaign(await Collisions(town, chance).open(), chance, clock)
    number = 0
    try:
        for number in range(steps):
            await campaign.step()
            if number % 10 == 9:
                await check(campaign)
            if number % 50 == 49:
                await town.assert_sound()
        await finish(campaign, Api(town))
    except Exception as error:
        raise AssertionError(f"seed {seed}, step {number}: {error!r}") from error
    return campaign


@pytest.mark.parametrize("number", range(3))
async def test_months_in_a_town_of_collisions(
    services: Services, moved: MovableClock, provider: PaymentProvider, number: int
):
    seed = int(os.environ.get("MEGURU_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {seed}, game {number}")
    await play(services, moved, provider, seed, 120)


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_months_in_a_town_of_collisions_soak(services: Services, clock: MovableClock, provider: PaymentProvider):
    minutes = float(os.environ.get("MEGURU_SOAK_MINUTES", "15"))
    ends, before, said = asyncio.get_running_loop().time() + 60 * minutes, clock.shift, dict[str, Any]()
    while asyncio.get_running_loop().time() < ends:
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}", flush=True)
        campaign = await play(services, clock, provider, seed, 700)
        clock.shift = before
        said = {name: said.get(name, 0) + campaign.said.get(name, 0) for name in {*said, *campaign.said}}
    print("\n".join(f"{many:8} {name}" for name, many in sorted(said.items())), flush=True)
