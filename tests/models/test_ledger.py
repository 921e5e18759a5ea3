"""The ledger against a second, naive model: random sequences of everything, compared after each step."""

import asyncio
import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.approvals.kinds import ReversalReason
from domain.charging.charge import Charge, charge
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.keys.abandon import abandon
from domain.keys.outcome import outcome
from domain.ledger.kinds import Operation, Outcome
from domain.ledger.request import Posted
from domain.payments.hold import Authorize, HoldParties, authorize, capture, void
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.refund import Refund, refund
from domain.refusals import Refusal
from domain.viewer import Viewer
from tests.support.town import People, new_town


@dataclass
class Paid:
    wallet: int
    store: int
    amount: int
    left: int
    reversed: bool = False


@dataclass
class Held:
    id: UUID
    wallet: int
    store: int
    amount: int


@dataclass
class Model:
    """Plain integers: what everybody has. No lots, no locks, no batches."""

    wallets: list[int]
    stores: list[int]
    held: list[int]
    cash: int = 0
    payments: dict[UUID, Paid] = field(default_factory=dict)
    charges: dict[UUID, tuple[int, int, bool]] = field(default_factory=dict)
    holds: list[Held] = field(default_factory=list)
    keys: dict[UUID, object] = field(default_factory=dict)

    def available(self, wallet: int) -> int:
        return self.wallets[wallet] - self.held[wallet]


