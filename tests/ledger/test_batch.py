"""What a batch reads: accounts by position, for speed, and keys that have ended, each for itself."""

import secrets
from dataclasses import fields, replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.ledger.batch import ACCOUNTS, RECENT, RECENTLY, Batch, Sources
from domain.ledger.book import Account
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.poster import SESSION
from domain.ledger.request import Draft, EventRow, Posted, Request
from tests.support.town import People


async def test_the_columns_of_an_account_are_its_fields_in_their_order(town: People, database_url: str):
    await town.charge(700)
    owner = await asyncpg.connect(database_url)
    statement = await owner.prepare(ACCOUNTS)
    assert [column.name for column in statement.get_attributes()] == [field.name for field in fields(Account)]
    [record] = await statement.fetch([town.id], [town.wallet], [])
    stored = await owner.fetchrow(
        """select a.*, l.expires_at, l.usable_from, l.issued_at, l.programme_id, s.paid from account a
          join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id join asset s on s.id = a.asset_id
          where a.municipality_id = $1 and a.holder_id = $2""",
        town.id,
        town.wallet,
    )
    assert stored is not None
    await owner.close()
    account = Account(*record)
    assert (account.municipality, account.id, account.kind) == (town.id, stored["id"], stored["kind"])
    assert (account.holder, account.asset, account.lot) == (town.wallet, stored["asset_id"], stored["lot_id"])
    assert (account.posted, account.held, account.floor) == (700, stored["held"], stored["floor"])
    assert (account.version, account.version_before) == (stored["version"], stored["version"])
    assert (account.expires_at, account.usable_from) == (stored["expires_at"], stored["usable_from"])
    assert (account.issued_at, account.paid) == (stored["issued_at"], stored["paid"])
    assert account.programme_id == stored["programme_id"]


async def test_the_columns_of_a_recent_event_are_its_fields_in_their_order(town: People, database_url: str):
    await town.charge(700)
    posted = await town.pay(300)
    owner = await asyncpg.connect(database_url)
    statement = await owner.prepare(RECENT)
    assert [column.name for column in statement.get_attributes()] == [
        field.name for field in fields(EventRow) if field.name != "counterparty_kind"
    ], "the last field is known where an event is made"
    [record] = await statement.fetch([town.id], [town.wallet], [town.store], [2], posted.recorded_at - RECENTLY)
    await owner.close()
    event = EventRow(*record)
    assert (event.municipality, event.holder, event.counterparty) == (town.id, town.wallet, town.store)
    assert (event.sequence, event.kind, event.journal_id) == (2, JournalKind.PAYMENT, posted.journal_id)
    assert (event.assets, event.amounts, event.balances) == ([town.coin.id], [-300], [400])
    assert (event.recorded_at, event.receipt_number, event.list_amount) == (
        posted.recorded_at,
        posted.receipt_number,
        300,
    )


UNREADABLE = ("{}", '{"amount": 100, "lots": [[1, 2]]}', '{"amount": 100, "lots": [[1, 2, 100, "tomorrow"]]}')
"""Receipts that no version of the code has written: without an amount, with a line cut off, with an end that is none."""


def nothing(town: People, key: UUID) -> Request:
    """A request that moves nothing."""
    return Request(
        municipality=town.id,
        actor=town.resident.person_id,
        operation=Operation.PAY,
        key=key,
        input_hash=bytes(32),
        kind=JournalKind.PAYMENT,
        holders=(town.wallet,),
        plan=lambda _book, _at: Draft(amount=0, bare=True),
    )


async def write_receipt(database_url: str, key: UUID, receipt: str) -> None:
    """Write another receipt into a journal, which only the owner of the database can."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("set session_replication_role = replica")
    await owner.execute("update journal set receipt = $2 where key = $1", key, receipt)
    await owner.close()


@pytest.mark.parametrize("receipt", UNREADABLE)
async def test_a_receipt_that_cannot_be_read_fails_its_own_key_only(town: People, database_url: str, receipt: str):
    services, broken, whole, fresh = town.services, uuid4(), uuid4(), uuid4()
    for key in (broken, whole):
        await services.ledger.post(nothing(town, key))
    await write_receipt(database_url, broken, receipt)
    connection = await asyncpg.connect(database_url, server_settings=SESSION)
    batch = Batch(connection, Sources(services.clock, services.ids, secrets.randbits))
    requests = [nothing(town, key) for key in (broken, fresh, whole)]
    result = await batch.run([*requests, replace(requests[0], abandons=True)])
    await connection.close()
    assert [index for index, _ in result.decisions] == [0, 1, 2, 3]
    fault, posted, replayed, fault_again = (decision for _, decision in result.decisions)
    for unread in (fault, fault_again):
        assert isinstance(unread, Exception)
        assert "cannot be read" in unread.__notes__[0]
    assert isinstance(posted, Posted)
    assert not posted.replayed
    assert isinstance(replayed, Posted)
    assert replayed.replayed
    with pytest.raises(type(fault)):
        await services.ledger.post(requests[0])
    assert (await services.ledger.post(requests[1])).journal_id == posted.journal_id
