"""A key that ended answers the same for ever, and every money operation can be asked after and called off."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.ledger.kinds import KIND_OF, Operation
from mocks.payment_provider import KEY, PaymentProvider
from schema.enums import MoneyOperation
from tests.payments.test_top_up import link
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.lifecycle import to_tokyo
from tests.support.town import People
from tests.support.vouchers import VoucherApi
from tests.vouchers.test_gifts import given as gift_given

ABANDON = (
    "mutation($input: AbandonInput!) { abandon(input: $input) { ... on AbandonSuccess { outcome { state receipt { id } refusal { code } } }"
    " ... on UserError { code } } }"
)
OUTCOME = "query($operation: MoneyOperation!, $key: UUID!) { outcome(operation: $operation, idempotencyKey: $key) { state receipt { id } } }"
PAY = "mutation($input: PayInput!) { pay(input: $input) { ... on PaySuccess { replayed } ... on UserError { code retry } } }"


@pytest.mark.parametrize("operation", [one.name for one in MoneyOperation])
async def test_every_operation_can_be_called_off_and_asked_after(api: Api, operation: str):
    key = str(uuid4())
    assert (await api.ask(api.town.resident, OUTCOME, operation=operation, key=key))["state"] == "UNKNOWN"
    for _ in range(2):
        answer = await api.ask(api.town.resident, ABANDON, input={"operation": operation, "idempotencyKey": key})
        assert answer["outcome"] == {"state": "ABANDONED", "receipt": None, "refusal": None}
    assert (await api.ask(api.town.resident, OUTCOME, operation=operation, key=key))["state"] == "ABANDONED"
    assert Operation[operation] in KIND_OF


async def test_an_activated_gift_answers_again_although_its_numbers_were_locked(town: People):
    api = VoucherApi(town)
    _, bought, numbers = await gift_given(api, 1)
    gift, (viewer, wallet), key = bought["gift"]["id"], await town.new_resident(), str(uuid4())
    done = await api.activate(gift, numbers, viewer, wallet, idempotencyKey=key)
    for _ in range(5):
        await api.activate(gift, numbers, *await town.new_resident(), pin="0000")
    assert (await api.activate(gift, numbers, *await town.new_resident()))["code"] == "GIFT_LOCKED"
    again = await api.activate(gift, numbers, viewer, wallet, idempotencyKey=key)
    assert (again["replayed"], again["activation"], again["balances"]) == (True, done["activation"], done["balances"])
    assert (await api.activate(gift, numbers, viewer, wallet))["code"] == "GIFT_LOCKED", (
        "another key is another attempt"
    )


async def test_a_top_up_answers_again_although_its_coin_has_ended(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    last = api.day(timedelta(days=3))
    name = await api.asset(
        "SUMMER", kind="COIN", paid=True, chargeMaximum=10_000, expiryRule="FIXED_DATE", expiresOn=last
    )
    key = str(uuid4())
    done = await api.charge(500, assetId=name, idempotencyKey=key)
    moved.forward(timedelta(days=10))
    again = await api.charge(500, assetId=name, idempotencyKey=key)
    assert (again["replayed"], again["charge"]) == (True, done["charge"])
    assert (await api.charge(400, assetId=name, idempotencyKey=key))["code"] == "KEY_REUSED"
    assert (await api.charge(500, assetId=name))["code"] == "UNKNOWN_ASSET"
    await api.town.assert_sound()


async def test_a_payment_with_a_card_and_a_used_up_coupon_is_refused_under_its_key(
    town: People, provider: PaymentProvider
):
    api = CouponApi(replace(town, services=replace(town.services, funding=HttpPaymentProvider(provider.address, KEY))))
    coupon = await api.coupon(stock=1)
    await api.charge(1_000)
    assert "payment" in await api.pay_with(1_000, coupon)
    source, key = (await link(api))["fundingSource"]["id"], str(uuid4())
    given = {
        "idempotencyKey": key,
        "walletId": api.wallet(),
        "payee": {"storeId": api.store()},
        "amount": 2_000,
        "couponIds": [coupon],
        "topUp": {"fundingSourceId": source, "maximum": 5_000},
    }
    assert await api.ask(town.resident, PAY, input=given) == {"code": "COUPON_USED_UP", "retry": "NEW_KEY"}
    assert (await api.ask(town.resident, OUTCOME, operation="PAY", key=key))["state"] == "REFUSED", (
        "what is final is written down"
    )
    assert provider.calls == [], "and nobody's card was asked"
    await api.town.assert_sound()


async def test_closing_a_product_again_is_one_row_of_audit(town: People):
    api = VoucherApi(town)
    product, key = await api.product(), str(uuid4())
    assert (await api.close(product, key=key))["replayed"] is False
    assert (await api.close(product, key=key))["replayed"] is True
    assert (
        len(
            await rows(
                "select 1 from audit_entry where municipality_id = $1 and action = 'close_voucher_product'", town.id
            )
        )
        == 1
    )
