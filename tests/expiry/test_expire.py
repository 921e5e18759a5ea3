"""The end of value: not spendable from its instant on, taken out once, to where its asset says."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from domain.assets.expiry import after, last_usable_day, latest_of_six_months
from domain.assets.kinds import ExpiryRule
from domain.expiry.expire import expire
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind, JournalKind
from domain.refusals import InvalidInputError
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.lifecycle import journals


@pytest.mark.parametrize(
    ("rule", "issued", "months", "fixed", "last"),
    [
        (ExpiryRule.NONE, date(2026, 1, 31), None, None, None),
        (ExpiryRule.FIXED_DATE, date(2026, 1, 31), None, date(2026, 2, 28), date(2026, 2, 28)),
        (ExpiryRule.MONTHS_AFTER_ISSUE, date(2026, 1, 31), 1, None, date(2026, 2, 28)),
        (ExpiryRule.MONTHS_AFTER_ISSUE, date(2027, 12, 15), 2, None, date(2028, 2, 15)),
        (ExpiryRule.MONTHS_AFTER_ISSUE, date(2027, 8, 31), 6, None, date(2028, 2, 29)),
        (ExpiryRule.MONTH_END_AFTER_MONTHS, date(2026, 1, 31), 1, None, date(2026, 2, 28)),
        (ExpiryRule.MONTH_END_AFTER_MONTHS, date(2026, 11, 1), 5, None, date(2027, 4, 30)),
        (ExpiryRule.MONTH_END_AFTER_MONTHS, date(2026, 11, 30), 1, None, date(2026, 12, 31)),
    ],
)
def test_last_days(rule: ExpiryRule, issued: date, months: int | None, fixed: date | None, last: date | None):
    assert last_usable_day(rule, issued, months, fixed) == last


def test_the_end_of_a_day_is_midnight_in_tokyo():
    assert after(date(2026, 3, 31)) == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert after(date(2026, 12, 31)) == datetime(2026, 12, 31, 15, tzinfo=UTC)


SIX_MONTHS = [
    # Worked by hand on a calendar: Civil Code, articles 140 and 143(2); the first day counts. The month has such a day:
    ("2026-03-10", "2026-09-09"),
    ("2026-07-01", "2026-12-31"),
    ("2027-01-31", "2027-07-30"),
    ("2027-02-28", "2027-08-27"),
    ("2027-04-01", "2027-09-30"),
    ("2027-04-30", "2027-10-29"),
    ("2027-07-31", "2028-01-30"),
    ("2028-02-29", "2028-08-28"),
    ("2027-08-28", "2028-02-27"),
    ("2027-08-29", "2028-02-28"),  # 2028 has a 29 February
    # The month has no such day, so the period ends with the month:
    ("2027-03-31", "2027-09-30"),
    ("2027-05-31", "2027-11-30"),
    ("2027-10-31", "2028-04-30"),
    ("2027-12-31", "2028-06-30"),
    ("2026-08-29", "2027-02-28"),
    ("2026-08-30", "2027-02-28"),
    ("2026-08-31", "2027-02-28"),
    ("2027-08-30", "2028-02-29"),
    ("2027-08-31", "2028-02-29"),
]


@pytest.mark.parametrize(("issued", "last"), SIX_MONTHS)
def test_six_months_end_the_day_before_the_corresponding_day_or_with_the_month(issued: str, last: str):
    assert latest_of_six_months(date.fromisoformat(issued)) == date.fromisoformat(last)


INSERT_LOT = """insert into lot (municipality_id, asset_id, origin, funding, issued_on, issued_at, expires_at, six_month_exempt)
  select municipality_id, id, 1, 1, $2, $3, $4, true from asset where municipality_id = $1 and six_month_exempt"""


@pytest.mark.parametrize(("issued", "last"), SIX_MONTHS)
async def test_the_database_takes_the_same_last_day_and_no_later_one(
    api: Api, database_url: str, issued: str, last: str
):
    await api.asset("EXEMPT", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=3)
    owner = await asyncpg.connect(database_url)
    issued_on, end = date.fromisoformat(issued), after(date.fromisoformat(last))
    issued_at = datetime.combine(issued_on, datetime.min.time(), UTC) - timedelta(hours=9)
    with pytest.raises(asyncpg.CheckViolationError, match="lot_six_months"):
        await owner.execute(INSERT_LOT, api.town.id, issued_on, issued_at, end + timedelta(seconds=1))
    assert await owner.execute(INSERT_LOT, api.town.id, issued_on, issued_at, end) == "INSERT 0 1"
    await owner.close()


async def test_value_issued_on_31_march_ends_with_30_september(api: Api, moved: MovableClock):
    """From the grant to the day that is shown, and the last second of it."""
    moved.forward(datetime(2027, 3, 31, 3, tzinfo=UTC) - api.services.clock())
    exempt = await api.asset("EXEMPT", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=6)
    programme = await api.programme(exempt, 1_000)
    granted = await api.grant(programme, 500)
    assert picked(granted["grant"]["allocations"], "expiresOn") == [{"expiresOn": "2027-09-30"}]
    moved.forward(datetime(2027, 9, 30, 14, 59, 30, tzinfo=UTC) - api.services.clock())
    assert (await api.pay(100))["payment"]["amount"] == 100
    moved.forward(timedelta(seconds=31))
    assert (await api.pay(100))["available"] == 0


async def test_expired_value_goes_to_breakage_or_back_to_its_budget_once(api: Api, moved: MovableClock):
    lost = await api.asset("LOST", expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=3)))
    back = await api.asset("BACK", expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=3)), returnsToBudget=True)
    of_lost, of_back = await api.programme(lost, 1_000), await api.programme(back, 1_000)
    await api.grant(of_lost, 400)
    await api.grant(of_back, 300)
    await api.pay(100, excludeAssetIds=[lost])
    await expire(api.services)
    assert await journals(api, JournalKind.EXPIRY) == 0
    moved.forward(timedelta(days=4))
    await asyncio.gather(*[expire(api.services) for _ in range(3)])
    assert await journals(api, JournalKind.EXPIRY) == 2, "several at once are as one"
    assert await expire(api.services) == 0
    assert await api.balances() == {}
    assert await api.left(of_back) == 1_000 - 100
    trial = await trial_balance(api.town.id, api.services.clock())
    assert {line.posted for line in trial.lines if line.kind is AccountKind.BREAKAGE} == {400}
    edges = (await api.ask(api.town.resident, "WalletPastEvents", id=api.wallet(), first=50))["events"]["edges"]
    assert sum(edge["node"]["__typename"] == "ValueExpired" for edge in edges) == 2
    await api.town.assert_sound()


async def test_six_months_and_a_second(api: Api, moved: MovableClock):
    """Exempt value: its lot ends within six months whatever the rule says, and nothing is paid a second later."""
    exempt = await api.asset("EXEMPT", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=6)
    programme = await api.programme(exempt, 1_000)
    granted = await api.grant(programme, 500)
    today = date.fromisoformat(api.day())
    assert picked(granted["grant"]["allocations"], "expiresOn") == [
        {"expiresOn": latest_of_six_months(today).isoformat()}
    ]
    end = after(latest_of_six_months(today))
    moved.forward(end - api.services.clock() - timedelta(seconds=30))
    assert (await api.pay(100))["payment"]["amount"] == 100
    moved.forward(end - api.services.clock() + timedelta(seconds=1))
    assert (await api.pay(100))["available"] == 0


async def test_the_database_itself_keeps_the_six_months(api: Api, database_url: str):
    exempt = await api.asset("EXEMPT", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=3)
    await api.grant(await api.programme(exempt, 1_000), 500)
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.CheckViolationError, match="lot_six_months"):
        await owner.execute(
            "insert into lot (municipality_id, asset_id, origin, funding, issued_on, issued_at, expires_at, six_month_exempt)"
            " select municipality_id, asset_id, origin, funding, issued_on, issued_at, issued_at + interval '7 months', true from lot"
            " where municipality_id = $1 and six_month_exempt",
            api.town.id,
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(
            "update lot set expires_at = expires_at + interval '1 day' where municipality_id = $1", api.town.id
        )
    await owner.close()


async def test_nothing_expires_before_its_time(api: Api):
    with pytest.raises(InvalidInputError):
        await expire(api.services, api.services.clock() + timedelta(days=1))