class Game:
    """One town, some wallets and stores, and a model that must agree."""

    def __init__(self, town: People, chance: random.Random) -> None:
        self.town = town
        self.chance = chance
        self.wallets: list[tuple[Viewer, UUID]] = []
        self.stores: list[tuple[UUID, Viewer]] = []
        self.model = Model([], [], [])

    async def start(self) -> None:
        for _ in range(3):
            self.wallets.append(await self.town.new_resident())
        for _ in range(2):
            self.stores.append(await self.town.new_store())
        self.model = Model([0] * 3, [0] * 2, [0] * 3)

    async def attempt(self, work, expected: str | None) -> Posted | None:
        """Runs a verb; `expected` names the refusal that the model foresees, None for success."""
        try:
            posted = await work
        except Refusal as refusal:
            assert refusal.code == expected, f"refused with {refusal.code}, the model says {expected}"
            return None
        assert expected is None, f"settled, but the model says {expected}"
        return posted

    async def charge(self) -> None:
        wallet, amount = self.chance.randrange(3), self.chance.randrange(1, 30_000)
        key = uuid4()
        cap = 300_000
        expected = "BALANCE_CAP" if self.model.wallets[wallet] + amount > cap else None
        top_up = Charge(key, self.town.id, self.wallets[wallet][1], self.town.coin.id, amount)
        posted = await self.attempt(charge(self.town.services, self.town.desk, top_up), expected)
        if posted is not None:
            self.model.wallets[wallet] += amount
            self.model.cash += amount
            self.model.charges[posted.journal_id] = (wallet, amount, False)

    async def pay(self) -> None:
        wallet, store, amount = self.chance.randrange(3), self.chance.randrange(2), self.chance.randrange(1, 20_000)
        key = uuid4()
        viewer, wallet_id = self.wallets[wallet]
        payment = Pay(key, self.town.id, wallet_id, self.stores[store][0], amount, confirm_duplicate=True)
        expected = "INSUFFICIENT_BALANCE" if amount > self.model.available(wallet) else None
        posted = await self.attempt(pay(self.town.services, viewer, payment), expected)
        if posted is not None:
            self.model.wallets[wallet] -= amount
            self.model.stores[store] += amount
            self.model.payments[posted.journal_id] = Paid(wallet, store, amount, amount)
        if self.chance.random() < 0.3:  # the same again, and the same key for something else
            again = await self.attempt(pay(self.town.services, viewer, payment), expected)
            assert again is None or (again.replayed and posted is not None and again.journal_id == posted.journal_id)
            other = Pay(key, self.town.id, wallet_id, self.stores[store][0], amount + 1, confirm_duplicate=True)
            await self.attempt(pay(self.town.services, viewer, other), "KEY_REUSED")

    async def refund(self) -> None:
        if not self.model.payments:
            return
        journal, paid = self.chance.choice(list(self.model.payments.items()))
        amount = self.chance.randrange(1, paid.amount + 2)
        expected = "REFUND_EXCEEDS" if amount > paid.left else None
        part = Refund(uuid4(), self.town.id, journal, amount, RefundReason.OTHER)
        if await self.attempt(refund(self.town.services, self.stores[paid.store][1], part), expected) is not None:
            paid.left -= amount
            self.model.wallets[paid.wallet] += amount
            self.model.stores[paid.store] -= amount

    async def hold(self) -> None:
        wallet, store, amount = self.chance.randrange(3), self.chance.randrange(2), self.chance.randrange(1, 20_000)
        expected = "INSUFFICIENT_BALANCE" if amount > self.model.available(wallet) else None
        viewer, wallet_id = self.wallets[wallet]
        ends = self.town.services.clock() + timedelta(days=1)
        authorization = Authorize(uuid4(), uuid4(), self.town.id, wallet_id, self.stores[store][0], amount, ends)
        if await self.attempt(authorize(self.town.services, viewer, authorization), expected) is not None:
            self.model.held[wallet] += amount
            self.model.holds.append(Held(authorization.id, wallet, store, amount))

    async def close_hold(self) -> None:
        if not self.model.holds:
            return
        held = self.model.holds.pop(self.chance.randrange(len(self.model.holds)))
        of = HoldParties(self.town.id, held.id, self.wallets[held.wallet][1], self.stores[held.store][0])
        staff = self.stores[held.store][1]
        if self.chance.random() < 0.5:
            await self.attempt(void(self.town.services, staff, of, uuid4()), None)
        else:
            amount = self.chance.randrange(1, held.amount + 1)
            await self.attempt(capture(self.town.services, staff, of, uuid4(), held.amount + 1), "HOLD_EXCEEDS")
            posted = await self.attempt(capture(self.town.services, staff, of, uuid4(), amount), None)
            assert posted is not None
            self.model.wallets[held.wallet] -= amount
            self.model.stores[held.store] += amount
            self.model.payments[posted.journal_id] = Paid(held.wallet, held.store, amount, amount)
        self.model.held[held.wallet] -= held.amount

    async def reverse(self) -> None:
        if not self.model.payments:
            return
        journal, paid = self.chance.choice(list(self.model.payments.items()))
        expected = "ALREADY_REVERSED" if paid.left != paid.amount else None
        approval = await propose_reversal(
            self.town.services, self.town.finance, self.town.id, journal, ReversalReason.OTHER
        )
        work = reverse_journal(self.town.services, self.town.other_finance, self.town.id, uuid4(), approval.id)
        if await self.attempt(work, expected) is not None:
            self.model.wallets[paid.wallet] += paid.amount
            self.model.stores[paid.store] -= paid.amount
            paid.left = 0

    async def reverse_charge(self) -> None:
        """A reversed charge takes its own lot back: in this game all of a day's charges share one lot."""
        open_charges = {journal: charge for journal, charge in self.model.charges.items() if not charge[2]}
        if not open_charges:
            return
        journal, (wallet, amount, _) = self.chance.choice(list(open_charges.items()))
        expected = "REVERSAL_IMPOSSIBLE" if amount > self.model.available(wallet) else None
        approval = await propose_reversal(
            self.town.services, self.town.finance, self.town.id, journal, ReversalReason.OTHER
        )
        work = reverse_journal(self.town.services, self.town.other_finance, self.town.id, uuid4(), approval.id)
        if await self.attempt(work, expected) is not None:
            self.model.wallets[wallet] -= amount
            self.model.cash -= amount
            self.model.charges[journal] = (wallet, amount, True)

    async def abandon(self) -> None:
        key = uuid4()
        viewer, wallet_id = self.wallets[0]
        assert await abandon(self.town.services, viewer, Operation.PAY, key) is None
        payment = Pay(key, self.town.id, wallet_id, self.stores[0][0], 1, confirm_duplicate=True)
        await self.attempt(pay(self.town.services, viewer, payment), "ABANDONED")
        known = await outcome(viewer, Operation.PAY, key)
        assert known is not None
        assert known.outcome is Outcome.ABANDONED

    async def step(self) -> None:
        verbs = [
            self.charge,
            self.pay,
            self.pay,
            self.pay,
            self.refund,
            self.hold,
            self.close_hold,
            self.reverse,
            self.reverse_charge,
            self.abandon,
        ]
        await self.chance.choice(verbs)()

    async def compare(self) -> None:
        for number, (_, wallet) in enumerate(self.wallets):
            assert await self.town.balance(wallet) == self.model.wallets[number]
            assert await self.town.available(wallet) == self.model.available(number)


async def play(town: People, seed: int, steps: int) -> None:
    game = Game(town, random.Random(seed))
    await game.start()
    try:
        for number in range(steps):
            await game.step()
            if number % 5 == 4:
                await game.compare()
        await game.compare()
        await town.assert_sound()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("number", range(4))
async def test_random_sequences_agree_with_a_naive_model(services, number: int):
    seed = int(os.environ.get("MEGURU_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {seed}")
    await play(await new_town(services), seed, 60)


@pytest.mark.soak
async def test_random_sequences_agree_with_a_naive_model_soak(services):
    for _ in range(50):
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}")
        await asyncio.gather(*[play(await new_town(services), seed + number, 200) for number in range(4)])
