"""Who pays for a programme, and where each part of a payment came from, as residents and reports are told."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.vouchers import VoucherApi

SOURCES = {
    "PUBLIC_BUDGET": ("財源は公費です。", "It is paid for from the public budget."),
    "CHAMBER": ("財源は商工会・商工会議所の負担です。", "It is paid for by the chamber of commerce."),
    "STORE_ASSOCIATION": ("財源は商店会・加盟店の負担です。", "It is paid for by an association of shops."),
    "DONATION": ("財源は寄附です。", "It is paid for by donations."),
    "OTHER": ("財源はその他の資金です。", "It is paid for by other funds."),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_a_payment_says_who_paid_for_its_value(api: Api, source: str):
    programme = await api.programme(await api.asset("POINT"), 1_000, fundingSource=source)
    assert (await api.ask(None, "Programme", id=programme))["fundingSource"] == source
    await api.grant(programme, 500)
    ja, en = SOURCES[source]
    paid = [(await api.pay(100, locale=locale))["payment"]["explain"][0] for locale in ("ja", "en")]
    assert paid == [
        f"町ポイントから100円分を使いました。「応援事業」で受け取った分です。{ja}期限はありません。",
        f"100 yen's worth came from Town points. It was given by “Support”. {en} It has no last day.",
    ]
    [row] = await rows(
        "select actor, after::text from audit_entry where municipality_id = $1 and action = 'create_programme'",
        api.town.id,
    )
    assert row["actor"] == api.town.finance.person_id
    assert f'"funding_source": "{source}"' in row["after"]


async def test_a_programme_that_does_not_say_is_not_guessed(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    assert (await api.ask(None, "Programme", id=programme))["fundingSource"] is None
    await api.grant(programme, 500)
    [sentence] = (await api.pay(100))["payment"]["explain"]
    assert sentence == "町ポイントから100円分を使いました。「応援事業」で受け取った分です。期限はありません。"


async def test_the_source_is_part_of_what_a_key_stands_for(api: Api):
    asset, key = await api.asset("POINT"), str(uuid4())
    facts = {"idempotencyKey": key, "startsAt": api.at(timedelta(days=-1)), "endsAt": api.at(timedelta(days=9))}
    first = await api.create_programme(asset, 1_000, **facts, fundingSource="CHAMBER")
    again = await api.create_programme(asset, 1_000, **facts, fundingSource="CHAMBER")
    assert (again["replayed"], again["programme"]["id"]) == (True, first["programme"]["id"])
    other = await api.create_programme(asset, 1_000, **facts, fundingSource="DONATION")
    assert other["code"] == "KEY_REUSED"
    assert (await api.ask(None, "Programme", id=first["programme"]["id"]))["fundingSource"] == "CHAMBER"


async def test_reports_tell_sources_apart(api: Api, moved: MovableClock):
    """Worked by hand: 1,000 of which 300 were given and 100 spent; 2,000 of which 50 were given; 70 that do not say."""
    asset = await api.asset("POINT")
    chamber = await api.programme(asset, 1_000, fundingSource="CHAMBER")
    donated = await api.programme(asset, 2_000, fundingSource="DONATION")
    unsaid = await api.programme(asset, 70)
    await api.grant(chamber, 300)
    await api.pay(100)
    moved.forward(timedelta(seconds=1))
    before = api.at()
    moved.forward(timedelta(seconds=1))
    await api.grant(donated, 50)
    assert await report(api) == {"CHAMBER": (700, 200), "DONATION": (1_950, 50), None: (70, 0)}
    assert await report(api, at=before) == {"CHAMBER": (700, 200), "DONATION": (2_000, 0), None: (70, 0)}
    assert await api.left(unsaid) == 70


async def report(api: Api, **facts: Any) -> dict[str | None, tuple[int, int]]:
    trial = await api.ask(api.town.auditor, "TrialBalance", municipality=api.code, **facts)
    assert trial["balanced"]
    return {line["fundingSource"]: (line["budgetLeft"], line["inWallets"]) for line in trial["bySource"]}


async def test_cash_cards_and_vouchers_are_explained_as_what_they_are(api: Api, moved: MovableClock):
    moved.forward(days_until_noon(api))
    today = api.day()
    year, month, day = (int(part) for part in today.split("-"))
    await api.charge(10_000)
    vouchers = VoucherApi(api.town)
    product = await vouchers.product(nameJa="春の商品券", nameEn="Spring voucher")
    await vouchers.buy(product)
    payments = {locale: (await api.pay(6_600, locale=locale, excludeAssetIds=[]))["payment"] for locale in ("ja",)}
    sentences = " ".join(payments["ja"]["explain"])
    assert f"「春の商品券」の商品券（{year}年{month}月{day}日購入）です。" in sentences
    assert "ご自身でチャージした分です。" in sentences
    await vouchers.buy(
        await vouchers.product(
            nameJa="夏の商品券", nameEn="Summer voucher", price=1_000, faceValue=1_000, subVouchers=[SUB]
        )
    )
    english = (await api.pay(500, locale="en"))["payment"]["explain"][0]
    assert f"It is of the voucher “Summer voucher”, bought on {today}." in english


SUB = {"nameJa": "共通券", "nameEn": "Common", "faceValue": 1_000, "minimumUnit": 1, "free": False}


def days_until_noon(api: Api) -> timedelta:
    """To noon of tomorrow in Tokyo, so that no test runs over midnight."""
    now = api.services.clock()
    return timedelta(days=1, hours=3) - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)


EXEMPT = {"sixMonthExempt": True, "expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 6}


async def test_an_exempt_programme_names_no_day_that_its_first_value_does_not_reach(api: Api, moved: MovableClock):
    """From 31 March 2027 the six months end on 30 September; from 10 May on 9 November. Worked by hand."""
    moved.forward(timedelta(days=(date.fromisoformat("2027-03-20") - date.fromisoformat(api.day())).days))
    asset = await api.asset("SIX", **EXEMPT)
    for starts, last, late in (("2027-03-31", "2027-09-30", "2027-10-01"), ("2027-05-10", "2027-11-09", "2027-11-10")):
        terms = {"startsAt": f"{starts}T00:00:00+09:00", "endsAt": "2027-08-31T00:00:00+09:00"}
        refusal = await api.create_programme(asset, 1_000, **terms, expiresOn=late)
        assert picked(refusal, "code", "field", "problem") == {
            "code": "INVALID_INPUT",
            "field": "expiresOn",
            "problem": "SIX_MONTHS_OF_FIRST_DAY",
        }
        created = (await api.create_programme(asset, 1_000, **terms, expiresOn=last))["programme"]
        assert picked(created, "expiresOn", "nextValueExpiresOn") == {"expiresOn": last, "nextValueExpiresOn": last}


async def test_without_a_day_of_its_own_a_programme_says_until_when_its_next_value_is_good(
    api: Api, moved: MovableClock
):
    moved.forward(timedelta(days=(date.fromisoformat("2027-03-31") - date.fromisoformat(api.day())).days))
    programme = await api.programme(await api.asset("SIX", **EXEMPT), 1_000, endsAt="2027-08-31T15:00:00Z")
    assert (await api.ask(None, "Programme", id=programme))["nextValueExpiresOn"] == "2027-09-30"
    moved.forward(timedelta(days=40))
    assert (await api.ask(None, "Programme", id=programme))["nextValueExpiresOn"] == "2027-11-09"
    moved.forward(timedelta(days=200))
    assert (await api.ask(None, "Programme", id=programme))["nextValueExpiresOn"] is None


async def test_the_end_of_the_sixth_month_is_later_than_six_months(api: Api):
    facts = {"sixMonthExempt": True, "expiryRule": "MONTH_END_AFTER_MONTHS"}
    refusal = await api.create_asset("LATE", **facts, expiresAfterMonths=6)
    assert picked(refusal, "code", "field", "problem") == {
        "code": "INVALID_INPUT",
        "field": "expiresAfterMonths",
        "problem": "SIX_MONTHS",
    }
    assert "asset" in await api.create_asset("FIVE", **facts, expiresAfterMonths=5)
