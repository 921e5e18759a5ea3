"""Every refusal of the ledger, and that nothing moved."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.assets.refusals import AmountOutOfRangeError, NoteTooLongError, UnknownAssetError
from domain.charging.charge import Charge, charge
from domain.keys.abandon import abandon
from domain.keys.outcome import outcome
from domain.ledger.holders import set_state, withdraw_access
from domain.ledger.kinds import HolderState, Operation, Outcome
from domain.ledger.reads import journals_of_key
from domain.ledger.refusals import (
    AbandonedError,
    BalanceCapError,
    InsufficientBalanceError,
    KeyReusedError,
    RequestExpiredError,
    StoreNotAcceptingError,
    UnknownPayeeError,
    UnknownWalletError,
    WalletFrozenError,
)
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.refund import Refund, refund
from domain.payments.refusals import NotRefundableError, PossibleDuplicateError, RefundExceedsError, UnknownPaymentError
from domain.refusals import NotPermittedError, Retry
from domain.viewer import Relation, Role, Viewer
from tests.support.town import People, new_town


@pytest.fixture
async def funded(town: People):
    """A town whose resident has 1,000; afterwards it must be as it was, and sound."""
    await town.charge(1_000)
    yield town
    assert await town.balance() == 1_000
    await town.assert_sound()


async def test_insufficient_balance_says_what_is_available_and_is_final(funded: People):
    key = uuid4()
    for _ in range(2):
        with pytest.raises(InsufficientBalanceError) as refused:
            await funded.pay(1_001, key)
        assert (refused.value.available, refused.value.amount) == (1_000, 1_001)
    journal = await outcome(funded.resident, Operation.PAY, key)
    assert journal is not None
    assert (journal.outcome, journal.refusal) == (Outcome.REFUSED, "INSUFFICIENT_BALANCE")


async def test_key_reused_for_another_amount(town: People):
    await town.charge(1_000)
    key = uuid4()
    await town.pay(100, key)
    with pytest.raises(KeyReusedError):
        await town.pay(101, key)
    assert await town.balance() == 900
    await town.assert_sound()


async def test_unknown_payee(funded: People):
    with pytest.raises(UnknownPayeeError):
        await pay(
            funded.services,
            funded.resident,
            Pay(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, store_id=uuid4(), amount=1),
        )
    with pytest.raises(UnknownPayeeError):  # a wallet is no store
        await pay(
            funded.services,
            funded.resident,
            Pay(
                key=uuid4(),
                municipality=funded.id,
                wallet_id=funded.wallet,
                store_id=(await funded.new_resident())[1],
                amount=1,
            ),
        )


async def test_ids_of_another_municipality_are_not_found(funded: People):
    other = await new_town(funded.services)
    with pytest.raises(UnknownPayeeError):
        await pay(
            funded.services,
            funded.resident,
            Pay(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, store_id=other.store, amount=1),
        )
    with pytest.raises(UnknownWalletError):
        await pay(
            funded.services,
            funded.resident,
            Pay(key=uuid4(), municipality=other.id, wallet_id=funded.wallet, store_id=other.store, amount=1),
        )
    with pytest.raises(UnknownAssetError):
        await charge(
            funded.services,
            funded.desk,
            Charge(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, asset_id=other.coin.id, amount=1),
        )
    with pytest.raises(NotPermittedError):
        await charge(
            funded.services,
            other.desk,
            Charge(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, asset_id=funded.coin.id, amount=1),
        )


async def test_somebody_elses_wallet_is_unknown(funded: People):
    stranger, _ = await funded.new_resident()
    with pytest.raises(UnknownWalletError):
        await pay(
            funded.services,
            stranger,
            Pay(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, store_id=funded.store, amount=1),
        )
    staff_only = replace(funded.resident, roles=frozenset({Role.MERCHANT_STAFF}))
    with pytest.raises(UnknownWalletError):  # the right person with a token for something else
        await pay(
            funded.services,
            staff_only,
            Pay(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, store_id=funded.store, amount=1),
        )


async def test_access_that_was_withdrawn_ends_at_once(funded: People):
    await withdraw_access(funded.id, funded.wallet, funded.resident.person_id, Relation.OWNER, funded.services.clock())
    with pytest.raises(UnknownWalletError):
        await funded.pay(1)


async def test_store_not_accepting(funded: People):
    await set_state(funded.id, funded.store, HolderState.FROZEN)
    with pytest.raises(StoreNotAcceptingError):
        await funded.pay(1)


async def test_wallet_frozen_can_neither_pay_nor_be_charged(funded: People):
    await set_state(funded.id, funded.wallet, HolderState.FROZEN)
    with pytest.raises(WalletFrozenError):
        await funded.pay(1)
    with pytest.raises(WalletFrozenError):
        await funded.charge(1)


@pytest.mark.parametrize("amount", [0, 300_001, 2**53 - 1])
async def test_amount_out_of_range(funded: People, amount: int):
    with pytest.raises(AmountOutOfRangeError) as refused:
        await funded.pay(amount)
    assert (refused.value.minimum, refused.value.maximum) == (1, 300_000)
    with pytest.raises(AmountOutOfRangeError):
        await funded.charge(50_001)


async def test_note_too_long(funded: People):
    with pytest.raises(NoteTooLongError):
        await funded.pay(1, note="長" * 201)


async def test_request_expired_is_stored(funded: People):
    key = uuid4()
    with pytest.raises(RequestExpiredError):
        await funded.pay(1, key, valid_until=funded.services.clock() - timedelta(seconds=1))
    with pytest.raises(RequestExpiredError):  # also without a limit: the key has its answer
        await funded.pay(1, key)


async def test_balance_cap(town: People):
    for _ in range(6):
        await town.charge(50_000)
    with pytest.raises(BalanceCapError) as refused:
        await town.charge(1)
    assert refused.value.maximum == 300_000
    assert await town.balance() == 300_000
    await town.assert_sound()


async def test_charge_is_for_counters(funded: People):
    with pytest.raises(NotPermittedError):
        await charge(
            funded.services,
            funded.resident,
            Charge(key=uuid4(), municipality=funded.id, wallet_id=funded.wallet, asset_id=funded.coin.id, amount=1),
        )
    store, staff = await funded.new_store()  # a store, but no charge agent
    with pytest.raises(NotPermittedError):
        await charge(
            funded.services,
            staff,
            Charge(
                key=uuid4(),
                municipality=funded.id,
                wallet_id=funded.wallet,
                asset_id=funded.coin.id,
                amount=1,
                store_id=store,
            ),
        )
    with pytest.raises(NotPermittedError):  # an agent, but not hers
        await charge(
            funded.services,
            staff,
            Charge(
                key=uuid4(),
                municipality=funded.id,
                wallet_id=funded.wallet,
                asset_id=funded.coin.id,
                amount=1,
                store_id=funded.store,
            ),
        )
    with pytest.raises(UnknownWalletError):
        await funded.charge(1, uuid4())


async def test_possible_duplicate_names_the_receipt_and_can_be_confirmed_with_the_same_key(town: People):
    await town.charge(1_000)
    first = await town.pay(300)
    key = uuid4()
    with pytest.raises(PossibleDuplicateError) as refused:
        await town.pay(300, key, confirm_duplicate=False)
    assert refused.value.receipt_number == first.receipt_number
    assert refused.value.retry is Retry.SAME_KEY
    assert await town.balance() == 700
    await town.pay(301, confirm_duplicate=False)  # another amount is no duplicate
    assert not (await town.pay(300, key, confirm_duplicate=True)).replayed
    assert await town.balance() == 99
    await town.assert_sound()


async def test_possible_duplicate_is_seen_within_one_batch(town: People):
    await town.charge(1_000)
    results = await asyncio.gather(*[town.pay(300, confirm_duplicate=False) for _ in range(3)], return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [
        "PossibleDuplicateError",
        "PossibleDuplicateError",
        "Posted",
    ]
    assert await town.balance() == 700


async def test_possible_duplicate_is_forgotten_after_a_minute(town: People, clock):
    await town.charge(1_000)
    await town.pay(300, confirm_duplicate=False)
    clock.forward(timedelta(seconds=61))
    await town.pay(300, confirm_duplicate=False)
    assert await town.balance() == 400


async def test_refund_exceeds(town: People):
    await town.charge(1_000)
    paid = await town.pay(500)
    await town.refund(paid.journal_id, 300)
    with pytest.raises(RefundExceedsError) as refused:
        await town.refund(paid.journal_id, 201)
    assert refused.value.refundable == 200
    assert await town.balance() == 800
    await town.assert_sound()


async def test_refund_is_for_the_store_and_of_payments_only(town: People):
    charged = await town.charge(1_000)
    paid = await town.pay(500)
    _, other_staff = await town.new_store()
    request = Refund(key=uuid4(), municipality=town.id, payment_id=paid.journal_id, amount=1, reason=RefundReason.OTHER)
    for viewer in (other_staff, town.resident, town.desk):
        with pytest.raises(NotPermittedError):
            await refund(town.services, viewer, request)
    with pytest.raises(NotRefundableError):
        await town.refund(charged.journal_id, 1)
    with pytest.raises(UnknownPaymentError):
        await town.refund(uuid4(), 1)
    with pytest.raises(AmountOutOfRangeError):
        await town.refund(paid.journal_id, 0)
    assert await town.balance() == 500
    await town.assert_sound()


async def test_abandoned_key_refuses_the_late_request(funded: People):
    key = uuid4()
    assert await abandon(funded.services, funded.resident, Operation.PAY, key) is None
    assert await abandon(funded.services, funded.resident, Operation.PAY, key) is None
    for _ in range(2):
        with pytest.raises(AbandonedError):
            await funded.pay(100, key)
    [journal] = await journals_of_key(funded.resident.person_id, Operation.PAY, key)
    assert journal.outcome is Outcome.ABANDONED


async def test_abandoning_what_settled_says_what_it_did(town: People):
    await town.charge(1_000)
    key = uuid4()
    paid = await town.pay(100, key)
    journal = await abandon(town.services, town.resident, Operation.PAY, key)
    assert journal is not None
    assert (journal.id, journal.outcome) == (paid.journal_id, Outcome.SETTLED)
    refused = uuid4()
    with pytest.raises(InsufficientBalanceError):
        await town.pay(10_000, refused)
    journal = await abandon(town.services, town.resident, Operation.PAY, refused)
    assert journal is not None
    assert journal.refusal == "INSUFFICIENT_BALANCE"


async def test_outcome_of_an_unseen_key_and_of_somebody_elses(town: People):
    await town.charge(1_000)
    key = uuid4()
    assert await outcome(town.resident, Operation.PAY, key) is None
    await town.pay(100, key)
    assert await outcome(town.resident, Operation.CHARGE, key) is None
    stranger, _ = await town.new_resident()
    assert await outcome(stranger, Operation.PAY, key) is None
    assert await outcome(Viewer(uuid4(), frozenset({Role.RESIDENT})), Operation.PAY, key) is None
