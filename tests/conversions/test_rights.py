"""What is received never outlives what was converted, and is taken by no store that did not take it."""

from datetime import timedelta

from domain.database import rows
from tests.support.api import Api, picked
from tests.support.conversions import market
from tests.support.coupons import CouponApi

REASON = "健康事業のポイントを長く使えるようにするため"


async def test_the_assets_own_stores_bind_too(api: Api):
    """Points that one shop takes become no currency for all shops, although their programme names no shop."""
    town = await market(api, points={"acceptance": {"storeIds": [api.store()]}})
    await town.rate()
    await api.grant(town.health, 500)
    for answer in (town.convert(500), town.quote(500)):
        refusal = await CouponApi(api.town).nothing_moved(answer)
        assert picked(refusal, "code", "reason", "available") == {
            "code": "VALUE_BOUND",
            "reason": "FEWER_STORES",
            "available": 0,
        }
    await town.rate(laterEndReason=REASON)
    assert (await town.convert(500))["reason"] == "FEWER_STORES", "a rate lets nothing pay at more stores"


async def test_into_value_of_the_same_stores(api: Api):
    here = {"acceptance": {"storeIds": [api.store()]}}
    town = await market(api, points=here, currency=here)
    await town.rate()
    await api.grant(town.health, 500)
    assert (await town.convert(500))["conversion"]["received"][0]["amount"] == 500


async def test_the_conversions_programme_may_keep_the_stores(api: Api):
    here = {"categories": ["baby"]}
    town = await market(api, points={"acceptance": here}, acceptance={**here, "sizeClasses": ["SMALL"]})
    await town.rate()
    await api.grant(town.health, 500)
    assert "conversion" in await town.convert(500)


async def test_hours_of_the_programme_bind(api: Api):
    town = await market(api)
    await town.rate()
    weekdays = await api.programme(town.points, 1_000, acceptance={"hours": {"weekdays": ["MONDAY", "TUESDAY"]}})
    await api.grant(weekdays, 500)
    assert (await town.convert(500))["reason"] == "FEWER_HOURS"


async def test_exempt_value_is_never_lengthened(api: Api):
    """Six-month value into value without an end, and into value of the same six months."""
    exempt = {"sixMonthExempt": True, "expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 6}
    town = await market(api, points=exempt)
    await town.rate()
    await api.grant(town.health, 500)
    refusal = await CouponApi(api.town).nothing_moved(town.convert(500))
    assert picked(refusal, "code", "reason") == {"code": "VALUE_BOUND", "reason": "ENDS_SOONER"}
    declared = await town.rate(laterEndReason=REASON)
    assert picked(declared, "code", "field", "problem") == {
        "code": "INVALID_INPUT",
        "field": "laterEndReason",
        "problem": "REASON_OF_END",
    }
    same = await api.asset("SAME", **exempt)
    pool = await api.programme(same, 1_000, kind="CONVERSION")
    await town.rate(toAssetId=same, programmeId=pool)
    assert "conversion" in await town.convert(500, toAssetId=same)
    await api.town.assert_sound()


async def test_a_rate_may_declare_a_later_end(api: Api):
    town = await market(api, points={"expiryRule": "FIXED_DATE", "expiresOn": api.day(timedelta(days=30))})
    await town.rate()
    await api.grant(town.health, 500)
    assert (await CouponApi(api.town).nothing_moved(town.convert(500)))["reason"] == "ENDS_SOONER"
    rate = (await town.rate(laterEndReason=REASON))["rate"]
    assert rate["laterEndReason"] == REASON
    assert (await town.quote(500))["quote"]["receivedAmount"] == 500
    assert "conversion" in await town.convert(500)
    trail = await rows(
        "select n.note from audit_entry e left join audit_note n on n.municipality_id = e.municipality_id and n.entry_id = e.id"
        " where e.municipality_id = $1 and action = 'set_conversion_rate' order by id",
        api.town.id,
    )
    assert [row["note"] for row in trail] == [None, REASON]
    await api.town.assert_sound()
