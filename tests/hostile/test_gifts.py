"""Gifts against strangers: who only knows an id locks nobody out, learns nothing, and costs little."""

import asyncio
import time
from uuid import uuid4

import pytest

from domain.identifiers import Prefix, decode, encode
from tests.support.town import People
from tests.support.vouchers import VoucherApi

GUESS = {"serialNumber": "000000000000", "secretNumber": "0" * 26}


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def gift_of(api: VoucherApi) -> str:
    product = await api.product(unitsPerPerson=5)
    await api.charge(5_000)
    return (await api.buy(product, gift=True))["purchase"]["gift"]["id"]


async def test_a_stranger_with_the_id_does_not_lock_the_receiver_out(api: VoucherApi):
    gift = await gift_of(api)
    numbers = await api.numbers(gift)
    stranger, theirs = await api.town.new_resident()
    answers = await asyncio.gather(*[api.activate(gift, GUESS, stranger, theirs) for _ in range(50)])
    assert {answer["code"] for answer in answers} == {"GIFT_CODE", "TOO_MANY_TRIES"}
    friend, wallet = await api.town.new_resident()
    assert (await api.activate(gift, numbers, friend, wallet))["activation"]["amount"] == 6_500
    await api.town.assert_sound()


async def test_an_id_says_nothing_of_whether_there_is_such_a_gift(api: VoucherApi):
    """The same answer for a gift, one without numbers, one that is locked or used, and none."""
    used, locked, unissued = await gift_of(api), await gift_of(api), await gift_of(api)
    friend, wallet = await api.town.new_resident()
    await api.activate(used, await api.numbers(used), friend, wallet)
    numbers = await api.numbers(locked)
    for _ in range(6):
        last = await api.activate(locked, numbers, friend, wallet, pin="0000")
    assert last["code"] == "GIFT_LOCKED"
    nothing = encode(Prefix.VOUCHER_GIFT, api.town.id, uuid4())
    await api.charge(5_000)
    own = (await api.buy(await api.product()))["purchase"]["id"]
    payment = encode(Prefix.VOUCHER_GIFT, api.town.id, decode(own)[2])
    stranger, theirs = await api.town.new_resident()
    answers = [
        await api.activate(name, GUESS, stranger, theirs)
        for name in (used, locked, unissued, nothing, payment, "vch_x")
    ]
    assert len({(answer["code"], answer["message"]) for answer in answers}) == 1, answers


async def test_a_wrong_secret_number_costs_no_slow_hash(api: VoucherApi):
    """Strangers may ask as often as they like; the slow hash is for those who have the secret number."""
    gift = await gift_of(api)
    numbers = await api.numbers(gift)
    stranger, theirs = await api.town.new_resident()

    async def seconds(**facts: str) -> float:
        taken = []
        for _ in range(3):
            began = time.process_time()
            await api.activate(gift, {**numbers, **facts}, stranger, theirs, pin="0001")
            taken.append(time.process_time() - began)
        return min(taken)

    cheap, dear = await seconds(secretNumber="0" * 26), await seconds()
    assert cheap * 2 < dear, (cheap, dear)
