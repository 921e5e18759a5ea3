"""A refusal and a quote name the rule that keeps value of the wallet away, in both languages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.expiry.expire import expire
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.lifecycle import to_tokyo
from tests.support.projects import classified_store, parts_of


@pytest.fixture(autouse=True)
def noon(moved: MovableClock) -> None:
    to_tokyo(moved, 12)


def other_day(api: Api) -> str:
    weekday = (api.services.clock() + timedelta(hours=9)).isoweekday()
    names = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
    return names[weekday % 7]


RULES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "OTHER_STORE",
        {"acceptance": {"groups": ["ginza"]}},
        "「町ポイント」500円分は、このお店では使えません。",
        "500 yen's worth of “Town points” is for other shops.",
    ),
    (
        "OTHER_CATEGORY",
        {"acceptance": {"categories": ["baby"]}},
        "「町ポイント」500円分は、この業種のお店では使えません。",
        "500 yen's worth of “Town points” is not for shops of this category.",
    ),
    (
        "OTHER_CATEGORY",
        {"acceptance": {"excludedCategories": ["food"]}},
        "「町ポイント」500円分は、この業種のお店では使えません。",
        "500 yen's worth of “Town points” is not for shops of this category.",
    ),
    (
        "OTHER_SIZE",
        {"acceptance": {"sizeClasses": ["LARGE"]}},
        "「町ポイント」500円分は、この規模のお店では使えません。",
        "500 yen's worth of “Town points” is not for shops of this size.",
    ),
    (
        "OTHER_AREA",
        {"acceptance": {"areas": ["north"]}},
        "「町ポイント」500円分は、この地区のお店では使えません。",
        "500 yen's worth of “Town points” is not for shops of this area.",
    ),
    (
        "OTHER_TIME",
        {"acceptance": {"hours": {"fromTime": "18:00", "untilTime": "21:00"}}},
        "「町ポイント」500円分は、いまの時間帯には使えません。",
        "500 yen's worth of “Town points” is for other hours.",
    ),
]


@pytest.mark.parametrize(("rule", "facts", "ja", "en"), RULES, ids=[rule for rule, *_ in RULES])
@pytest.mark.parametrize("by", ["asset", "programme"])
async def test_a_refusal_and_a_quote_name_the_rule(
    api: Api, rule: str, facts: dict[str, Any], ja: str, en: str, by: str
):
    asset = await api.asset("POINT", **(facts if by == "asset" else {}))
    await api.grant(await api.programme(asset, 1_000, **(facts if by == "programme" else {})), 500)
    shop = await classified_store(api)
    key = str(uuid4())
    for locale, words in (("ja", ja), ("en", en)):
        refused = await api.pay(300, shop, locale, idempotencyKey=key)
        assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 0)
        assert picked(refused["reasons"], "rule", "assetId", "amount", "message") == [
            {"rule": rule, "assetId": asset, "amount": 500, "message": words}
        ]
        assert words in refused["message"]
        assert "のは0円" not in refused["message"]
        assert ": 0 yen" not in refused["message"]
    quoted = await api.quote(300, shop)
    assert (quoted["code"], picked(quoted["reasons"], "rule")) == ("INSUFFICIENT_BALANCE", [{"rule": rule}])
    assert (await api.balances(), await paid_so_far(api)) == ({"POINT": 500}, 0)
    await api.charge(300)
    quote = (await api.quote(300, shop))["quote"]
    assert picked(quote["keptAway"], "rule", "amount") == [{"rule": rule, "amount": 500}]
    assert quote["availableAfter"] == 0
    await api.town.assert_sound()


async def paid_so_far(api: Api) -> int:
    journals = await rows("select 1 from journal where municipality_id = $1 and kind = 2 and outcome = 0", api.town.id)
    return len(journals)


async def test_the_wrong_weekday(api: Api):
    hours = {"acceptance": {"hours": {"weekdays": [other_day(api)]}}}
    await api.grant(await api.programme(await api.asset("POINT"), 1_000, **hours), 500)
    refused = await api.pay(300)
    assert picked(refused["reasons"], "rule", "amount") == [{"rule": "OTHER_DAY", "amount": 500}]
    assert "「町ポイント」500円分は、今日の曜日には使えません。" in refused["message"]


async def test_not_yet_too_late_left_out_and_not_for_paying(api: Api, moved: MovableClock):
    later, soon = await api.asset("LATER"), await api.asset("SOON")
    year, month, day = (int(part) for part in api.day(timedelta(days=5)).split("-"))
    midnight = datetime(year, month, day, tzinfo=UTC) - timedelta(hours=9)
    starts = midnight.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    await api.grant(await api.programme(later, 1_000, usableFrom=starts), 100)
    await api.grant(await api.programme(soon, 1_000, expiresOn=api.day(timedelta(days=1))), 200)
    await api.grant(await api.programme(await api.asset("MILE", kind="MILE"), 1_000), 300)
    out = await api.asset("OUT")
    await api.grant(await api.programme(out, 1_000), 400)
    moved.forward(timedelta(days=2))
    refused = await api.pay(50, excludeAssetIds=[out])
    assert {(reason["rule"], reason["amount"]) for reason in refused["reasons"]} == {
        ("NOT_YET", 100),
        ("EXPIRED", 200),
        ("NOT_PAYABLE", 300),
        ("EXCLUDED", 400),
    }
    [waiting] = [reason for reason in refused["reasons"] if reason["rule"] == "NOT_YET"]
    assert waiting["usableFrom"] == starts
    assert waiting["message"] == f"「町ポイント」100円分は、{year}年{month}月{day}日から使えます。"
    assert refused["message"].count("「町ポイント」") == 3, "the three largest"
    await expire(api.services)
    again = await api.pay(50, excludeAssetIds=[out])
    assert "EXPIRED" not in {reason["rule"] for reason in again["reasons"]}, "it has left the wallet"


async def test_without_other_value_the_words_are_as_ever(api: Api):
    await api.charge(200)
    refused = await api.pay(300)
    assert (refused["available"], refused["reasons"]) == (200, [])
    assert refused["message"].startswith("残高が足りません。いまお使いいただけるのは200円です。")


async def test_no_more_of_an_asset_than_its_payment_maximum(api: Api):
    """100 of the points at once; the rest comes from the next lots, and who lacks it is told why."""
    points = await api.asset("POINT", paymentMaximum=100, expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=9)))
    await api.grant(await api.programme(points, 5_000), 3_000)
    refused = await api.pay(3_000)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 100)
    [reason] = refused["reasons"]
    assert picked(reason, "rule", "amount", "maximum") == {"rule": "PAYMENT_MAXIMUM", "amount": 2_900, "maximum": 100}
    assert reason["message"] == "「町ポイント」は1回に100円分まで使えます。残りの2,900円分は今回使えません。"
    await api.charge(2_900)
    quote = (await api.quote(3_000))["quote"]
    assert picked(quote["allocations"], "asset.code", "amount") == [
        {"asset": {"code": "POINT"}, "amount": 100},
        {"asset": {"code": "COIN"}, "amount": 2_900},
    ]
    assert picked(quote["keptAway"], "rule", "amount") == [{"rule": "PAYMENT_MAXIMUM", "amount": 2_900}]
    assert quote["availableAfter"] == 2_900, "for further payments"
    assert parts_of(await api.pay(3_000, quoteToken=quote["token"])) == [("POINT", 100), ("COIN", 2_900)]
    answer = await api.pay(150, restInCash=True)
    assert (parts_of(answer), answer["payment"]["cashDue"]) == ([("POINT", 100)], 50)
    await api.town.assert_sound()


async def test_a_maximum_counts_over_lots_and_in_whole_units(api: Api):
    points = await api.asset("POINT", paymentMaximum=250, minimumUnit=100)
    for days in (10, 20, 30):
        await api.grant(await api.programme(points, 500, expiresOn=api.day(timedelta(days=days))), 100)
    refused = await api.pay(300)
    assert refused["available"] == 200
    assert picked(refused["reasons"], "rule", "amount") == [{"rule": "PAYMENT_MAXIMUM", "amount": 100}]
    assert parts_of(await api.pay(200)) == [("POINT", 100), ("POINT", 100)]
    await api.town.assert_sound()


async def test_a_conversion_and_a_purchase_name_the_rule_too(api: Api):
    town = await market(api)
    await town.rate()
    await api.grant(await api.programme(town.points, 1_000, acceptance={"categories": ["baby"]}), 400)
    await api.grant(await api.programme(await api.asset("OTHER"), 1_000), 400)
    assert (await town.convert(100))["code"] == "VALUE_BOUND", "all that is missing is bound"
    refused = await town.convert(500)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 0)
    assert picked(refused["reasons"], "rule", "amount") == [{"rule": "RESTRICTED", "amount": 400}]
    assert (await town.quote(500))["reasons"] == refused["reasons"]
