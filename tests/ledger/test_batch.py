"""What a batch reads by position: accounts, for speed."""

from dataclasses import fields

import asyncpg

from domain.ledger.batch import ACCOUNTS
from domain.ledger.book import Account
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
