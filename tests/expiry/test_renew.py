"""名寄 Yoroca: value ends three years after its last use. A payment renews what is left, at most once a day."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.approvals.kinds import ReversalReason
from domain.assets.expiry import after, months_later
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows
from domain.expiry.expire import expire
from domain.expiry.renew import NOTHING, renewal_of
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind, JournalKind
from domain.payments.hold import Authorize, HoldParties, authorize, capture
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import journals, to_tokyo

LAST_USE = {"expiryRule": "LAST_USE_MONTHS", "expiresAfterMonths": 36}
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


async def yoroca(api: Api, **facts: Any) -> str:
    """A paid coin that ends by last use, charged like every other."""
    return await api.asset(
        "YOROCA", kind="COIN", paid=True, chargeMaximum=45_000, balanceCap=100_000, nameJa="Yoroca", **LAST_USE, **facts
    )


async def lots(api: Api, code: str = "YOROCA") -> list[tuple[int, str]]:
    """Amount and last day of every lot of an asset in the wallet."""
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    return sorted(
        (lot["amount"], lot["expiresOn"])
        for balance in wallet["balances"]
        if balance["asset"]["code"] == code
        for lot in balance["lots"]
    )


def end(api: Api) -> str:
    """Three years from today."""
    return months_later(date.fromisoformat(api.day()), 36).isoformat()


async def test_yoroca_three_years_from_last_use(api: Api, moved: MovableClock):
    coin = await yoroca(api)
    await api.charge(10_000, assetId=coin)
    first = end(api)
    assert await lots(api) == [(10_000, first)]
    moved.forward(2 * YEAR)
    await api.charge(500, assetId=coin)
    assert await lots(api) == [(500, end(api)), (10_000, first)], "a top-up is no use"
    moved.forward(YEAR // 2)
    await api.pay(1_000)
    assert await lots(api) == [(9_500, end(api))], "all that is left, in one lot"
    moved.forward(YEAR)
    await expire(api.services)
    assert sum(amount for amount, _ in await lots(api)) == 9_500, "the first end is over"
    assert (await api.pay(500))["payment"]["amount"] == 500
    renewed = await lots(api)
    moved.forward(3 * YEAR + timedelta(days=2))
    assert (await api.pay(1))["available"] == 0
    await expire(api.services)
    assert await lots(api) == []
    trial = await trial_balance(api.town.id, api.services.clock())
    assert sum(line.posted for line in trial.lines if line.kind is AccountKind.BREAKAGE) == renewed[0][0] == 9_000
    await api.town.assert_sound()


async def test_once_a_day_and_nothing_shows_in_the_history(api: Api, moved: MovableClock):
    coin = await yoroca(api)
    await api.charge(10_000, assetId=coin)
    moved.forward(YEAR)
    answers = await asyncio.gather(*[api.pay(100) for _ in range(10)])
    assert all(answer["payment"]["amount"] == 100 for answer in answers)
    assert await lots(api) == [(9_000, end(api))]
    receipts = await rows(
        "select receipt ? 'renewed' as renewed from journal where municipality_id = $1 and kind = 2", api.town.id
    )
    assert sorted(row["renewed"] for row in receipts) == [False] * 9 + [True]
    moved.forward(timedelta(days=1))
    await api.charge(1_000)
    await api.pay(200, excludeAssetIds=[coin])
    assert await lots(api) == [(9_000, end(api))], "the wallet was used, whatever it paid with"
    history = await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=50)
    newest = [
        (edge["node"]["kind"], edge["node"]["amount"], edge["node"]["asset"]["code"])
        for edge in history["transactions"]["edges"][:2]
    ]
    assert newest == [("PAYMENT", -200, "COIN"), ("CHARGE", 1_000, "COIN")]
    await api.town.assert_sound()


async def test_points_keep_their_programme_and_its_end(api: Api, moved: MovableClock):
    points = await api.asset("POINT", expiryRule="LAST_USE_MONTHS", expiresAfterMonths=6)
    last = api.day(timedelta(days=250))
    long, short = (
        await api.programme(points, 1_000),
        await api.programme(points, 1_000, expiresOn=last, acceptance={"categories": ["baby"]}),
    )
    await api.grant(long, 300)
    await api.grant(short, 400)
    await api.charge(1_000)
    moved.forward(timedelta(days=100))
    await api.pay(100, excludeAssetIds=[points])
    assert await lots(api, "POINT") == [(300, months_later(date.fromisoformat(api.day()), 6).isoformat()), (400, last)]
    assert (await api.pay(350, excludeAssetIds=[api.coin]))["available"] == 300, "still for baby stores only"
    by_programme = await rows(
        "select l.programme_id, sum(a.posted)::int as posted from account a join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id"
        " where a.municipality_id = $1 and a.kind = 1 and l.programme_id is not null group by 1",
        api.town.id,
    )
    assert sorted(row["posted"] for row in by_programme) == [300, 400]
    await api.town.assert_sound()


async def test_what_has_ended_is_not_renewed(api: Api, moved: MovableClock):
    coin = await yoroca(api)
    await api.charge(10_000, assetId=coin)
    old = await lots(api)
    moved.forward(3 * YEAR + timedelta(days=5))
    await api.charge(1_000)
    await api.pay(100)
    assert await lots(api) == old
    await expire(api.services)
    assert (await lots(api), await journals(api, JournalKind.EXPIRY)) == ([], 1)
    await api.town.assert_sound()


async def test_a_payment_is_undone_although_what_it_renewed_is_spent(api: Api, moved: MovableClock):
    town, coin = api.town, await yoroca(api)
    await api.charge(1_000, assetId=coin)
    first = await lots(api)
    moved.forward(YEAR)
    paid = await town.pay(300)
    await api.pay(600)
    approval = await propose_reversal(
        town.services, town.finance, town.id, paid.journal_id, ReversalReason.POSTED_TWICE
    )
    await reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id)
    assert await lots(api) == sorted([(300, first[0][1]), (100, end(api))]), "back in its lot, whose end it had"
    await town.assert_sound()


async def test_a_refund_goes_back_to_its_lot_and_the_next_payment_renews_it(api: Api, moved: MovableClock):
    coin = await yoroca(api)
    await api.charge(1_000, assetId=coin)
    first = (await lots(api))[0][1]
    moved.forward(YEAR)
    paid = await api.town.pay(300)
    await api.town.refund(paid.journal_id, 300)
    assert await lots(api) == [(300, first), (700, end(api))]
    await api.pay(100)
    assert await lots(api) == [(900, end(api))]
    await api.town.assert_sound()


async def test_a_capture_renews_too_and_what_is_held_stays(api: Api, moved: MovableClock):
    town, coin = api.town, await yoroca(api)
    await api.charge(1_000, assetId=coin)
    first = (await lots(api))[0][1]
    moved.forward(YEAR)
    hold = HoldParties(town.id, uuid4(), town.wallet, town.store)
    until = api.services.clock() + timedelta(days=1)
    await authorize(
        town.services,
        town.resident,
        Authorize(
            key=uuid4(),
            id=hold.id,
            municipality=town.id,
            wallet_id=town.wallet,
            store_id=town.store,
            amount=400,
            expires_at=until,
        ),
    )
    await api.pay(100)
    assert await lots(api) == [(400, first), (500, end(api))]
    moved.forward(timedelta(hours=2))
    await capture(town.services, town.staff, hold, uuid4(), 150)
    assert await lots(api) == [(750, end(api))], "150 of 400 were captured, and the rest of the hold is free"
    await town.assert_sound()


async def test_a_town_without_the_rule_asks_nothing(api: Api, monkeypatch: pytest.MonkeyPatch):
    await api.charge(1_000)
    await api.pay(1)

    async def forbidden(*_: object) -> None:
        raise AssertionError("a question to the database")

    monkeypatch.setattr("domain.expiry.reads.rows", forbidden)
    assert await renewal_of(api.services, api.town.id, api.town.wallet) is NOTHING


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"expiresAfterMonths": None}, "expiresAfterMonths", "MONTHS_OF_RULE"),
        ({"expiresAfterMonths": 121}, "expiresAfterMonths", "MONTHS_RANGE"),
        ({"expiresAfterMonths": 3, "sixMonthExempt": True}, "expiryRule", "SIX_MONTHS"),
        ({"expiresOn": "2099-01-01"}, "expiresOn", "DATE_OF_RULE"),
    ],
)
async def test_wrong_rules_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    refused = await api.create_asset("NEW", **{**LAST_USE, **facts})
    assert (refused["field"], refused["problem"]) == (field, problem)


async def test_the_database_itself_keeps_exempt_value_from_being_renewed(api: Api, database_url: str):
    await api.asset("EXEMPT", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=3)
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.CheckViolationError, match="asset_six_months"):
        await owner.execute(
            "update asset set expiry_rule = 4 where municipality_id = $1 and six_month_exempt", api.town.id
        )
    with pytest.raises(asyncpg.CheckViolationError, match="asset_expiry_rule"):
        await owner.execute("update asset set expiry_rule = 4 where municipality_id = $1 and code = 'JPY'", api.town.id)
    await owner.close()


def test_the_end_of_a_lot_is_midnight_of_the_day_months_later():
    assert after(months_later(date(2026, 2, 28), 36)).isoformat() == "2029-02-28T15:00:00+00:00"
