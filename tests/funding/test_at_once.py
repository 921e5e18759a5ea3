"""Requests of one key that reach the saga at the same moment: one authorisation, and the money is taken once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from domain.database import rows
from domain.funding import saga
from domain.funding.kinds import AuthorisationState
from domain.funding.reads import Authorisation, authorisation_of
from domain.funding.saga import Opening, reference_of
from domain.ledger.kinds import Operation
from domain.ledger.request import RequestKey
from tests.support.clock import MovableClock
from tests.support.eventually import eventually
from tests.support.funded import LATER, PRICE, VERBS, FundedTown


@pytest.fixture(autouse=True)
async def nothing_left_open(funded: FundedTown, moved: MovableClock) -> AsyncIterator[None]:
    """The job of other tests finds no rows of these."""
    yield
    moved.forward(LATER)
    await funded.settle(funded.services())
    await funded.assert_even()


@asynccontextmanager
async def no_row_seen_by_any(database_url: str, key: RequestKey) -> AsyncIterator[None]:
    """Let nobody write the reference of a key until several have looked for the key and seen no row of it.

    Another key has the reference meanwhile, in a transaction that is rolled back.
    """
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            """insert into provider_authorisation (municipality_id, id, actor, operation, key, input_hash, amount,
              opened_at) values ($1, $2, $3, $4, $5, $6, 1, now())""",
            *(key.municipality, reference_of(key), key.actor, Operation.PURCHASE_VOUCHER, uuid4(), bytes(32)),
        )
        yield
        await eventually(lambda: several_wait(connection))
    finally:
        await transaction.rollback()
        await connection.close()


async def several_wait(connection: asyncpg.Connection) -> bool:
    waiting = "select count(*) from pg_locks where locktype = 'transactionid' and not granted"
    return await connection.fetchval(waiting) > 1


def opening_of(funded: FundedTown, name: str) -> Opening:
    source = funded.source if name == "top-up" else None
    return Opening(funded.key_of(name), bytes(32), PRICE, source)


async def assert_one_row(funded: FundedTown, opened: list[Authorisation], opening: Opening) -> None:
    assert len(opened) == 20
    assert set(opened) == {await authorisation_of(opening.key)}
    assert opened[0] == Authorisation(
        id=reference_of(opening.key),
        key=opening.key,
        input_hash=opening.input_hash,
        source_id=opening.source_id,
        amount=PRICE,
        state=AuthorisationState.REQUESTED,
    )


@pytest.mark.parametrize("name", VERBS)
async def test_the_same_key_many_times_at_once_opens_one_authorisation(funded: FundedTown, name: str):
    services = funded.services()
    for _ in range(20):
        funded.key = uuid4()
        opening = opening_of(funded, name)
        opened = await asyncio.gather(*(saga.open_authorisation(services, opening) for _ in range(20)))
        await assert_one_row(funded, opened, opening)


@pytest.mark.parametrize("name", VERBS)
async def test_requests_that_have_all_seen_no_row_open_one_authorisation(
    funded: FundedTown, database_url: str, name: str
):
    services, opening = funded.services(), opening_of(funded, name)
    async with no_row_seen_by_any(database_url, opening.key):
        opens = [asyncio.ensure_future(saga.open_authorisation(services, opening)) for _ in range(20)]
    await assert_one_row(funded, await asyncio.gather(*opens), opening)


async def test_opening_again_writes_nothing(funded: FundedTown):
    opening = opening_of(funded, "top-up")
    versions = []
    for _ in range(3):
        await saga.open_authorisation(funded.services(), opening)
        [row] = await rows("select ctid::text, xmin::text from provider_authorisation where key = $1", opening.key.key)
        versions.append(row)
    assert versions[1:] == versions[:1] * 2


@pytest.mark.parametrize("name", VERBS)
async def test_what_is_sent_many_times_at_once_settles_once(funded: FundedTown, database_url: str, name: str):
    for times in range(1, 6):
        funded.key = uuid4()
        async with no_row_seen_by_any(database_url, funded.key_of(name)):
            sent = [asyncio.ensure_future(VERBS[name](funded, funded.services())) for _ in range(20)]
        answers = await asyncio.gather(*sent)
        assert len({answer.journal_id for answer in answers}) == 1
        assert [answer.replayed for answer in answers].count(False) == 1
        assert (funded.provider.captured, len(funded.provider.known)) == (times * PRICE, times)
