"""Vouchers never outlive the coin that buys them, and are taken by no store that does not take the coin."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from tests.support.api import picked
from tests.support.conversions import market
from tests.support.coupons import CouponApi
from tests.support.vouchers import VoucherApi

REASON = "市が発行する通貨で、購入者に不利にならないため"


async def nothing_bought(api: VoucherApi, work: Any) -> Any:
    """The answer to a refused purchase; AssertionError if anything moved."""
    return await CouponApi(api.town).nothing_moved(work)


async def coin(api: VoucherApi, code: str, **facts: Any) -> str:
    return await api.asset(code, kind="COIN", paid=True, chargeMaximum=300_000, **facts)


async def charged(api: VoucherApi, asset: str, amount: int = 5_000) -> None:
    assert "charge" in await api.charge(amount, assetId=asset)


async def test_exempt_coin_of_six_months_buys_no_voucher_that_ends_later(api: VoucherApi):
    """The guard of article 4-2 of the Payment Services Act: six-month coin is not made into value of nine months."""
    exempt = await coin(api, "SIX", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=6)
    await charged(api, exempt)
    late = await api.product(expiresOn=api.day(timedelta(days=270)))
    refusal = await nothing_bought(api, api.buy(late))
    assert picked(refusal, "code", "reason", "available", "retry") == {
        "code": "VALUE_BOUND",
        "reason": "ENDS_SOONER",
        "available": 0,
        "retry": "NEW_KEY",
    }
    assert refusal["message"] == (
        "残高の一部は、ここではお使いいただけません。購入・交換するものより先に有効期限が来るためです。お使いいただけるのは0円分です。"
    )
    assert (await nothing_bought(api, api.buy(late, gift=True)))["code"] == "VALUE_BOUND", "a gift is bought alike"
    early = await api.product(expiresOn=api.day(timedelta(days=90)))
    assert "purchase" in await api.buy(early)
    await api.town.assert_sound()


async def test_no_declaration_lengthens_exempt_coin(api: VoucherApi):
    exempt = await coin(api, "SIX", sixMonthExempt=True, expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=6)
    await charged(api, exempt)
    late = await api.product(expiresOn=api.day(timedelta(days=270)), widerThanCoinReason=REASON)
    assert (await nothing_bought(api, api.buy(late)))["reason"] == "ENDS_SOONER"


async def test_to_the_last_day_a_voucher_may_end_with_its_coin(api: VoucherApi):
    short = await coin(api, "SHORT", expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=90)))
    await charged(api, short, 10_000)
    for days, bought in ((90, True), (91, False)):
        answer = await api.buy(await api.product(expiresOn=api.day(timedelta(days=days))))
        assert ("purchase" in answer) == bought


async def test_a_municipality_may_declare_that_charged_coin_buys_more(api: VoucherApi):
    """Its reason is on the product, for residents and the second officer, and in the audit trail."""
    short = await coin(api, "SHORT", expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=40)))
    await charged(api, short)
    terms = {"expiresOn": api.day(timedelta(days=90))}
    assert (await nothing_bought(api, api.buy(await api.product(**terms))))["reason"] == "ENDS_SOONER"
    declared = await api.product(**terms, widerThanCoinReason=REASON)
    assert "purchase" in await api.buy(declared)
    shown = await api.ask(None, "VoucherProduct", id=declared)
    assert shown["widerThanCoinReason"] == REASON
    [row] = await rows(
        "select actor, n.note, after::text from audit_entry e join audit_note n on n.municipality_id = e.municipality_id"
        " and n.entry_id = e.id where e.municipality_id = $1 and action = 'create_voucher_product'",
        api.town.id,
    )
    assert (row["actor"], row["note"]) == (api.town.finance.person_id, REASON)
    assert '"wider_than_coin": true' in row["after"]
    await api.town.assert_sound()


@pytest.mark.parametrize(
    "facts",
    [
        {"legalProfile": "REGISTERED_THIRD_PARTY"},
        {"legalProfile": "OWN_BUSINESS"},
        {"sixMonthExempt": True},
        {"legalProfile": "OWN_BUSINESS", "sixMonthExempt": True},
    ],
)
async def test_only_a_municipal_issuer_without_the_exemption_declares_it(api: VoucherApi, facts: dict[str, Any]):
    refusal = await api.draft(**facts, widerThanCoinReason=REASON)
    assert picked(refusal, "code", "field", "problem") == {
        "code": "INVALID_INPUT",
        "field": "widerThanCoinReason",
        "problem": "REASON_OF_LENGTH",
    }


async def test_coin_of_another_issuer_is_not_widened(api: VoucherApi):
    third = await coin(
        api,
        "CHAMBER",
        legalProfile="REGISTERED_THIRD_PARTY",
        expiryRule="FIXED_DATE",
        expiresOn=api.day(timedelta(days=40)),
    )
    await charged(api, third)
    declared = await api.product(widerThanCoinReason=REASON)
    assert (await nothing_bought(api, api.buy(declared)))["reason"] == "ENDS_SOONER"


async def test_coin_of_one_shop_does_not_buy_what_other_shops_take(api: VoucherApi):
    bound = await coin(api, "BOUND", acceptance={"storeIds": [api.store()]})
    await charged(api, bound, 10_000)
    refusal = await nothing_bought(api, api.buy(await api.product()))
    assert picked(refusal, "code", "reason") == {"code": "VALUE_BOUND", "reason": "FEWER_STORES"}
    own = await api.product(subVouchers=[sub_voucher(acceptance={"storeIds": [api.store()]})])
    assert "purchase" in await api.buy(own), "vouchers of that shop alone are within its rights"
    one_part_is_wider = [sub_voucher(3_000, acceptance={"storeIds": [api.store()]}), sub_voucher(3_500)]
    refusal = await nothing_bought(api, api.buy(await api.product(subVouchers=one_part_is_wider)))
    assert refusal["reason"] == "FEWER_STORES"


def sub_voucher(face_value: int = 6_500, **facts: Any) -> dict[str, Any]:
    return {"nameJa": "専用券", "nameEn": "Bound", "faceValue": face_value, "minimumUnit": 1, "free": False, **facts}


async def test_converted_coin_is_bound_by_its_programme_whatever_is_declared(api: VoucherApi):
    """Coin that points became, for stores of one category, stays that, also where charged coin may buy more."""
    town = await market(api, acceptance={"categories": ["baby"]})
    pool = await api.programme(api.coin, 100_000, kind="CONVERSION", acceptance={"categories": ["baby"]})
    points = await api.asset("BABY", acceptance={"categories": ["baby"]})
    await api.grant(await api.programme(points, 100_000), 5_000)
    await town.rate(fromAssetId=points, toAssetId=api.coin, programmeId=pool)
    assert "conversion" in await town.convert(5_000, fromAssetId=points, toAssetId=api.coin)
    for facts in ({}, {"widerThanCoinReason": REASON}):
        refusal = await nothing_bought(api, api.buy(await api.product(**facts)))
        assert picked(refusal, "code", "reason", "available") == {
            "code": "VALUE_BOUND",
            "reason": "FEWER_STORES",
            "available": 0,
        }
    within = sub_voucher(acceptance={"categories": ["baby"], "sizeClasses": ["SMALL"]})
    assert "purchase" in await api.buy(await api.product(subVouchers=[within]))


async def test_coin_of_one_category_buys_vouchers_within_it_or_what_is_declared(api: VoucherApi):
    baby = await coin(api, "BABY", acceptance={"categories": ["baby"]})
    await charged(api, baby, 10_000)
    assert (await nothing_bought(api, api.buy(await api.product())))["reason"] == "FEWER_STORES"
    within = sub_voucher(acceptance={"categories": ["baby"], "sizeClasses": ["SMALL"]})
    assert "purchase" in await api.buy(await api.product(subVouchers=[within]))
    assert "purchase" in await api.buy(await api.product(widerThanCoinReason=REASON))


async def test_coin_of_weekdays_does_not_buy_vouchers_of_every_day(api: VoucherApi):
    weekdays = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    hours = {"weekdays": weekdays, "fromTime": "10:00", "untilTime": "17:00"}
    await charged(api, await coin(api, "DAYS", acceptance={"hours": hours}), 10_000)
    assert (await nothing_bought(api, api.buy(await api.product())))["reason"] == "FEWER_HOURS"
    longer = {**hours, "untilTime": "17:01"}
    assert (await nothing_bought(api, api.buy(await api.product(usableHours=longer))))["reason"] == "FEWER_HOURS"
    within = {"weekdays": ["MONDAY", "FRIDAY"], "fromTime": "11:00", "untilTime": "17:00"}
    assert "purchase" in await api.buy(await api.product(usableHours=within))


async def test_what_is_free_pays_first_and_what_is_bound_stays(api: VoucherApi):
    """A mixed wallet: only the coin that may buy does, and too little of it says what stood in the way."""
    bound = await coin(api, "BOUND", acceptance={"storeIds": [api.store()]})
    await charged(api, bound, 3_000)
    await api.charge(4_999)
    product = await api.product()
    refusal = await nothing_bought(api, api.buy(product))
    assert picked(refusal, "code", "available") == {"code": "VALUE_BOUND", "available": 4_999}
    await api.charge(1)
    key = str(uuid4())
    assert (await api.buy(product, idempotencyKey=key))["purchase"]["amount"] == 5_000
    assert (await api.buy(product, idempotencyKey=key))["replayed"]
    assert await api.balances() == {
        "BOUND": 3_000,
        **{code: amount for code, amount in (await api.balances()).items() if code not in {"BOUND", "COIN"}},
    }
    short = await nothing_bought(api, api.buy(product))
    assert (short["code"], short["available"]) == ("INSUFFICIENT_BALANCE", 0), "3,000 would not have been enough either"


async def test_cash_and_cards_buy_any_voucher(api: VoucherApi):
    late = await api.product(expiresOn=api.day(timedelta(days=400)))
    assert "purchase" in await api.sell(late)
