"""The ledger's value as a state machine: what fails is shrunk to the shortest story that shows it.

Each story has a town of its own. The model is plain lists: lots and what is left in them, counted by hand.
"""

import asyncio
from calendar import monthrange
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from domain.charging.charge import Charge, charge
from domain.conversions.convert import Convert, convert
from domain.expiry.expire import expire
from domain.grants.grant import Grant, grant_value
from domain.identifiers import decode
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import wallet_accounts
from domain.ledger.request import Posted, effective_on
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.refund import Refund, refund
from domain.programmes.reads import budgets_left
from domain.refusals import Refusal
from domain.services import Services
from domain.stores.classify import classify_store
from domain.stores.kinds import SizeClass
from domain.viewer import Viewer
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.town import People, new_town

MONTHS = {"COIN": 12, "GIFT": 2, "BONUS": 1, "POINT": None}
"""How long value of an asset can be used; a point has no end. Gifts are for the first store only."""
BUDGETS = {"GIFT": 5_000, "POINT": 3_000, "BONUS": 1_000}
RATE = (2, 3)
"""For 3 points, 2 of the bonus."""
PATIENCE_SECONDS = 60
WHO = st.integers(0, 1)


def months_on(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    later = day.month - 1 + months
    year, month = day.year + later // 12, later % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass
class Lot:
    asset: str
    issued: date
    last: date | None
    left: int = 0


@dataclass
class Paid:
    id: UUID
    wallet: int
    store: int
    amount: int
    parts: list[tuple[Lot, int]]
    back: int = 0


@dataclass
class Model:
    today: date
    wallets: list[list[Lot]] = field(default_factory=lambda: [[], []])
    stores: list[int] = field(default_factory=lambda: [0, 0])
    budgets: dict[str, int] = field(default_factory=lambda: dict(BUDGETS))
    lapsed: int = 0

    def give(self, wallet: int, asset: str, amount: int) -> None:
        months = MONTHS[asset]
        last = None if months is None else months_on(self.today, months)
        for lot in self.wallets[wallet]:
            if (lot.asset, lot.issued) == (asset, self.today):
                lot.left += amount
                return
        self.wallets[wallet].append(Lot(asset, self.today, last, amount))

    def usable(self, wallet: int, store: int) -> list[Lot]:
        lots = [lot for lot in self.wallets[wallet] if lot.left and (lot.last is None or self.today <= lot.last)]
        gifts = [lot for lot in lots if lot.asset == "GIFT"]
        return (gifts if store == 0 else []) + [lot for lot in lots if lot.asset != "GIFT"]

    def take(self, lots: list[Lot], amount: int) -> list[tuple[Lot, int]]:
        """One after the other, always of the lot that comes first: a gift, what ends first, what nobody paid for."""
        parts = []
        while amount:
            first = min(
                (lot for lot in lots if lot.left),
                key=lambda lot: (lot.asset != "GIFT", lot.last or date.max, lot.asset == "COIN", lot.issued),
            )
            part = min(amount, first.left)
            first.left -= part
            amount -= part
            parts.append((first, part))
        return parts


@dataclass
class Town:
    """A new town with two residents, two stores, gifts, points, and points that are converted into a bonus."""

    people: People
    assets: dict[str, int]
    programmes: dict[str, UUID]
    residents: list[tuple[Viewer, UUID]]
    stores: list[tuple[UUID, Viewer]]

    def code(self, number: int) -> str:
        return next(code for code, known in self.assets.items() if known == number)


async def founded(services: Services) -> Town:
    people = await new_town(services)
    api = Api(people)
    assets: dict[str, str] = {"COIN": api.coin}
    programmes: dict[str, str] = {}
    facts: dict[str, dict[str, Any]] = {
        "GIFT": {"acceptance": {"groups": ["gift"]}},
        "POINT": {},
        "BONUS": {"kind": "BONUS_COIN"},
    }
    for code, more in facts.items():
        months = MONTHS[code]
        end = {"expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": months} if months else {}
        kind = "CONVERSION" if code == "BONUS" else "GRANT"
        assets[code] = await api.asset(code, **more, **end)
        programmes[code] = await api.programme(
            assets[code], BUDGETS[code], kind=kind, endsAt=api.at(timedelta(days=3_000))
        )
    rate = {
        "municipality": api.code,
        "fromAssetId": assets["POINT"],
        "toAssetId": assets["BONUS"],
        "programmeId": programmes["BONUS"],
        "numerator": RATE[0],
        "denominator": RATE[1],
        "minimumUnit": RATE[1],
    }
    assert "code" not in await api.both(people.finance, "SetConversionRate", input=rate)
    residents = [await people.new_resident() for _ in range(2)]
    stores = [await people.new_store() for _ in range(2)]
    await classify_store(services, people.desk, people.id, stores[0][0], group="gift", size=SizeClass.SMALL, area="")
    return Town(
        people,
        {code: decode(asset)[2] for code, asset in assets.items()},
        {code: decode(programme)[2] for code, programme in programmes.items()},
        residents,
        stores,
    )


class Value(RuleBasedStateMachine):
    """Hypothesis runs in a thread; the verbs run on the loop of the session's services."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    services: ClassVar[Services]
    clock: ClassVar[MovableClock]
    payments = Bundle("payments")

    def done(self, work: Awaitable[Any]) -> Any:
        async def waited() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(waited(), self.loop).result(PATIENCE_SECONDS)

    def attempt(self, work: Awaitable[Posted], expected: str | None) -> Posted | None:
        """What was posted; None where it was refused, with the code that the model says."""
        try:
            posted: Posted = self.done(work)
        except Refusal as refusal:
            assert refusal.code == expected
            return None
        assert expected is None
        return posted

    @initialize()
    def new_story(self) -> None:
        self.town: Town = self.done(founded(self.services))
        self.model = Model(effective_on(self.services.clock()))

    @rule(wallet=WHO, amount=st.integers(1, 4_000))
    def charge(self, wallet: int, amount: int) -> None:
        town = self.town.people
        top_up = Charge(uuid4(), town.id, self.town.residents[wallet][1], self.town.assets["COIN"], amount)
        self.attempt(charge(self.services, town.desk, top_up), None)
        self.model.give(wallet, "COIN", amount)

    @rule(wallet=WHO, code=st.sampled_from(["GIFT", "POINT"]), amount=st.integers(1, 1_500))
    def grant(self, wallet: int, code: str, amount: int) -> None:
        town, left = self.town.people, self.model.budgets[code]
        gift = Grant(uuid4(), town.id, self.town.programmes[code], self.town.residents[wallet][1], amount)
        refused = "BUDGET_EXCEEDED" if amount > left else None
        if self.attempt(grant_value(self.services, town.desk, gift), refused) is not None:
            self.model.budgets[code] -= amount
            self.model.give(wallet, code, amount)

    @rule(wallet=WHO, points=st.integers(1, 500).map(lambda times: 3 * times))
    def convert(self, wallet: int, points: int) -> None:
        lots = [lot for lot in self.model.wallets[wallet] if lot.asset == "POINT"]
        received = points * 2 // 3
        few, spent = points > sum(lot.left for lot in lots), received > self.model.budgets["BONUS"]
        if few and spent:
            return
        refused = "INSUFFICIENT_BALANCE" if few else "BUDGET_EXCEEDED" if spent else None
        viewer, wallet_id = self.town.residents[wallet]
        assets = self.town.assets
        wanted = Convert(uuid4(), self.town.people.id, wallet_id, assets["POINT"], assets["BONUS"], points)
        if self.attempt(convert(self.services, viewer, wanted), refused) is not None:
            self.model.take(lots, points)
            self.model.budgets["BONUS"] -= received
            self.model.give(wallet, "BONUS", received)

    @rule(target=payments, wallet=WHO, store=WHO, amount=st.integers(1, 5_000))
    def pay(self, wallet: int, store: int, amount: int) -> Any:
        lots = self.model.usable(wallet, store)
        viewer, wallet_id = self.town.residents[wallet]
        payment = Pay(
            uuid4(), self.town.people.id, wallet_id, self.town.stores[store][0], amount, confirm_duplicate=True
        )
        refused = "INSUFFICIENT_BALANCE" if amount > sum(lot.left for lot in lots) else None
        posted = self.attempt(pay(self.services, viewer, payment), refused)
        if posted is None:
            return multiple()
        parts = self.model.take(lots, amount)
        used = [(self.town.code(portion.asset), portion.amount) for portion in posted.receipt.lots]
        assert used == [(lot.asset, part) for lot, part in parts]
        self.model.stores[store] += amount
        return Paid(posted.journal_id, wallet, store, amount, parts)

    def give_back(self, paid: Paid, amount: int) -> None:
        """The last unit that was used comes back first."""
        request = Refund(uuid4(), self.town.people.id, paid.id, amount, RefundReason.OTHER)
        refused = "REFUND_EXCEEDS" if amount > paid.amount - paid.back else None
        work = refund(self.services, self.town.stores[paid.store][1], request)
        if self.attempt(work, refused) is None:
            return
        units = [lot for lot, part in paid.parts for _ in range(part)][::-1]
        for lot in units[paid.back : paid.back + amount]:
            lot.left += 1
        paid.back += amount
        self.model.stores[paid.store] -= amount

    @rule(paid=payments, amount=st.integers(1, 5_001))
    def refund_a_part(self, paid: Paid, amount: int) -> None:
        self.give_back(paid, amount)

    @rule(paid=consumes(payments))
    def refund_the_rest(self, paid: Paid) -> None:
        if paid.back < paid.amount:
            self.give_back(paid, paid.amount - paid.back)
        self.give_back(paid, 1)

    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        self.clock.forward(timedelta(days=days))
        self.model.today = effective_on(self.services.clock())

    @rule()
    def lapse(self) -> None:
        self.done(expire(self.services))
        for lot in (lot for lots in self.model.wallets for lot in lots):
            if lot.last is not None and lot.last < self.model.today:
                self.model.lapsed += lot.left
                lot.left = 0

    @invariant()
    def agree(self) -> None:
        if hasattr(self, "model"):
            self.done(self.compare())

    async def compare(self) -> None:
        town, now = self.town.people, self.services.clock()
        for (_, wallet), lots in zip(self.town.residents, self.model.wallets, strict=True):
            accounts = await wallet_accounts(town.id, wallet, now)
            has = Counter(
                {(self.town.code(a.asset), effective_on(a.issued_at)): a.posted for a in accounts if a.posted}
            )
            assert has == Counter({(lot.asset, lot.issued): lot.left for lot in lots if lot.left})
        left = await budgets_left([(town.id, programme) for programme in self.town.programmes.values()])
        assert dict(zip(self.town.programmes, left, strict=True)) == self.model.budgets
        sums: Counter[AccountKind] = Counter()
        for line in (await trial_balance(town.id, now)).lines:
            sums[line.kind] += line.posted
        assert sums[AccountKind.PAYABLE] == sum(self.model.stores)
        assert sums[AccountKind.BREAKAGE] == self.model.lapsed

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.done(self.town.people.assert_sound())


async def played(services: Services, clock: MovableClock, stories: int, steps: int) -> None:
    Value.loop, Value.services, Value.clock = asyncio.get_running_loop(), services, clock
    terms = settings(
        max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    await asyncio.to_thread(run_state_machine_as_test, Value, settings=terms)


async def test_value_moves_as_in_a_naive_model_and_what_fails_is_shrunk(services: Services, moved: MovableClock):
    await played(services, moved, 5, 15)


@pytest.mark.soak
async def test_value_moves_as_in_a_naive_model_soak(services: Services, moved: MovableClock):
    await played(services, moved, 400, 60)
