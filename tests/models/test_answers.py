"""A key that ended answers the same for ever, and every money operation can be asked after and called off."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.database import rows
from domain.ledger.kinds import Operation
from mocks.payment_provider import PaymentProvider
from schema.engine.declared import declarations
from schema.root import schema
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.funding import linked, with_provider
from tests.support.lifecycle import to_tokyo
from tests.support.town import People
from tests.support.vouchers import VoucherApi, bought_gift

CONTRACT = schema._schema


async def outcome_of(api: Api, operation: str, key: str) -> str:
    return (await api.ask(api.town.resident, "Outcome", operation=operation, idempotencyKey=key))["state"]


@pytest.mark.parametrize("operation", list(CONTRACT.type_map["MoneyOperation"].values))
async def test_every_operation_can_be_called_off_and_asked_after(api: Api, operation: str):
    key = str(uuid4())
    assert await outcome_of(api, operation, key) == "UNKNOWN"
    for _ in range(2):
        answer = await api.ask(api.town.resident, "Abandon", input={"operation": operation, "idempotencyKey": key})
        assert answer["outcome"] == {"state": "ABANDONED", "receipt": None, "refusal": None}
    assert await outcome_of(api, operation, key) == "ABANDONED"
    mutation = Operation[operation].mutation
    assert mutation is not None
    assert declarations(CONTRACT)[mutation].operation is Operation[operation]


async def test_an_activated_gift_answers_again_although_its_numbers_were_locked(town: People):
    api = VoucherApi(town)
    _, purchase, numbers = await bought_gift(api)
    gift, (viewer, wallet), key = purchase["gift"]["id"], await town.new_resident(), str(uuid4())
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
    api = CouponApi(with_provider(town, provider))
    coupon = await api.coupon(stock=1)
    await api.charge(1_000)
    assert "payment" in await api.pay_with(1_000, coupon)
    source, key = await linked(api), str(uuid4())
    payment = {
        "idempotencyKey": key,
        "walletId": api.wallet(),
        "payee": {"storeId": api.store()},
        "amount": 2_000,
        "couponIds": [coupon],
        "topUp": {"fundingSourceId": source, "maximum": 5_000},
    }
    answer = await api.ask(town.resident, "Pay", input=payment)
    assert picked(answer, "code", "retry") == {"code": "COUPON_USED_UP", "retry": "NEW_KEY"}
    assert await outcome_of(api, "PAY", key) == "REFUSED", "what is final is written down"
    assert provider.calls == [], "and nobody's card was asked"
    await api.town.assert_sound()


async def test_closing_a_product_again_is_one_row_of_audit(town: People):
    api = VoucherApi(town)
    product, key = await api.product(), str(uuid4())
    assert (await api.close(product, key=key))["replayed"] is False
    assert (await api.close(product, key=key))["replayed"] is True
    trail = await rows(
        "select 1 from audit_entry where municipality_id = $1 and action = 'close_voucher_product'", town.id
    )
    assert len(trail) == 1
