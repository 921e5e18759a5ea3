"""Refunds fill the lots that the payment used, last used first, whatever their order."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database import rows
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.receipt import Portion
from domain.ledger.refusals import InsufficientBalanceError
from domain.ledger.request import RequestKey
from domain.payments.refund import give_back
from domain.payments.refusals import RefundExceedsError, UnknownPaymentError
from tests.support.town import People

lots = st.lists(st.integers(1, 100), min_size=1, max_size=6).map(
    lambda parts: [Portion(1, number, part, None) for number, part in enumerate(parts)]
)


@given(lots, st.lists(st.integers(1, 60), max_size=10))
def test_any_order_of_partial_refunds_fills_the_same_lots(paid, amounts):
    total = sum(portion.amount for portion in paid)
    filled: dict[int, int] = {}
    already = 0
    for amount in amounts:
        if already + amount > total:
            continue
        for portion in give_back(paid, already, amount):
            filled[portion.lot] = filled.get(portion.lot, 0) + portion.amount
        already += amount
    at_once = {portion.lot: portion.amount for portion in give_back(paid, 0, already)}
    assert filled == at_once
    assert all(filled.get(portion.lot, 0) <= portion.amount for portion in paid)
    assert sum(filled.values()) == already


async def test_refund_replays_and_goes_back_to_its_lot(town: People):
    await town.charge(1_000)
    paid = await town.pay(600)
    key = uuid4()
    first = await town.refund(paid.journal_id, 250, key)
    again = await town.refund(paid.journal_id, 250, key)
    assert (again.replayed, again.journal_id) == (True, first.journal_id)
    [filled], [taken] = first.receipt.lots, paid.receipt.lots
    assert (filled.asset, filled.lot, filled.amount) == (town.coin.id, taken.lot, 250)
    assert await town.balance() == 650
    await town.refund(paid.journal_id, 350)
    with pytest.raises(RefundExceedsError):
        await town.refund(paid.journal_id, 1)
    assert await town.balance() == 1_000
    await town.assert_sound()


async def journals_of(town: People) -> list[dict[str, Any]]:
    return await rows("select id, outcome, kind from journal where municipality_id = $1 order by id", town.id)


@pytest.mark.parametrize("abandoned", [True, False])
async def test_a_payment_that_was_refused_or_abandoned_is_none(town: People, abandoned: bool):
    key, refund_key = RequestKey(town.id, town.resident.person_id, Operation.PAY, uuid4()), uuid4()
    if abandoned:
        await town.services.ledger.close(key)
    else:
        with pytest.raises(InsufficientBalanceError):
            await town.pay(600, key.key)
    [journal] = before = await journals_of(town)
    assert (journal["kind"], journal["outcome"]) == (JournalKind.PAYMENT, 2 if abandoned else 1)
    with pytest.raises(UnknownPaymentError):
        await town.refund(journal["id"], 1, refund_key)
    assert await journals_of(town) == before
    assert not await town.services.ledger.has_ended(
        RequestKey(town.id, town.staff.person_id, Operation.REFUND_PAYMENT, refund_key)
    )
    await town.charge(1_000)
    paid = await town.pay(600)
    assert (await town.refund(paid.journal_id, 600, refund_key)).receipt.amount == 600, "the key is still free"
    await town.assert_sound()
