"""The ledger's own answers: to keys that have ended, and to those that are closed for ever."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.ledger.holders import give_access, set_state
from domain.ledger.kinds import HolderState, JournalKind, Operation
from domain.ledger.ledger import no_plan
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import (
    AbandonedError,
    InsufficientBalanceError,
    KeyReusedError,
    RequestExpiredError,
    UnknownWalletError,
    WalletFrozenError,
)
from domain.ledger.request import Closed, Request, RequestKey
from domain.payments.pay import Pay, input_hash_of
from domain.programmes.refusals import ProgrammeClosedError
from domain.viewer import Relation
from tests.support.town import People, new_town


def late(town: People, key: UUID, amount: int = 100) -> Request:
    """A payment that cannot be made any more."""
    return Request(
        municipality=town.id,
        actor=town.resident.person_id,
        operation=Operation.PAY,
        key=key,
        input_hash=input_hash_of(
            Pay(key=key, municipality=town.id, wallet_id=town.wallet, store_id=town.store, amount=amount)
        ),
        kind=JournalKind.PAYMENT,
        holders=(town.wallet,),
        access=(town.wallet,),
        plan=no_plan,
    )


def key_of(town: People, key: UUID) -> RequestKey:
    return RequestKey(town.id, town.resident.person_id, Operation.PAY, key)


async def test_a_key_that_settled_is_answered_as_it_settled(town: People):
    await town.charge(1_000)
    key = uuid4()
    paid = await town.pay(100, key)
    answered = await town.services.ledger.answer(late(town, key), otherwise=ProgrammeClosedError())
    assert answered.replayed
    assert (answered.journal_id, answered.receipt_number) == (paid.journal_id, paid.receipt_number)
    with pytest.raises(KeyReusedError):
        await town.services.ledger.answer(late(town, key, 101), otherwise=ProgrammeClosedError())
    assert await town.balance() == 900
    await town.assert_sound()


async def test_a_key_that_has_not_ended_is_answered_otherwise_and_stays_open(town: People):
    await town.charge(1_000)
    key = uuid4()
    for _ in range(2):
        with pytest.raises(ProgrammeClosedError):
            await town.services.ledger.answer(late(town, key), otherwise=ProgrammeClosedError())
        assert not await town.services.ledger.has_ended(key_of(town, key))
    assert await town.balance() == 1_000
    assert not (await town.pay(100, key)).replayed
    await town.assert_sound()


async def test_a_key_that_was_refused_or_closed_is_answered_so(town: People):
    refused, closed = uuid4(), uuid4()
    with pytest.raises(InsufficientBalanceError):
        await town.pay(100, refused)
    with pytest.raises(InsufficientBalanceError):
        await town.services.ledger.answer(late(town, refused), otherwise=ProgrammeClosedError())
    await town.services.ledger.close(key_of(town, closed))
    with pytest.raises(AbandonedError):
        await town.services.ledger.answer(late(town, closed), otherwise=ProgrammeClosedError())
    assert [await town.services.ledger.has_ended(key_of(town, key)) for key in (refused, closed)] == [True, True]
    await town.assert_sound()


async def test_a_late_request_that_has_expired_ends_its_key(town: People):
    key = uuid4()
    expired = replace(late(town, key), valid_until=town.services.clock() - timedelta(seconds=1))
    with pytest.raises(RequestExpiredError):
        await town.services.ledger.answer(expired, otherwise=ProgrammeClosedError())
    assert await town.services.ledger.has_ended(key_of(town, key))


async def test_what_a_request_admits_is_asked_before_anything_else_is_said(town: People):
    """A stranger does not hear that a programme is closed, or to whom; a frozen wallet's key ends."""
    stranger, _ = await town.new_resident()

    def admitted(viewer) -> Request:
        request = replace(late(town, uuid4()), actor=viewer.person_id)
        return replace(request, admit=lambda book: usable_wallet(book, town.id, town.wallet, viewer) and None)

    with pytest.raises(UnknownWalletError):
        await town.services.ledger.answer(admitted(stranger), otherwise=ProgrammeClosedError())
    with pytest.raises(ProgrammeClosedError):
        await town.services.ledger.answer(admitted(town.resident), otherwise=ProgrammeClosedError())
    await set_state(town.id, town.wallet, HolderState.FROZEN)
    request = admitted(town.resident)
    with pytest.raises(WalletFrozenError):
        await town.services.ledger.answer(request, otherwise=ProgrammeClosedError())
    assert await town.services.ledger.has_ended(key_of(town, request.key))


async def test_closing_a_key_says_how_it_ended(town: People):
    await town.charge(1_000)
    settled, refused, unseen = uuid4(), uuid4(), uuid4()
    paid = await town.pay(100, settled)
    with pytest.raises(InsufficientBalanceError):
        await town.pay(10_000, refused)
    close = town.services.ledger.close
    answer = await close(key_of(town, settled))
    assert getattr(answer, "journal_id", None) == paid.journal_id
    answer = await close(key_of(town, refused))
    assert isinstance(answer, InsufficientBalanceError)
    assert (answer.available, answer.amount) == (900, 10_000)
    first, second = await close(key_of(town, unseen)), await close(key_of(town, unseen))
    assert isinstance(first, Closed)
    assert first == second
    with pytest.raises(AbandonedError):
        await town.pay(100, unseen)
    assert await town.balance() == 900
    await town.assert_sound()


async def test_a_key_ends_in_its_own_town_only(town: People):
    other = await new_town(town.services)
    await give_access(other.id, other.town.desk_id, town.resident.person_id, Relation.DESK, town.services.clock())
    key = uuid4()
    await town.services.ledger.close(key_of(town, key))
    assert await town.services.ledger.has_ended(key_of(town, key))
    elsewhere = replace(key_of(town, key), municipality=other.id)
    assert not await town.services.ledger.has_ended(elsewhere)


def test_every_operation_has_its_journal():
    assert {type(operation.kind) for operation in Operation} == {JournalKind}
