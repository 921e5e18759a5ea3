"""Wrong tries: counted in the database, of the person, the phone and the address, however many come at once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.tries.count import counted, forget
from domain.tries.kinds import Tried
from domain.tries.refusals import TooManyTriesError
from domain.viewer import Role, Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from tests.support.clock import MovableClock
from tests.support.town import People
from tests.support.vouchers import VoucherApi

GUESS = {"serialNumber": "000000000000", "secretNumber": "0" * 26}
ALLOWED = 10
SIX_MINUTES = timedelta(minutes=6)
"""In an hour ten tries come back, one by one."""


@pytest.fixture
async def api(town: People) -> VoucherApi:
    return VoucherApi(town)


def new_viewer(**facts: Any) -> Viewer:
    return Viewer(uuid4(), frozenset({Role.RESIDENT}), **facts)


async def wrong(town: People, viewer: Viewer, tried: Tried = Tried.GIFT) -> int | None:
    """One wrong try: None where it was let through, else the seconds to wait."""
    try:
        async with counted(town.services, viewer, tried) as guess:
            guess.is_wrong = True
    except TooManyTriesError as error:
        return error.retry_after
    return None


async def test_at_once_no_more_are_let_through_than_are_allowed(town: People):
    viewer = new_viewer()
    waits = await asyncio.gather(*[wrong(town, viewer) for _ in range(40)])
    assert waits.count(None) == ALLOWED
    assert all(300 < wait < 370 for wait in waits if wait is not None)


async def test_tries_come_back_one_by_one_and_are_forgotten(town: People, clock: MovableClock):
    viewer = new_viewer()
    assert [await wrong(town, viewer) for _ in range(ALLOWED)] == [None] * ALLOWED
    clock.forward(SIX_MINUTES)
    assert await wrong(town, viewer) is None
    assert await wrong(town, viewer) is not None
    before = await count()
    await forget(town.services)
    assert await count() == before, "they still mean something"
    clock.forward(timedelta(hours=2))
    assert await forget(town.services) > 0
    assert [await wrong(town, viewer) for _ in range(ALLOWED + 1)][:ALLOWED] == [None] * ALLOWED


async def count() -> int:
    return int((await rows("select count(*) as n from try_count"))[0]["n"])


async def test_a_new_account_on_the_same_phone_and_many_at_one_address(town: People):
    phone = f"phone-{uuid4()}"
    waits = [await wrong(town, new_viewer(device=phone)) for _ in range(ALLOWED + 1)]
    assert waits[:ALLOWED] == [None] * ALLOWED
    assert waits[ALLOWED] is not None
    address = f"203.0.113.{uuid4()}"
    waits = [await wrong(town, new_viewer(address=address)) for _ in range(101)]
    assert waits[:100] == [None] * 100
    assert waits[100] is not None
    assert await wrong(town, new_viewer(device="another", address="198.51.100.7")) is None


async def test_what_is_right_is_given_back(town: People):
    viewer = new_viewer(device=str(uuid4()))
    for _ in range(3 * ALLOWED):
        async with counted(town.services, viewer, Tried.GIFT):
            pass
    assert [await wrong(town, viewer) for _ in range(ALLOWED)] == [None] * ALLOWED
    assert await wrong(town, viewer) is not None
    assert await wrong(town, viewer, Tried.RECEIPT_NUMBER) is None, "counted apart"


async def test_nothing_in_the_table_names_anybody(town: People):
    viewer = new_viewer(device="phone-of-somebody", address="203.0.113.77")
    await wrong(town, viewer)
    [row] = await rows("select string_agg(t::text, ' ') as text from try_count t")
    for name in (str(viewer.person_id), viewer.person_id.hex, "phone-of-somebody", "203.0.113.77"):
        assert name not in row["text"]
    assert "203.0.113.77" not in repr(viewer)


async def test_who_guesses_gift_numbers_is_told_when_to_try_again_and_nothing_moves(api: VoucherApi):
    product = await api.product(unitsPerPerson=5)
    await api.charge(5_000)
    gift = (await api.buy(product, gift=True))["purchase"]["gift"]["id"]
    numbers = await api.numbers(gift)
    stranger, theirs = await api.town.new_resident()
    answers = [await api.activate(gift, GUESS, stranger, theirs) for _ in range(ALLOWED + 1)]
    assert [answer["code"] for answer in answers] == ["GIFT_CODE"] * ALLOWED + ["TOO_MANY_TRIES"]
    assert 300 < answers[-1]["retryAfter"] <= 360
    assert answers[-1]["message"].startswith("入力の誤りが続いたため")
    right = await api.activate(gift, numbers, stranger, theirs)
    assert right["code"] == "TOO_MANY_TRIES", "also with the right numbers, or guessing would go on"
    assert await api.town.balance(theirs) == 0
    friend, wallet = await api.town.new_resident()
    assert (await api.activate(gift, numbers, friend, wallet))["activation"]["amount"] == 6_500
    await api.town.assert_sound()


async def test_who_guesses_receipt_numbers_is_told_when_to_ask_again(api: VoucherApi):
    await api.charge(500)
    own = (await api.pay(10))["payment"]["receiptNumber"]
    stranger = new_viewer()

    async def look(viewer: Viewer, number: str) -> Any:
        context = Context(api.services, viewer, "en", "trace")
        text = "query($n: String!, $m: String!) { payment(receiptNumber: $n, municipality: $m) { amount } }"
        return await execute(text, {"n": number, "m": api.code}, context, None)

    for _ in range(61):
        refused = await look(stranger, own)
    assert refused.data == {"payment": None}
    (error,) = refused.errors
    assert error.extensions["code"] == "TOO_MANY_TRIES"
    assert 1 <= error.extensions["retryAfter"] <= 60
    for _ in range(70):
        seen = await look(api.town.resident, own)
    assert seen.data == {"payment": {"amount": 10}}, "who finds what they may see is not counted"
