"""A plan whose balances are not what its entries say: refused by the database, logged, and a fault to who asked."""

import asyncio
from datetime import datetime
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.request import Draft, Request, fingerprint
from tests.support.town import People


def payment_of(town: People, *, slip: int) -> Request:
    """A payment of 10, of which the wallet loses `slip` more than the entries say."""

    def plan(book: Book, _at: datetime) -> Draft:
        [lot] = book.wallet_lots(town.id, town.wallet)
        payable = book.plain(town.id, AccountKind.PAYABLE, town.store, lot.asset)
        lot.posted -= slip
        return Draft(
            amount=10,
            lots=[lot.portion(10)],
            moves=[(lot, payable, 10)],
            counterparties={town.wallet: town.store, town.store: town.wallet},
        )

    return Request(
        municipality=town.id,
        actor=town.resident.person_id,
        operation=Operation.PAY,
        key=uuid4(),
        input_hash=fingerprint(slip=slip),
        kind=JournalKind.PAYMENT,
        holders=(town.wallet, town.store),
        plan=plan,
    )


async def test_a_planners_mistake_is_a_logged_fault_and_fails_alone(town: People):
    await town.charge(1_000)
    with capture_logs() as lines, pytest.raises(RuntimeError, match="could not post"):
        await town.services.ledger.post(payment_of(town, slip=5))
    assert [line["event"] for line in lines] == ["ledger.batch_failed"], "once: the same plan is not tried again"
    assert await town.balance() == 1_000
    wrong, right = payment_of(town, slip=5), payment_of(town, slip=0)
    answers = await asyncio.gather(
        *(town.services.ledger.post(each) for each in (wrong, right)), return_exceptions=True
    )
    assert [isinstance(answer, RuntimeError) for answer in answers] == [True, False]
    assert await town.balance() == 990
    await town.assert_sound()
