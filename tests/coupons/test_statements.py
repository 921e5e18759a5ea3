"""Statements that coupons cost: none without them, and one per batch with them, whatever its size and lots."""

import asyncio
from uuid import UUID, uuid4

import asyncpg

from domain.database import rows
from domain.identifiers import decode
from domain.ledger.audit import drift
from domain.payments.pay import Pay, pay
from domain.residents.reads import PERSONS
from domain.viewer import Viewer
from tests.support.coupons import CouponApi

LOTS = 6
WALLETS = 48


class Counting:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def committed(self, requests, decisions, statements, seconds):
        self.seen.append((len(requests), statements))

    def largest(self) -> int:
        """The statements of the largest batch."""
        assert max(self.seen)[0] > 10, self.seen
        return max(self.seen)[1]


async def payers_with_lots(api: CouponApi) -> list[tuple[Viewer, UUID]]:
    payers = [await api.town.new_resident() for _ in range(WALLETS)]
    points = await api.asset(f"P{uuid4().hex[:8]}")
    for programme in [await api.programme(points, 10**6) for _ in range(LOTS)]:
        await asyncio.gather(*[api.grant(programme, 100, wallet) for _, wallet in payers])
    return payers


def payment_of(api: CouponApi, wallet: UUID, amount: int, coupons: tuple[UUID, ...]) -> Pay:
    return Pay(
        key=uuid4(), municipality=api.town.id, wallet_id=wallet, store_id=api.town.store, amount=amount, coupons=coupons
    )


async def measured(api: CouponApi, amount: int, coupons: tuple[UUID, ...]) -> tuple[int, int]:
    """Measure the statements of the largest batch, and the lots of one payment."""
    payers = await payers_with_lots(api)
    counting = Counting()
    town = api.town
    town.services.ledger._poster._observer = counting
    try:
        done = await asyncio.gather(
            *[pay(town.services, viewer, payment_of(api, wallet, amount, coupons)) for viewer, wallet in payers]
        )
    finally:
        town.services.ledger._poster._observer = None
    return counting.largest(), len(done[0].receipt.lots)


async def test_a_batch_with_lots_and_coupons_takes_one_statement_more(api: CouponApi):
    coupon = decode(await api.coupon(perPerson=1, perDay=1, stock=10_000))[2]
    assert isinstance(coupon, UUID)
    plain, one_lot = await measured(api, 100, ())
    lots, six = await measured(api, 600, ())
    coupons, six_again = await measured(api, 660, (coupon,))
    assert (one_lot, six, six_again) == (1, LOTS, LOTS)
    assert lots == plain
    assert coupons == plain + 1, "the counters of all coupons of the batch are read at once"
    await api.town.assert_sound()


async def test_whose_wallets_pay_at_the_same_moment_is_read_at_once(api: CouponApi):
    coupon = decode(await api.coupon())[2]
    assert isinstance(coupon, UUID)
    payers = [await api.town.new_resident() for _ in range(WALLETS)]
    await asyncio.gather(*[api.charge(1_000, wallet) for _, wallet in payers])
    persons, reads = api.services.shared(PERSONS), []
    read = persons._read

    async def counted(keys):
        reads.append(len(keys))
        return await read(keys)

    persons._read = counted
    try:
        await asyncio.gather(
            *[pay(api.services, viewer, payment_of(api, wallet, 100, (coupon,))) for viewer, wallet in payers]
        )
    finally:
        persons._read = read
    assert sum(reads) == WALLETS
    assert len(reads) <= WALLETS // 4, reads
    await api.town.assert_sound()


async def test_a_payment_without_coupons_locks_and_reads_nothing_of_them(api: CouponApi):
    from domain.coupons.uses import NONE_CHOSEN, choose

    assert await choose(api.services, api.town.id, api.town.wallet, ()) is NONE_CHOSEN
    assert (NONE_CHOSEN.holders, NONE_CHOSEN.guards, NONE_CHOSEN.ids) == ((), (), None)
    await api.charge(1_000)
    await api.pay(100)
    [journal] = await rows(
        "select receipt::text as receipt from journal where municipality_id = $1 and kind = 2", api.town.id
    )
    assert "coupon" not in journal["receipt"]
    assert "discount" not in journal["receipt"]


async def test_the_audit_finds_a_counter_that_was_tampered_with(api: CouponApi, database_url: str):
    await api.charge(1_000)
    coupon = await api.coupon(stock=5)
    await api.pay_with(100, coupon)
    await api.town.assert_sound()
    owner = await asyncpg.connect(database_url)
    await owner.execute("update guard set value = 3 where municipality_id = $1 and kind = 20", api.town.id)
    assert [(drifted.check, drifted.stored, drifted.expected) for drifted in await drift([api.town.id])] == [
        ("coupon_stock", 3, 1)
    ]
    await owner.execute("update guard set value = 1 where municipality_id = $1 and kind = 20", api.town.id)
    await owner.close()
    await api.town.assert_sound()
