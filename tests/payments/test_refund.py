"""Refunds fill the lots that the payment used, last used first, whatever their order."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.receipt import Portion
from domain.payments.refund import give_back
from domain.payments.refusals import RefundExceedsError
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
