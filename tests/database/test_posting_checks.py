"""What `ledger_post` says to a server that lies: the login of the poster is enough to call it, and not to make money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.support.town import People

POST = "select ledger_post($1::posting_journal[], $2::posting_entry[], $3::posting_event[], $4::posting_account[], $5::posting_holder[], $6::posting_guard[], $7::posting_hold[])"
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
PAYMENT, SETTLED, REFUSED, OPEN = 2, 0, 1, 0
WALLET, PAYABLE, ISSUANCE = 1, 2, 3


@dataclass(frozen=True)
class Stored:
    """An account as the database has it."""

    id: int
    kind: int
    holder: UUID
    asset: int
    lot: int
    posted: int
    held: int
    floor: int | None
    version: int


@dataclass
class Posting:
    """The arguments of a call, to be made wrong."""

    town: int
    journals: list[tuple[Any, ...]] = field(default_factory=list)
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    accounts: list[tuple[Any, ...]] = field(default_factory=list)
    guards: list[tuple[Any, ...]] = field(default_factory=list)
    holds: list[tuple[Any, ...]] = field(default_factory=list)

    def journal(self, outcome: int = SETTLED) -> UUID:
        id_ = uuid4()
        refusal, number = ("TEST", None) if outcome == REFUSED else (None, str(id_)[:8].upper() + "X")
        facts = [None] * 13
        self.journals.append(
            (
                self.town,
                id_,
                PAYMENT,
                uuid4(),
                None,
                PAYMENT,
                uuid4(),
                b"h" * 32,
                outcome,
                refusal,
                "{}",
                number,
                *facts,
                date(2026, 11, 25),
                NOW,
                None,
            )
        )
        return id_

    def entry(self, journal: UUID, account: Stored, amount: int) -> None:
        self.entries.append(
            (self.town, journal, account.id, account.asset, amount, account.posted + amount, account.version + 1)
        )

    def account(self, account: Stored, posted: int = 0, held: int = 0, *, is_new: bool = False, **other: Any) -> None:
        shown = replace(account, **other)
        self.accounts.append(
            (
                self.town,
                shown.id,
                shown.kind,
                shown.holder,
                shown.asset,
                shown.lot,
                account.posted + posted,
                account.held + held,
                shown.floor,
                account.version + 1,
                None if is_new else account.version,
            )
        )

    def pair(self, source: Stored, target: Stored, amount: int) -> None:
        """A journal with its entries and changes, as it should be."""
        journal = self.journal()
        for account, part in ((source, -amount), (target, amount)):
            self.entry(journal, account, part)
            self.account(account, part)


@pytest.fixture
async def poster(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def posting(town: People) -> Posting:
    await town.charge(1_000)
    await town.pay(300)
    return Posting(town.id)


async def stored(poster: asyncpg.Connection, town: int, kind: int) -> Stored:
    """The account of a kind that has most to show."""
    row = await poster.fetchrow(
        """select id, kind, holder_id, asset_id, lot_id, posted, held, floor, version from account
          where municipality_id = $1 and kind = $2 order by abs(posted) desc limit 1""",
        town,
        kind,
    )
    assert row is not None
    return Stored(*row)


async def post(poster: asyncpg.Connection, posting: Posting) -> str:
    """What the function says; nothing stays."""
    transaction = poster.transaction()
    await transaction.start()
    try:
        await poster.execute("set local role meguru_poster")
        await poster.execute(
            POST, posting.journals, posting.entries, posting.events, posting.accounts, [], posting.guards, posting.holds
        )
        await poster.execute("reset role")
        await poster.execute("set constraints all immediate")
    except asyncpg.PostgresError as error:
        return str(error)
    else:
        return "done"
    finally:
        await transaction.rollback()


async def wallet_and_store(poster: asyncpg.Connection, posting: Posting) -> tuple[Stored, Stored]:
    return await stored(poster, posting.town, WALLET), await stored(poster, posting.town, PAYABLE)


UNEXPLAINED = "an account does not change by its entries and holds"


async def test_an_honest_batch_is_posted(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    assert (wallet.posted, store.posted) == (700, 300)
    posting.pair(wallet, store, 100)
    assert await post(poster, posting) == "done"


async def test_a_balance_does_not_change_without_a_journal(poster: asyncpg.Connection, posting: Posting):
    wallet, _ = await wallet_and_store(poster, posting)
    posting.account(wallet, 1_000_000)
    assert await post(poster, posting) == UNEXPLAINED


async def test_a_balance_changes_by_its_entries_and_not_by_more(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    journal = posting.journal()
    for account, part in ((store, -100), (wallet, 100)):
        posting.entry(journal, account, part)
    posting.account(store, -100)
    posting.account(wallet, 100_000)
    assert await post(poster, posting) == UNEXPLAINED


async def test_an_account_does_not_open_with_value(poster: asyncpg.Connection, posting: Posting):
    wallet, _ = await wallet_and_store(poster, posting)
    opened = replace(wallet, id=-1, lot=0, posted=0, version=0)
    posting.account(opened, 500, is_new=True)
    assert await post(poster, posting) == UNEXPLAINED


async def test_an_entry_needs_its_account_in_the_batch(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    posting.pair(wallet, store, 100)
    posting.accounts = [account for account in posting.accounts if account[1] != wallet.id]
    assert await post(poster, posting) == "an entry or a hold belongs to no account of the batch"


async def test_an_account_is_changed_once(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    posting.pair(wallet, store, 100)
    posting.account(wallet, -100)
    assert await post(poster, posting) == "an entry or a hold belongs to no account of the batch"


async def test_an_entry_is_of_its_accounts_asset(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    posting.pair(wallet, store, 100)
    yen = await poster.fetchval(
        "select max(id) from asset where municipality_id = $1 and id <> $2", posting.town, wallet.asset
    )
    posting.entries = [(*entry[:3], yen, *entry[4:]) for entry in posting.entries]
    assert await post(poster, posting) == "an entry or a hold belongs to no account of the batch"


@pytest.mark.parametrize("changed", [{"kind": 4}, {"asset": 1}, {"lot": 0}, {"holder": UUID(int=7)}])
async def test_an_account_is_told_as_what_it_is(poster: asyncpg.Connection, posting: Posting, changed: dict[str, Any]):
    wallet, store = await wallet_and_store(poster, posting)
    posting.pair(wallet, store, 100)
    posting.accounts = []
    posting.account(store, 100)
    posting.account(wallet, -100, **changed)
    if "asset" in changed:
        assert await post(poster, posting) == "an entry or a hold belongs to no account of the batch"
    else:
        assert await post(poster, posting) == UNEXPLAINED


async def test_an_entry_needs_a_settled_journal_of_the_batch(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    old = await poster.fetchval("select id from journal where municipality_id = $1 and kind = 2 limit 1", posting.town)
    refused = posting.journal(REFUSED)
    for journal in (uuid4(), old, refused):
        posting.entries, posting.accounts = [], []
        for account, part in ((store, -100), (wallet, 100)):
            posting.entry(journal, account, part)
            posting.account(account, part)
        assert await post(poster, posting) == "an entry or an event belongs to no journal of the batch"


async def test_an_event_needs_a_journal_of_the_batch(poster: asyncpg.Connection, posting: Posting):
    wallet, _ = await wallet_and_store(poster, posting)
    posting.events = [(posting.town, wallet.holder, 99, PAYMENT, uuid4(), None, [], [], [], NOW)]
    assert await post(poster, posting) == "an entry or an event belongs to no journal of the batch"


async def test_value_is_not_issued_without_a_budget_or_cash(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    issuance = await stored(poster, posting.town, ISSUANCE)
    coin = await poster.fetchrow(
        """select id, kind, holder_id, asset_id, lot_id, posted, held, floor, version from account
          where municipality_id = $1 and kind = 3 and asset_id = $2""",
        posting.town,
        wallet.asset,
    )
    assert coin is not None, issuance
    posting.pair(Stored(*coin), wallet, 1_000_000)
    assert await post(poster, posting) == "a journal issues value without a budget or cash"
    posting.pair(wallet, store, 100)
    assert await post(poster, posting) == "a journal issues value without a budget or cash", (
        "another's budget does not count"
    )


async def test_a_guard_needs_a_journal(poster: asyncpg.Connection, posting: Posting):
    posting.guards = [(posting.town, 2, uuid4(), "", 5, 0, 10)]
    assert await post(poster, posting) == "a guard or a hold changes without a journal"
    posting.journal()
    assert await post(poster, posting) == "done"


async def test_held_value_is_held_by_a_hold(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    posting.journal()
    posting.account(wallet, 0, 200)
    assert await post(poster, posting) == UNEXPLAINED
    posting.holds = [(posting.town, uuid4(), wallet.holder, store.holder, OPEN, [wallet.id], [150], 0, NOW)]
    assert await post(poster, posting) == UNEXPLAINED
    posting.holds = [(posting.town, uuid4(), wallet.holder, store.holder, OPEN, [wallet.id], [200], 0, NOW)]
    assert await post(poster, posting) == "done"
    posting.journals = []
    assert await post(poster, posting) == "a guard or a hold changes without a journal"


async def test_what_changed_meanwhile_is_still_told_apart(poster: asyncpg.Connection, posting: Posting):
    wallet, store = await wallet_and_store(poster, posting)
    posting.pair(replace(wallet, version=wallet.version - 1), store, 100)
    assert await post(poster, posting) == "an account changed since the plan was made"
