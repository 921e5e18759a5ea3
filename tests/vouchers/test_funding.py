"""Vouchers bought through a provider: it keeps money exactly for settled purchases, whatever is lost in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.jobs.schedule import settle_funding
from mocks.payment_provider import DECLINED, KEY, PaymentProvider
from tests.support.clock import MovableClock
from tests.support.reversals import reverse
from tests.support.vouchers import VoucherApi, books

TOKEN = {"fundingToken": "tok_1"}


@pytest.fixture
async def service() -> AsyncIterator[PaymentProvider]:
    async with PaymentProvider().serving() as provider:
        yield provider


@pytest.fixture
async def paying(api: VoucherApi, service: PaymentProvider, moved: MovableClock) -> AsyncIterator[VoucherApi]:
    """The town with the service at its door. Afterwards what the service kept is what the books say it owes, and nothing is left open."""
    api.services = replace(api.services, funding=HttpPaymentProvider(service.address, KEY))
    yield api
    owed = await rows(
        "select coalesce(sum(posted), 0)::bigint as yen from account where municipality_id = $1 and holder_id = $2 and kind = 7",
        api.town.id,
        api.town.town.issuer_id,
    )
    assert service.total("CAPTURED") == owed[0]["yen"]
    assert service.total("APPROVED") == 0
    assert await open_marks(api) == 0
    await api.town.assert_sound()


async def open_marks(api: VoucherApi) -> int:
    return len(
        await rows("select 1 from provider_authorisation where municipality_id = $1 and state in (0, 1)", api.town.id)
    )


async def test_a_purchase_is_set_aside_settled_and_kept(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product(code="V")
    key = str(uuid4())
    answers = await asyncio.gather(*[paying.buy(product, 2, idempotencyKey=key, **TOKEN) for _ in range(4)])
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    assert (answers[0]["purchase"]["amount"], answers[0]["purchase"]["paidFrom"]) == (10_000, [])
    assert await paying.balances() == {"V_1": 4_000, "V_2": 9_000}
    assert service.total("CAPTURED") == 10_000
    assert (await paying.buy(product, 1, idempotencyKey=key, **TOKEN))["code"] == "KEY_REUSED"
    assert "tok_1" not in str(
        await rows("select f::text from provider_authorisation f where municipality_id = $1", paying.town.id)
    )


async def test_what_is_declined_buys_nothing_and_closes_its_key(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product()
    key = str(uuid4())
    refusal = await paying.buy(product, idempotencyKey=key, fundingToken=DECLINED)
    assert (refusal["code"], refusal["retry"]) == ("FUNDING_DECLINED", "NEW_KEY")
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["code"] == "ABANDONED"
    assert service.total("CAPTURED") == 0
    assert (await paying.seen(product))["stockLeft"] == 10


async def test_of_many_buyers_of_the_last_unit_one_pays(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product(stock=1, unitsPerPerson=1)
    buyers = [await paying.town.new_resident() for _ in range(12)]
    answers = await asyncio.gather(*[paying.buy(product, 1, viewer, wallet, **TOKEN) for viewer, wallet in buyers])
    assert sum("purchase" in answer for answer in answers) == 1
    assert {answer["code"] for answer in answers if "code" in answer} == {"SOLD_OUT"}
    assert (service.total("CAPTURED"), service.total("VOIDED")) == (5_000, 11 * 5_000)


async def test_nobodys_money_is_set_aside_before_the_sale(
    paying: VoucherApi, service: PaymentProvider, moved: MovableClock
):
    opens = timedelta(days=1)
    product = await paying.product(saleStartsAt=paying.at(opens), usableFrom=paying.at(opens))
    key = str(uuid4())
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["code"] == "VOUCHER_NOT_ON_SALE"
    assert service.known == {}
    moved.forward(opens + timedelta(seconds=5))
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["purchase"]["units"] == 1
    moved.forward(timedelta(days=200))
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["replayed"]


@pytest.mark.parametrize("lost", ["drops_before", "drops_after"])
async def test_an_answer_that_is_lost_is_asked_for_again_by_the_same_key(
    paying: VoucherApi, service: PaymentProvider, lost: str
):
    product = await paying.product()
    key = str(uuid4())
    setattr(service, lost, 1)
    first = await paying.buy(product, idempotencyKey=key, **TOKEN)
    assert (first["code"], first["retry"]) == ("FUNDING_UNAVAILABLE", "SAME_KEY")
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["purchase"]["units"] == 1
    assert service.total("CAPTURED") == 5_000


@pytest.mark.parametrize("lost", ["drops_before", "drops_after"])
async def test_a_buyer_who_never_comes_back_gets_the_money_back(
    paying: VoucherApi, service: PaymentProvider, moved: MovableClock, lost: str
):
    product = await paying.product()
    key = str(uuid4())
    setattr(service, lost, 1)
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["code"] == "FUNDING_UNAVAILABLE"
    assert await settle_funding(paying.services) == 0, "not at once: the buyer may be asking again"
    moved.forward(timedelta(minutes=11))
    assert await settle_funding(paying.services) == 1
    assert await settle_funding(paying.services) == 0
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["code"] == "ABANDONED", (
        "late is too late, and free of charge"
    )
    assert service.total("CAPTURED") == 0


async def test_what_settled_is_kept_by_the_job_when_the_service_was_away(
    paying: VoucherApi, service: PaymentProvider, moved: MovableClock
):
    product = await paying.product()

    class Forgetful(HttpPaymentProvider):
        """Loses every capture."""

        async def capture(self, reference, amount):
            service.drops_before = 1
            await super().capture(reference, amount)

    sound = paying.services
    paying.services = replace(sound, funding=Forgetful(service.address, KEY))
    assert (await paying.buy(product, **TOKEN))["purchase"]["units"] == 1, (
        "the purchase is settled; the service is told later"
    )
    assert (service.total("APPROVED"), await open_marks(paying)) == (5_000, 1)
    moved.forward(timedelta(minutes=11))
    paying.services = sound
    assert await settle_funding(paying.services) == 1
    assert service.total("CAPTURED") == 5_000


async def test_one_authorisation_that_fails_does_not_hold_up_the_others(
    paying: VoucherApi, service: PaymentProvider, moved: MovableClock
):
    product = await paying.product()
    neighbour, their_wallet = await paying.town.new_resident()

    class Broken(HttpPaymentProvider):
        """Answers the first `void` with nonsense."""

        failed = False

        async def void(self, reference):
            if not self.failed:
                self.failed = True
                raise ValueError("nonsense")
            await super().void(reference)

    for viewer, wallet in ((None, None), (neighbour, their_wallet)):
        service.drops_after = 1
        assert (await paying.buy(product, 1, viewer, wallet, **TOKEN))["code"] == "FUNDING_UNAVAILABLE"
    moved.forward(timedelta(minutes=11))
    assert await settle_funding(replace(paying.services, funding=Broken(service.address, KEY))) == 1
    assert await open_marks(paying) == 1
    assert await settle_funding(paying.services) == 1


async def test_a_key_that_bought_with_coin_keeps_no_other_money(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product()
    await paying.charge(5_000)
    key = str(uuid4())
    assert (await paying.buy(product, idempotencyKey=key))["purchase"]["units"] == 1
    assert (await paying.buy(product, idempotencyKey=key, **TOKEN))["code"] == "KEY_REUSED"
    assert (service.total("CAPTURED"), service.total("VOIDED")) == (0, 5_000)
    assert (await paying.pay(5_000))["payment"]["amount"] == 5_000


async def test_who_asks_and_with_what(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product(eligibility={"residentsOnly": True})
    assert (await paying.buy(product, **TOKEN))["reason"] == "UNVERIFIED"
    stranger, _ = await paying.town.new_resident()
    assert (await paying.buy(product, 1, stranger, **TOKEN))["code"] == "UNKNOWN_WALLET"
    for token in ("", "t" * 501):
        wrong = await paying.buy(product, fundingToken=token)
        assert (wrong["field"], wrong["problem"]) == ("fundingToken", "LENGTH")
    without = replace(paying.services, funding=None)
    assert await settle_funding(without) == 0
    sound, paying.services = paying.services, without
    assert (await paying.buy(product, **TOKEN))["code"] == "FUNDING_UNAVAILABLE"
    paying.services = sound
    assert service.known == {}


async def test_a_gift_through_the_service_and_its_reversal(paying: VoucherApi, service: PaymentProvider):
    product = await paying.product(code="V")
    purchase = (await paying.buy(product, gift=True, **TOKEN))["purchase"]
    assert (await paying.numbers(purchase["gift"]["id"]))["gift"]["used"] is False
    assert (await reverse(paying, purchase["id"]))["reversal"]["amount"] == 5_000
    assert ("CASH", "JPY") not in await books(paying), "the officer gives the money back at the service"
    service.known.clear()
