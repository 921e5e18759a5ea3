"""Conversion rates: who sets them, for which assets, and the time from which they apply."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversions.reads import Rate
from domain.database import rows
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.town import new_town


async def test_rates_take_over_at_their_time(api: Api, moved: MovableClock):
    town = await market(api)
    await town.rate(numerator=1, denominator=2)
    await town.rate(numerator=3, denominator=4, startsAt=api.at(timedelta(days=1)))
    await api.grant(town.health, 1_000)
    assert [(rate["numerator"], rate["denominator"]) for rate in await town.rates()] == [(1, 2), (3, 4)]
    quoted = (await town.quote(400))["quote"]
    assert (await town.convert(400))["conversion"]["received"][0]["amount"] == quoted["receivedAmount"] == 200
    moved.forward(timedelta(days=1, seconds=1))
    refused = await town.convert(400, expectedAmount=quoted["receivedAmount"])
    assert (refused["code"], refused["retry"]) == ("QUOTE_CHANGED", "SAME_KEY")
    assert (await town.convert(400, expectedAmount=300))["conversion"]["received"][0]["amount"] == 300
    assert [(rate["numerator"], rate["denominator"]) for rate in await town.rates()] == [(3, 4)]
    await api.town.assert_sound()


async def test_coin_is_received_from_a_funded_programme_only_and_paid_value_is_never_converted(api: Api):
    town = await market(api)
    refused = await town.rate(fromAssetId=api.coin)
    assert (refused["field"], refused["problem"]) == ("fromAssetId", "PAID_IS_NOT_CONVERTED")
    assert (await town.rate(toAssetId=api.coin))["problem"] == "PROGRAMME_OF_CONVERSION"
    assert (await api.create_programme(api.coin, 100))["problem"] == "PAID_IS_NOT_GIVEN"
    funded = await api.programme(api.coin, 5_000, kind="CONVERSION")
    await town.rate(toAssetId=api.coin, programmeId=funded)
    await api.grant(town.health, 700)
    await api.charge(1_000)
    await town.convert(700, toAssetId=api.coin)
    assert (await api.balances(), await api.left(funded)) == ({"COIN": 1_700}, 4_300)
    lots = await rows(
        "select l.funding, l.programme_id is null as own, sum(a.posted)::int as posted from account a join lot l"
        " on l.municipality_id = a.municipality_id and l.id = a.lot_id where a.municipality_id = $1 and a.kind = 1 and a.posted > 0 group by 1, 2",
        api.town.id,
    )
    assert sorted((lot["funding"], lot["own"], lot["posted"]) for lot in lots) == [(1, True, 1_000), (2, False, 700)], (
        "told apart by their lots"
    )
    await api.town.assert_sound()


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"numerator": -1}, "numerator", "RATE_PART"),
        ({"numerator": 1_000_001}, "numerator", "RATE_PART"),
        ({"denominator": 0}, "denominator", "RATE_PART"),
        ({"minimumUnit": 0}, "minimumUnit", "POSITIVE"),
        ({"minimumUnit": 75}, "minimumUnit", "UNIT_OF_ASSET"),
        ({"capPerDay": 0}, "capPerDay", "POSITIVE"),
        ({"startsAt": "2020-01-01T00:00:00Z"}, "startsAt", "PAST"),
    ],
)
async def test_wrong_rates_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    town = await market(api, points={"minimumUnit": 50})
    refused = await town.rate(**{"minimumUnit": 50, **facts})
    assert (refused["field"], refused["problem"]) == (field, problem)
    assert await rows("select 1 from conversion_rate where municipality_id = $1", api.town.id) == []


async def test_who_may_set_rates_and_for_what(api: Api, database_url: str):
    town = await market(api)
    other = await new_town(api.services)
    for viewer in (api.town.desk, api.town.resident, api.town.staff, api.town.auditor, other.finance):
        assert (await town.rate(viewer))["code"] == "NOT_PERMITTED"
    assert (await town.rate(toAssetId=town.points))["problem"] == "SAME_ASSET"
    assert (await town.rate(programmeId=town.health))["problem"] == "PROGRAMME_OF_CONVERSION"
    assert (await town.rate(programmeId="prg_nonsense"))["code"] == "UNKNOWN_PROGRAMME"
    assert (await town.rate(fromAssetId="ast_nonsense"))["code"] == "UNKNOWN_ASSET"
    assert (await api.grant(town.programme, 1))["code"] == "UNKNOWN_PROGRAMME", "it pays for conversions only"
    await town.rate()
    [entry] = await rows(
        "select actor, after from audit_entry where municipality_id = $1 and action = 'set_conversion_rate'",
        api.town.id,
    )
    assert entry["actor"] == api.town.finance.person_id
    assert '"numerator": 1' in entry["after"]
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("update conversion_rate set numerator = 9 where municipality_id = $1", api.town.id)
    await owner.close()


@given(
    amount=st.integers(1, 10**7),
    numerator=st.integers(1, 10**6),
    denominator=st.integers(1, 10**6),
    unit=st.integers(1, 1_000),
    minimum=st.integers(1, 1_000),
)
def test_the_least_is_spent_for_what_is_received(
    amount: int, numerator: int, denominator: int, unit: int, minimum: int
):
    rate = Rate(
        municipality=1,
        id=uuid4(),
        from_asset=1,
        to_asset=2,
        programme_id=uuid4(),
        numerator=numerator,
        denominator=denominator,
        minimum_unit=minimum,
        cap_per_day=None,
        starts_at=datetime.now(UTC),
    )
    amount -= amount % minimum
    received = rate.received(amount, unit)
    if not received:
        return
    spent = rate.spent(received)
    assert 0 < spent <= amount
    assert spent % minimum == 0
    assert rate.received(spent, unit) == received
    assert spent == minimum or rate.received(spent - minimum, unit) < received
    assert received * denominator <= spent * numerator, "never more than the rate"
