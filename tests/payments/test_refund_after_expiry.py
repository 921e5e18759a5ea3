"""A refund of value whose last day is over: lost, or good for some more days, as the asset says."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.assets.expiry import after, latest_of_six_months
from domain.expiry.expire import expire
from domain.expiry.fresh import NOTHING, fresh_of
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import journal_by_id
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import journals, to_tokyo

FRESH = {"refundedAfterExpiry": "FRESH_DAYS", "freshDays": 14}


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


async def lots(api: Api) -> list[tuple[str, int, str | None]]:
    """Code of the asset, amount and last day of every lot of the wallet."""
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    return sorted(
        (balance["asset"]["code"], lot["amount"], lot["expiresOn"])
        for balance in wallet["balances"]
        for lot in balance["lots"]
    )


async def points_lots(api: Api) -> list[tuple[str, int, str | None]]:
    """Of everything but the coin."""
    return [lot for lot in await lots(api) if lot[0] != "COIN"]


async def points(api: Api, days: int = 3, code: str = "POINT", **facts: Any) -> str:
    asset = await api.asset(code, **{"expiryRule": "FIXED_DATE", "expiresOn": api.day(timedelta(days=days)), **facts})
    return await api.programme(asset, 100_000)


async def test_lost_by_default_and_good_for_some_days_by_policy(api: Api, moved: MovableClock):
    await api.grant(await points(api), 300)
    await api.grant(await points(api, code="FRESH", **FRESH), 500)
    await api.charge(1_000)
    paid = await api.town.pay(1_000)
    moved.forward(timedelta(days=10))
    until = api.day(timedelta(days=14))
    await api.town.refund(paid.journal_id, 600)
    await expire(api.services)
    coin_lots = [lot for lot in await lots(api) if lot[0] == "COIN"]
    assert await points_lots(api) == [("FRESH", 400, until)]
    moved.forward(timedelta(days=1))
    await api.town.refund(paid.journal_id, 400)
    later = api.day(timedelta(days=14))
    await expire(api.services)
    assert await points_lots(api) == [("FRESH", 100, later), ("FRESH", 400, until)]
    assert coin_lots[0][1] == 1_000
    assert await journals(api, JournalKind.EXPIRY) == 1
    assert (await api.pay(500, excludeAssetIds=[api.coin]))["payment"]["amount"] == 500, "and is spent like any other"
    await api.town.assert_sound()


async def test_what_has_not_ended_goes_back_to_its_lot(api: Api):
    last = api.day(timedelta(days=3))
    await api.grant(await points(api, **FRESH), 500)
    paid = await api.town.pay(400)
    await asyncio.gather(*[api.town.refund(paid.journal_id, 100) for _ in range(4)])
    assert await lots(api) == [("POINT", 500, last)]
    journal = await journal_by_id(api.town.id, paid.journal_id)
    assert journal is not None
    assert await fresh_of(api.services, journal) is NOTHING
    await api.town.assert_sound()


async def test_races_and_replays_fill_one_fresh_lot(api: Api, moved: MovableClock):
    await api.grant(await points(api, **FRESH), 500)
    paid = await api.town.pay(400)
    moved.forward(timedelta(days=5))
    key = uuid4()
    await asyncio.gather(
        *[api.town.refund(paid.journal_id, 100, key) for _ in range(3)],
        *[api.town.refund(paid.journal_id, 50) for _ in range(4)],
    )
    fresh = ("POINT", 300, api.day(timedelta(days=14)))
    assert fresh in await lots(api)
    moved.forward(timedelta(days=15))
    assert (await api.town.refund(paid.journal_id, 100, key)).replayed
    await expire(api.services)
    assert await lots(api) == []
    await api.town.assert_sound()


async def test_exempt_value_never_gets_past_its_six_months(api: Api, moved: MovableClock):
    exempt = {
        "sixMonthExempt": True,
        "expiryRule": "MONTHS_AFTER_ISSUE",
        "expiresAfterMonths": 5,
        "expiresOn": None,
        **FRESH,
    }
    issued = date.fromisoformat(api.day())
    await api.grant(await points(api, **exempt), 500)
    paid = await api.town.pay(400)
    legal = latest_of_six_months(issued)
    moved.forward(after(legal) - api.services.clock() - timedelta(days=4))
    await api.town.refund(paid.journal_id, 100)
    assert ("POINT", 100, legal.isoformat()) in await lots(api), "4 days, not 14"
    moved.forward(timedelta(days=4, seconds=1))
    await api.town.refund(paid.journal_id, 100)
    await expire(api.services)
    assert await lots(api) == []
    await api.town.assert_sound()


async def test_the_programme_of_the_value_stays(api: Api, moved: MovableClock):
    asset = await api.asset("GIFT", **FRESH)
    ends = api.day(timedelta(days=3))
    programme = await api.programme(asset, 1_000, expiresOn=ends, acceptance={"storeIds": [api.store()]})
    await api.grant(programme, 500)
    paid = await api.town.pay(400)
    moved.forward(timedelta(days=5))
    await api.town.refund(paid.journal_id, 400)
    other, _ = await api.town.new_store()
    assert (await api.pay(100, other))["available"] == 0
    payment = (await api.pay(100))["payment"]
    assert "「応援事業」で受け取った分です。" in payment["explain"][0]
    await api.town.assert_sound()


async def test_some_more_days_are_not_renewed_by_use_once_the_programme_is_over(api: Api, moved: MovableClock):
    asset = await api.asset("POINT", expiryRule="LAST_USE_MONTHS", expiresAfterMonths=6, **FRESH)
    programme = await api.programme(asset, 1_000, expiresOn=api.day(timedelta(days=3)))
    await api.grant(programme, 500)
    paid = await api.town.pay(400)
    moved.forward(timedelta(days=5))
    until = api.day(timedelta(days=14))
    await api.town.refund(paid.journal_id, 400)
    assert (await api.pay(100))["payment"]["amount"] == 100
    assert ("POINT", 300, until) in await lots(api)
    await api.town.assert_sound()


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"refundedAfterExpiry": "FRESH_DAYS"}, "DAYS_OF_POLICY"),
        ({"freshDays": 3}, "DAYS_OF_POLICY"),
        ({"refundedAfterExpiry": "NONE", "freshDays": 3}, "DAYS_OF_POLICY"),
        ({"refundedAfterExpiry": "FRESH_DAYS", "freshDays": 0}, "FRESH_DAYS_RANGE"),
        ({"refundedAfterExpiry": "FRESH_DAYS", "freshDays": 367}, "FRESH_DAYS_RANGE"),
    ],
)
async def test_wrong_policies_name_their_field(api: Api, facts: dict[str, Any], problem: str):
    refused = await api.create_asset("NEW", **facts)
    assert (refused["field"], refused["problem"]) == ("freshDays", problem)


async def test_the_database_itself_keeps_the_policy(api: Api, database_url: str):
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.CheckViolationError, match="asset_fresh_days"):
        await owner.execute("update asset set fresh_days = 3 where municipality_id = $1", api.town.id)
    await owner.close()


async def test_a_refund_says_what_lapsed(api: Api, moved: MovableClock):
    """60 points whose last day is over, of a payment of 100: the store gives back 100, and 40 can be spent."""
    await api.grant(await points(api), 60)
    await api.charge(40)
    payment = (await api.pay(100))["payment"]["id"]
    moved.forward(timedelta(days=10))
    first = (await api.refund(payment, 40))["refund"]
    assert (first["returned"], first["lapsed"], first["notice"]) == (40, 0, None)
    key = str(uuid4())
    second = (await api.refund(payment, 60, idempotencyKey=key))["refund"]
    assert (second["amount"], second["returned"], second["lapsed"]) == (60, 0, 60)
    assert second["notice"] == (
        "返金のうち60円分は、有効期限が過ぎた分に戻ったため、お客さまはもう使えません。"
        "現金などでお返しするかどうか、ご検討ください。"
    )
    again = (await api.refund(payment, 60, idempotencyKey=key))["refund"]
    assert (again["lapsed"], again["notice"]) == (60, second["notice"])
    events = (await api.ask(api.town.resident, "WalletPastEvents", id=api.wallet(), first=20))["events"]["edges"]
    refunds = [edge["node"]["refund"] for edge in events if edge["node"]["__typename"] == "PaymentRefunded"]
    assert [(refund["returned"], refund["lapsed"]) for refund in refunds] == [(40, 0), (0, 60)]
    assert refunds[1]["notice"] == (
        "返金のうち60円分は、有効期限が過ぎた分に戻ったため、もうお使いいただけません。お店にご相談ください。"
    ), "the payer is told what they can do"
    await expire(api.services)
    assert await lots(api) == [("COIN", 40, (await lots(api))[0][2])]
    await api.town.assert_sound()


async def test_what_a_fresh_lot_takes_has_not_lapsed(api: Api, moved: MovableClock):
    await api.grant(await points(api, **FRESH), 60)
    payment = (await api.pay(60))["payment"]["id"]
    moved.forward(timedelta(days=10))
    refund = (await api.refund(payment, 60))["refund"]
    assert (refund["returned"], refund["lapsed"], refund["notice"]) == (60, 0, None)
