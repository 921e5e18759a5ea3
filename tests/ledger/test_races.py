"""Many requests at once: nothing is lost or doubled, and a lock in one town does not delay another."""

import asyncio
import random
import time
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from domain.database import rows
from domain.keys.abandon import abandon
from domain.keys.outcome import outcome
from domain.ledger.kinds import Operation, Outcome
from domain.ledger.reads import balances
from domain.ledger.refusals import AbandonedError
from domain.ledger.request import Posted
from domain.payments.pay import Pay, pay
from domain.refusals import BusyError
from tests.support.town import People, new_town


async def test_200_payments_from_one_wallet_at_once(town: People):
    await town.charge(10_000)
    results = await asyncio.gather(*[town.pay(60) for _ in range(200)], return_exceptions=True)
    assert Counter(type(result).__name__ for result in results) == {"Posted": 166, "InsufficientBalanceError": 34}
    assert await town.balance() == 40
    await town.assert_sound()


async def test_200_payments_into_one_store_at_once(town: People):
    residents = [await town.new_resident() for _ in range(20)]
    await asyncio.gather(*[town.charge(1_000, wallet) for _, wallet in residents])
    await asyncio.gather(
        *[
            pay(
                town.services,
                viewer,
                Pay(
                    key=uuid4(),
                    municipality=town.id,
                    wallet_id=wallet,
                    store_id=town.store,
                    amount=100,
                    confirm_duplicate=True,
                ),
            )
            for viewer, wallet in residents * 10
        ]
    )
    store = await balances(town.id, town.store, town.services.clock())
    assert store is not None
    assert sum(account.posted for account in store.accounts) == 20_000
    assert store.sequence == 200
    assert [await town.balance(wallet) for _, wallet in residents] == [0] * 20
    await town.assert_sound()


async def test_one_key_sent_50_times_at_once_pays_once(town: People):
    await town.charge(1_000)
    key = uuid4()
    results = await asyncio.gather(*[town.pay(700, key) for _ in range(50)])
    assert len({result.journal_id for result in results}) == 1
    assert sum(not result.replayed for result in results) == 1
    assert await town.balance() == 300
    await town.assert_sound()


async def test_one_key_for_two_wallets_at_once_pays_one_of_them(town: People):
    """Different wallets may be in different batches: the database's unique key decides."""
    viewer = town.resident
    from domain.database import transaction
    from domain.residents.join import open_wallet

    async with transaction():
        second = await open_wallet(town.id, viewer.person_id, town.services.clock(), town.services.ids)
    for wallet in (town.wallet, second):
        await town.charge(1_000, wallet)
    for _ in range(20):
        key = uuid4()
        results = await asyncio.gather(
            *[
                pay(
                    town.services,
                    viewer,
                    Pay(
                        key=key,
                        municipality=town.id,
                        wallet_id=wallet,
                        store_id=town.store,
                        amount=10,
                        confirm_duplicate=True,
                    ),
                )
                for wallet in (town.wallet, second)
            ],
            return_exceptions=True,
        )
        assert sorted(type(result).__name__ for result in results) == ["KeyReusedError", "Posted"]
    assert await town.balance() + await town.balance(second) == 1_800
    await town.assert_sound()


async def race_pay_against_abandon(town: People, rounds: int) -> None:
    await town.charge(50_000)
    paid = 0
    for _ in range(rounds):
        key = uuid4()
        work = [town.pay(1, key), abandon(town.services, town.resident, Operation.PAY, key)]
        if random.random() < 0.5:
            work.reverse()
        results = await asyncio.gather(*work, return_exceptions=True)
        settled = [result for result in results if isinstance(result, Posted)]
        refused = [result for result in results if isinstance(result, AbandonedError)]
        [journal] = [result for result in results if not isinstance(result, Posted | AbandonedError)]
        assert len(settled) + len(refused) == 1, results
        if settled:
            paid += 1
            assert journal is not None and journal.outcome is Outcome.SETTLED
        else:
            assert journal is None
    assert await town.balance() == 50_000 - paid
    await town.assert_sound()


async def test_pay_against_abandon_is_never_both(town: People):
    await race_pay_against_abandon(town, 60)


@pytest.mark.soak
async def test_pay_against_abandon_is_never_both_soak(town: People):
    await race_pay_against_abandon(town, 1_000)


async def cancel_at_random(town: People, rounds: int) -> None:
    """Payers that go away at any moment: each learns the outcome by asking, or by the same key; the money agrees."""
    await town.charge(50_000)
    keys = []
    for _ in range(rounds):
        key = uuid4()
        task = asyncio.create_task(town.pay(7, key))
        await asyncio.sleep(random.uniform(0, 0.006))  # the moment of the cancellation is what is drawn
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        keys.append(key)
    for key in keys:
        before = await outcome(town.resident, Operation.PAY, key)
        again = await town.pay(7, key)
        assert before is None or again.replayed
        assert before is None or before.id == again.journal_id
    assert await town.balance() == 50_000 - 7 * rounds
    await town.assert_sound()


async def test_cancellation_at_any_moment(town: People):
    await cancel_at_random(town, 100)


@pytest.mark.soak
async def test_cancellation_at_any_moment_soak(town: People):
    for _ in range(10):
        await cancel_at_random(await new_town(town.services), 100)


