"""Holds: set aside, captured, voided, lapsed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.ledger.refusals import InsufficientBalanceError, UnknownWalletError
from domain.payments.hold import Authorize, HoldParties, authorize, capture, lapse, void
from domain.payments.refusals import HoldExceedsError, HoldNotOpenError
from domain.refusals import NotPermittedError
from tests.support.town import People


async def place(town: People, amount: int, seconds: int = 600) -> HoldParties:
    hold = uuid4()
    ends = town.services.clock() + timedelta(seconds=seconds)
    await authorize(
        town.services,
        town.resident,
        Authorize(
            key=uuid4(),
            id=hold,
            municipality=town.id,
            wallet_id=town.wallet,
            store_id=town.store,
            amount=amount,
            expires_at=ends,
        ),
    )
    return HoldParties(town.id, hold, town.wallet, town.store)


async def test_held_value_is_there_but_not_available(town: People):
    await town.charge(1_000)
    await place(town, 700)
    assert (await town.balance(), await town.available()) == (1_000, 300)
    with pytest.raises(InsufficientBalanceError) as refused:
        await town.pay(301)
    assert refused.value.available == 300
    await town.pay(300)
    await town.assert_sound()


async def test_capture_in_part_releases_the_rest_and_can_be_refunded(town: People):
    await town.charge(1_000)
    hold = await place(town, 700)
    captured = await capture(town.services, town.staff, hold, uuid4(), 500)
    assert (await town.balance(), await town.available()) == (500, 500)
    await town.refund(captured.journal_id, 200)
    assert await town.balance() == 700
    with pytest.raises(HoldNotOpenError):
        await capture(town.services, town.staff, hold, uuid4(), 1)
    await town.assert_sound()


async def test_capture_replays_and_never_exceeds(town: People):
    await town.charge(1_000)
    hold = await place(town, 700)
    with pytest.raises(HoldExceedsError) as refused:
        await capture(town.services, town.staff, hold, uuid4(), 701)
    assert refused.value.available == 700
    key = uuid4()
    first = await capture(town.services, town.staff, hold, key, 700)
    again = await capture(town.services, town.staff, hold, key, 700)
    assert (again.replayed, again.journal_id) == (True, first.journal_id)
    assert await town.balance() == 300
    await town.assert_sound()


async def test_void_and_who_may(town: People):
    await town.charge(1_000)
    hold = await place(town, 700)
    _, stranger = await town.new_store()
    for viewer in (stranger, town.resident):
        with pytest.raises(NotPermittedError):
            await void(town.services, viewer, hold, uuid4())
        with pytest.raises(NotPermittedError):
            await capture(town.services, viewer, hold, uuid4(), 1)
    with pytest.raises(UnknownWalletError):
        await authorize(
            town.services,
            town.staff,
            Authorize(
                key=uuid4(),
                id=uuid4(),
                municipality=town.id,
                wallet_id=town.wallet,
                store_id=town.store,
                amount=1,
                expires_at=town.services.clock() + timedelta(1),
            ),
        )
    await void(town.services, town.staff, hold, uuid4())
    assert await town.available() == 1_000
    with pytest.raises(HoldNotOpenError):
        await void(town.services, town.staff, hold, uuid4())
    with pytest.raises(HoldNotOpenError):
        await void(town.services, town.staff, HoldParties(town.id, UUID(int=5), town.wallet, town.store), uuid4())
    await town.assert_sound()


async def test_lapsed_holds_count_as_released_before_the_job_tidies_them(town: People, clock):
    await town.charge(1_000)
    hold = await place(town, 700, seconds=60)
    clock.forward(timedelta(seconds=61))
    assert await town.available() == 1_000
    await town.pay(900)  # needs what was held
    assert await town.balance() == 100
    with pytest.raises(HoldNotOpenError):
        await capture(town.services, town.staff, hold, uuid4(), 1)
    await town.assert_sound()


async def test_the_job_tidies_lapsed_holds_once(town: People, clock):
    await town.charge(1_000)
    await place(town, 700, seconds=60)
    clock.forward(timedelta(seconds=61))
    assert await lapse(town.services) >= 1
    assert await lapse(town.services) == 0
    assert await town.available() == 1_000
    await town.assert_sound()


async def test_a_hold_ends_with_the_first_of_its_lots(town: People, clock):
    await town.charge(1_000)
    clock.forward(timedelta(days=364))
    await place(town, 700, seconds=7 * 86_400)
    clock.forward(timedelta(days=2))  # the lot has expired, and with it the hold
    assert await lapse(town.services) >= 1
    assert await town.available() == 0
    await town.assert_sound()
