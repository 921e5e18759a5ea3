"""Money from outside that was under way when there were two tables: the migration moves it, and it ends as it would have."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import import_module
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.database import rows
from domain.funding import saga
from domain.identifiers import derived
from domain.ledger.kinds import Operation
from domain.ledger.request import RequestKey
from domain.refusals import Refusal
from tests.support.clock import MovableClock
from tests.support.funded import LATER, PRICE, VERBS, FundedTown, Killed, Steps, recovered
from tests.support.receipts import written

OPEN = {"purchase": {"set aside": 2, "posted": 4}, "top-up": {"set aside": 2, "charged": 4, "paid": 6}}
"""After which step the old server died."""


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def reference_of_before(key: RequestKey) -> UUID:
    if key.operation is Operation.PAY:
        return uuid4()
    return derived(key.actor, "funding", str(key.municipality), str(key.key))


def tables_of_before() -> list[str]:
    """The statements of old migrations that made and changed the two tables: those migrations do more."""
    texts = [
        operation.sql
        for name in ("m0004_vouchers", "m0007_lifecycle", "m0008_safety")
        for operation in import_module(f"migrations.{name}").Migration.operations
    ]
    table = re.compile(
        r"^(create table if not exists|alter table(?: if exists)?) (top_up|funding_authorisation)\b[^;]*;", re.MULTILINE
    )
    return [statement[0] for text in texts for statement in table.finditer(text)]


async def as_before(owner: asyncpg.Connection, town: int) -> int:
    """Puts the town's rows into the tables of before, and migrates; how many."""
    for statement in tables_of_before():
        await owner.execute(statement)
    moved = await owner.fetch("select * from provider_authorisation where municipality_id = $1", town)
    for row in moved:
        if row["operation"] == Operation.PAY:
            await owner.execute(
                """insert into top_up (municipality_id, id, actor, key, wallet_id, source_id, amount, state, created_at, input_hash)
                  select $1, $2, $3, $4, s.wallet_id, s.id, $5, $6, $7, $8 from funding_source s where s.municipality_id = $1 and s.id = $9""",
                *(town, row["id"], row["actor"], row["key"], row["amount"], row["state"], row["opened_at"]),
                *(row["input_hash"], row["source_id"]),
            )
        else:
            await owner.execute(
                "insert into funding_authorisation values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                *(town, row["id"], row["actor"], row["key"], row["input_hash"], row["amount"]),
                *({0: 0, 1: 0, 2: 1, 3: 2, 4: 2}[row["state"]], row["opened_at"], row["closed_at"]),
            )
    await owner.execute("delete from provider_authorisation where municipality_id = $1", town)
    for operation in import_module("migrations.m0009_funding_saga").Migration.operations:
        await owner.execute(operation.sql)
    return len(moved)


@pytest.mark.parametrize("how", ["key", "job", "both"])
@pytest.mark.parametrize(("name", "until"), [(name, until) for name, steps in OPEN.items() for until in steps])
async def test_what_was_open_is_finished(
    funded: FundedTown,
    owner: asyncpg.Connection,
    moved: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    until: str,
    how: str,
):
    monkeypatch.setattr(saga, "reference_of", reference_of_before)
    with pytest.raises(Killed):
        await VERBS[name](funded, funded.services(Steps(OPEN[name][until])))
    monkeypatch.undo()
    assert await as_before(owner, funded.api.town.id) == 1
    assert await funded.open() == 1
    await recovered(funded, VERBS[name], how, moved)
    assert len(funded.provider.known) == 1, "the reference of before"
    await funded.assert_even()
    if until in {"posted", "paid"}:
        assert funded.provider.captured == PRICE
    elif how == "job":
        assert funded.provider.captured == 0


@pytest.mark.parametrize("name", VERBS)
async def test_what_had_ended_answers_the_same_and_asks_nobody(
    funded: FundedTown, owner: asyncpg.Connection, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(saga, "reference_of", reference_of_before)
    captured, voided = uuid4(), uuid4()
    funded.key = captured
    posted = await VERBS[name](funded, funded.services())
    funded.key = voided
    funded.provider.silent = {"authorise"}
    with suppress(Refusal):
        await VERBS[name](funded, funded.services())
    funded.provider.silent = set()
    moved.forward(LATER)
    await funded.settle(funded.services())
    monkeypatch.undo()
    assert await as_before(owner, funded.api.town.id) == 2
    calls = list(funded.provider.calls)
    funded.key = captured
    again = await VERBS[name](funded, funded.services())
    assert (again.journal_id, again.replayed) == (posted.journal_id, True)
    assert written(again.receipt) == written(posted.receipt)
    funded.key = voided
    with pytest.raises(Refusal) as refused:
        await VERBS[name](funded, funded.services())
    assert refused.value.code == "ABANDONED"
    await funded.settle(funded.services())
    assert funded.provider.calls == calls
    await funded.assert_even()


async def test_a_top_up_that_kept_no_words_goes_on_with_any(
    funded: FundedTown, owner: asyncpg.Connection, moved: MovableClock
):
    """Rows of before the words were kept have none to compare: the ledger's own key still tells."""
    with pytest.raises(Killed):
        await funded.pays(funded.services(Steps(2)))
    town = funded.api.town.id
    await owner.execute("update provider_authorisation set input_hash = null where municipality_id = $1", town)
    await as_before(owner, town)
    [row] = await rows("select input_hash from provider_authorisation where municipality_id = $1", town)
    assert row["input_hash"] is None
    await recovered(funded, FundedTown.pays, "key", moved)
    assert funded.provider.captured == PRICE
    await funded.assert_even()