async def test_one_towns_rows_locked_for_5_seconds_while_another_town_pays(town: People, database_url: str):
    """Another process holds a wallet: payments from it wait, payments of another town do not."""
    other = await new_town(town.services)
    await town.charge(1_000)
    await other.charge(50_000)
    blocker = await asyncpg.connect(database_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("select from holder where municipality_id = $1 and id = $2 for update", town.id, town.wallet)
    blocked = [asyncio.create_task(town.pay(10)) for _ in range(5)]
    started = time.perf_counter()
    slowest = 0.0
    while time.perf_counter() - started < 5:
        sent = time.perf_counter()
        await other.pay(1)
        slowest = max(slowest, time.perf_counter() - sent)
    assert not any(task.done() for task in blocked)
    await transaction.rollback()
    await blocker.close()
    await asyncio.gather(*blocked)
    assert await town.balance() == 950
    assert slowest < 2.5, "half the time that the other town was locked: they did not wait for it"
    await town.assert_sound()
    await other.assert_sound()


async def test_locked_for_too_long_answers_busy_and_the_same_key_succeeds_later(
    town: People, database_url: str, monkeypatch
):
    monkeypatch.setattr("domain.ledger.poster.PATIENCE_SECONDS", 0.3)
    await town.charge(1_000)
    blocker = await asyncpg.connect(database_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("select from holder where municipality_id = $1 and id = $2 for update", town.id, town.wallet)
    key = uuid4()
    with pytest.raises(BusyError):
        await town.pay(10, key)
    await transaction.rollback()
    await blocker.close()
    assert await outcome(town.resident, Operation.PAY, key) is None
    assert not (await town.pay(10, key)).replayed
    assert await town.balance() == 990


async def test_connections_killed_in_the_middle_of_load(town: People, database_url: str):
    """The poster's backends are terminated again and again: every payment is settled once, by retry under its key."""
    await town.charge(50_000)
    admin = await asyncpg.connect(database_url)
    done = asyncio.Event()

    async def kill() -> int:
        killed = 0
        while not done.is_set():
            killed += len(
                await admin.fetch(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'meguru-poster' and datname = current_database()"
                )
            )
            await asyncio.sleep(0.05)  # the pace of the kills
        return killed

    killer = asyncio.create_task(kill())
    keys = [uuid4() for _ in range(300)]
    results = []
    try:
        for start in range(0, 300, 20):
            results += await asyncio.gather(*[town.pay(5, key) for key in keys[start : start + 20]])
    finally:  # or the kills would go on in the next tests
        done.set()
        killed = await killer
        await admin.close()
    assert killed > 0
    assert len({result.journal_id for result in results}) == 300
    assert await town.balance() == 50_000 - 1_500
    await town.assert_sound()


async def test_a_batch_takes_a_constant_number_of_statements(town: People):
    """64 payments take as many statements as one."""
    seen: list[tuple[int, int]] = []

    class Observer:
        def committed(self, requests, decisions, statements, seconds):
            seen.append((len(requests), statements))

    await town.charge(50_000)
    residents = [await town.new_resident() for _ in range(64)]
    await asyncio.gather(*[town.charge(1_000, wallet) for _, wallet in residents])
    town.services.ledger._poster._observer = Observer()
    await town.pay(1)
    await asyncio.gather(
        *[
            pay(
                town.services,
                viewer,
                Pay(key=uuid4(), municipality=town.id, wallet_id=wallet, store_id=town.store, amount=1),
            )
            for viewer, wallet in residents
        ]
    )
    town.services.ledger._poster._observer = None
    sizes = {size for size, _ in seen}
    assert max(sizes) > 10, sizes
    assert {statements for _, statements in seen} <= {7, 8, 9}, seen


async def test_append_only_and_zero_sum_are_the_databases_own(town: People, database_url: str):
    await town.charge(100)
    owner = await asyncpg.connect(database_url)
    for table in ("entry", "journal", "event", "lot", "audit_entry"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute(f"delete from {table}")
    account = await owner.fetchrow("select * from account where municipality_id = $1 and kind = 1", town.id)
    assert account is not None
    with pytest.raises(asyncpg.CheckViolationError, match="zero"):
        await owner.execute(
            "insert into entry values ($1, gen_random_uuid(), $2, $3, 1, 1, 99)",
            town.id,
            account["id"],
            account["asset_id"],
        )
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update account set posted = -1 where municipality_id = $1 and kind = 1", town.id)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update account set floor = null where municipality_id = $1 and kind = 1", town.id)
    await owner.close()
    await town.assert_sound()


async def test_the_audit_finds_what_was_tampered_with(town: People, database_url: str):
    from domain.ledger.audit import drift

    await town.charge(100)
    await town.pay(40)
    owner = await asyncpg.connect(database_url)
    await owner.execute("update account set posted = posted + 1 where municipality_id = $1 and kind = 1", town.id)
    assert {difference.check for difference in await drift([town.id])} == {"account_balance", "movement_balance"}
    await owner.execute(
        "update account set posted = posted - 1, held = held + 1 where municipality_id = $1 and kind = 1", town.id
    )
    assert {difference.check for difference in await drift([town.id])} == {"account_held"}
    await owner.execute("update account set held = 0 where municipality_id = $1", town.id)
    await owner.execute(
        "update holder set sequence = sequence + 1 where municipality_id = $1 and id = $2", town.id, town.store
    )
    assert {difference.check for difference in await drift([town.id])} == {"event_sequence"}
    await owner.execute(
        "update holder set sequence = sequence - 1 where municipality_id = $1 and id = $2", town.id, town.store
    )
    await owner.close()
    await town.assert_sound()


async def test_nobody_but_the_posting_functions_writes_the_ledger(town: People):
    for statement in (
        "update account set posted = 0",
        "insert into guard values (1, 1, gen_random_uuid(), '', 0, 0)",
        "delete from entry",
        "select ledger_lock(null, null, true)",
    ):
        with pytest.raises(Exception, match="permission denied"):
            await rows(statement)
