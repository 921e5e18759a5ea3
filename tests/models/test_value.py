"""Value with rules against a second, naive model.

Lots, ends, bonuses, grants, points, clawback, debts, a coupon, in random order and over months.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID, uuid4

import pytest

from domain.assets.create import NewAsset
from domain.assets.expiry import months_later
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.assets.manage import make_asset
from domain.charging.charge import Charge, charge
from domain.conditions.acceptance import Acceptance
from domain.coupons.create import NewCoupon, create_coupon
from domain.coupons.kinds import BorneBy, CouponKind
from domain.coupons.kinds import Stacking as CouponStacking
from domain.expiry.expire import expire
from domain.grants.grant import Grant, grant_value
from domain.ledger.audit import trial_balance
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import wallet_accounts
from domain.ledger.request import Posted, effective_on
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.refund import Refund, refund
from domain.points.kinds import RuleKind, Stacking
from domain.points.manage import NewRule, add_rule
from domain.programmes.create import NewProgramme, create_programme
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.programmes.reads import budgets_left
from domain.refusals import Refusal
from domain.stores.classify import classify_store
from domain.stores.kinds import SizeClass
from domain.viewer import Viewer
from tests.support.clock import MovableClock
from tests.support.town import People, new_town

MONTHS = {"COIN": 12, "BONUS": 1, "GIFT": 2, "POINT": 3}
BUDGETS = {"BONUS": 4_000, "GIFT": 9_000, "POINT": 700}
CAPS = {"BONUS": 2_500, "GIFT": 6_000, "POINT": 400}
BONUS_PERCENT, POINT_PERCENT, COUPON_PERCENT = 10, 5, 10


@dataclass
class Lot:
    """A line of a wallet: what, of which day, until when, how much."""

    asset: str
    issued: date
    last: date
    left: int = 0


@dataclass
class Paid:
    """A payment: its lots in the order of use, what was given back, and its points."""

    wallet: int
    store: int
    price: int
    discount: int
    parts: list[tuple[Lot, int]]
    given_back: int = 0
    refunded: int = 0
    points: Lot | None = None
    earned: int = 0
    clawed: int = 0
    back: list[tuple[Lot, int]] = field(default_factory=list)

    def returned(self, given_back: int) -> int:
        """What the coupon has back, once so much of the price was given back."""
        return self.discount - self.discount * (self.price - given_back) // self.price

    def coin_left(self, refunded: int) -> int:
        """One unit after the other, from the end."""
        units = [lot.asset for lot, part in self.parts for _ in range(part)]
        return units[: len(units) - refunded].count("COIN")


@dataclass
class Model:
    """Plain lists and integers. No locks, no accounts, no plans."""

    today: date
    wallets: list[list[Lot]]
    debts: list[int]
    granted: list[Counter[str]]
    budgets: dict[str, int] = field(default_factory=lambda: dict(BUDGETS))
    stores: list[int] = field(default_factory=lambda: [0, 0])
    lapsed: int = 0
    coupon: int = 2_000
    payments: dict[UUID, Paid] = field(default_factory=dict)

    def lot(self, wallet: int, asset: str) -> Lot:
        last = months_later(self.today, MONTHS[asset])
        for lot in self.wallets[wallet]:
            if (lot.asset, lot.issued, lot.last) == (asset, self.today, last):
                return lot
        self.wallets[wallet].append(Lot(asset, self.today, last))
        return self.wallets[wallet][-1]

    def may_give(self, wallet: int, asset: str) -> int:
        return max(0, min(self.budgets[asset], CAPS[asset] - self.granted[wallet][asset]))

    def give(self, wallet: int, asset: str, amount: int) -> Lot:
        self.budgets[asset] -= amount
        self.granted[wallet][asset] += amount
        lot = self.lot(wallet, asset)
        settled = min(self.debts[wallet], amount) if asset == "POINT" else 0
        self.debts[wallet] -= settled
        lot.left += amount - settled
        return lot

    def usable(self, wallet: int, store: int) -> list[Lot]:
        """Gifts are for the first store only."""
        return [
            lot
            for lot in self.wallets[wallet]
            if lot.left and lot.last >= self.today and (lot.asset != "GIFT" or store == 0)
        ]

    def take(self, wallet: int, store: int, amount: int) -> list[tuple[Lot, int]]:
        parts: list[tuple[Lot, int]] = []
        while amount:
            best = min(
                self.usable(wallet, store),
                key=lambda lot: (lot.asset != "GIFT", lot.last, lot.asset == "COIN", lot.issued, lot.asset),
            )
            part = min(best.left, amount)
            best.left -= part
            amount -= part
            parts.append((best, part))
        return parts


class Game:
    """One town, two residents, two stores, and a model that must agree."""

    def __init__(self, town: People, chance: random.Random, clock: MovableClock) -> None:
        self.town, self.chance, self.clock = town, chance, clock
        self.residents: list[tuple[Viewer, UUID]] = []
        self.stores: list[tuple[UUID, Viewer]] = []
        self.numbers: dict[str, int] = {"COIN": town.coin.id}
        self.programmes: dict[str, UUID] = {}
        self.model = Model(self.today, [[], []], [0, 0], [Counter(), Counter()])

    @property
    def today(self) -> date:
        return effective_on(self.town.services.clock())

    async def start(self) -> None:
        self.residents = [await self.town.new_resident() for _ in range(2)]
        self.stores = [await self.town.new_store() for _ in range(2)]
        services, town, officer = self.town.services, self.town.id, self.town.finance
        await classify_store(
            services, self.town.desk, town, self.stores[0][0], group="gift", size=SizeClass.SMALL, area=""
        )
        kinds = {
            "BONUS": AssetKind.BONUS_COIN,
            "GIFT": AssetKind.ADMINISTRATIVE_POINT,
            "POINT": AssetKind.SHOPPING_POINT,
        }
        for code, kind in kinds.items():
            gift = Acceptance(groups=frozenset({"gift"})) if code == "GIFT" else Acceptance()
            new = NewAsset(
                code,
                kind,
                code,
                code,
                "点",
                "point",
                paid=False,
                charge_maximum=1,
                payment_maximum=300_000,
                acceptance=gift,
                expiry_rule=ExpiryRule.MONTHS_AFTER_ISSUE,
                expires_after_months=MONTHS[code],
            )
            self.numbers[code] = (await make_asset(services, officer, town, new)).id
        period = (services.clock() - timedelta(minutes=1), services.clock() + timedelta(days=3_000))
        for code, kind, more in (
            (
                "BONUS",
                ProgrammeKind.CHARGE_BONUS,
                {"charged_asset": self.numbers["COIN"], "rate_bp": BONUS_PERCENT * 100},
            ),
            ("GIFT", ProgrammeKind.GRANT, {}),
            ("POINT", ProgrammeKind.EARNING, {"activates_after_days": 0, "clawback": ClawbackRule.DEBT}),
        ):
            programme = NewProgramme(
                kind, code, code, self.numbers[code], BUDGETS[code], *period, cap_per_person=CAPS[code], **more
            )  # type: ignore[arg-type]
            self.programmes[code] = (await create_programme(services, officer, town, uuid4(), programme))[0].id
        rule = NewRule(RuleKind.PERCENT, "5%", "5%", Stacking.WITH_OTHERS, rate_bp=POINT_PERCENT * 100)
        await add_rule(services, officer, town, self.programmes["POINT"], uuid4(), rule)
        off = NewCoupon(
            CouponKind.PERCENT,
            "10%",
            "10%",
            BorneBy.TOWN,
            *period,
            claim_required=False,
            stacking=CouponStacking.ALONE,
            returns_on_refund=True,
            budget=self.model.coupon,
            rate_bp=COUPON_PERCENT * 100,
        )
        self.programmes["COUPON"] = (await create_coupon(services, officer, town, uuid4(), off))[0].id

    async def attempt(self, work, expected: str | None) -> Posted | None:
        try:
            posted = await work
        except Refusal as refusal:
            assert refusal.code == expected, f"refused with {refusal.code}, the model says {expected}"
            return None
        assert expected is None, f"settled, but the model says {expected}"
        return posted

    async def charge(self) -> None:
        wallet, amount = self.chance.randrange(2), self.chance.randrange(1, 9_000)
        coins = sum(lot.left for lot in self.model.wallets[wallet] if lot.asset == "COIN")
        top_up = Charge(uuid4(), self.town.id, self.residents[wallet][1], self.numbers["COIN"], amount)
        expected = "BALANCE_CAP" if coins + amount > (self.town.coin.balance_cap or 2**53) else None
        if await self.attempt(charge(self.town.services, self.town.desk, top_up), expected) is not None:
            self.model.lot(wallet, "COIN").left += amount
            bonus = min(amount * BONUS_PERCENT // 100, self.model.may_give(wallet, "BONUS"))
            if bonus:
                self.model.give(wallet, "BONUS", bonus)

    async def grant(self) -> None:
        wallet, amount = self.chance.randrange(2), self.chance.randrange(1, 3_000)
        left, budget = CAPS["GIFT"] - self.model.granted[wallet]["GIFT"], self.model.budgets["GIFT"]
        expected = "CAP_EXCEEDED" if amount > left else "BUDGET_EXCEEDED" if amount > budget else None
        granted = Grant(uuid4(), self.town.id, self.programmes["GIFT"], self.residents[wallet][1], amount)
        if await self.attempt(grant_value(self.town.services, self.town.desk, granted), expected) is not None:
            self.model.give(wallet, "GIFT", amount)

    async def pay(self) -> None:
        wallet, store, amount = self.chance.randrange(2), self.chance.randrange(2), self.chance.randrange(1, 6_000)
        viewer, wallet_id = self.residents[wallet]
        coupons = self.chance.choice([(), (), (self.programmes["COUPON"],)])
        discount = amount * COUPON_PERCENT // 100 if coupons else 0
        expected = (
            "INSUFFICIENT_BALANCE"
            if amount - discount > sum(lot.left for lot in self.model.usable(wallet, store))
            else None
        )
        if coupons and (not discount or not 0 < discount <= self.model.coupon):
            expected = (
                "COUPON_USED_UP" if discount > self.model.coupon or not self.model.coupon else "COUPON_NOT_USABLE"
            )
        payment = Pay(
            uuid4(), self.town.id, wallet_id, self.stores[store][0], amount, confirm_duplicate=True, coupons=coupons
        )
        posted = await self.attempt(pay(self.town.services, viewer, payment), expected)
        if posted is None:
            return
        paid = self.model.payments[posted.journal_id] = Paid(
            wallet, store, amount, discount, self.model.take(wallet, store, amount - discount)
        )
        self.model.coupon -= discount
        used = [(self.code(portion.asset), portion.amount) for portion in posted.receipt.lots]
        assert used == [(lot.asset, part) for lot, part in paid.parts]
        self.model.stores[store] += amount
        paid.earned = min(paid.coin_left(0) * POINT_PERCENT // 100, self.model.may_give(wallet, "POINT"))
        if paid.earned:
            paid.points = self.model.give(wallet, "POINT", paid.earned)

    async def refund(self) -> None:
        if not self.model.payments:
            return
        journal, paid = self.chance.choice(list(self.model.payments.items()))
        amount = self.chance.randrange(1, paid.price + 2)
        expected = "REFUND_EXCEEDS" if amount > paid.price - paid.given_back else None
        part_back = Refund(uuid4(), self.town.id, journal, amount, RefundReason.OTHER)
        if await self.attempt(refund(self.town.services, self.stores[paid.store][1], part_back), expected) is None:
            return
        self.model.stores[paid.store] -= amount
        returned = paid.returned(paid.given_back + amount) - paid.returned(paid.given_back)
        self.model.coupon += returned
        paid.given_back += amount
        amount -= returned
        units = [number for number, (_, part) in enumerate(paid.parts) for _ in range(part)][::-1]
        for number, run in groupby(units[paid.refunded : paid.refunded + amount]):
            lot, part = paid.parts[number][0], len(list(run))
            settled = min(part, self.model.debts[paid.wallet]) if lot.asset == "POINT" else 0
            self.model.debts[paid.wallet] -= settled
            lot.left += part - settled
            paid.refunded += part
            paid.back.append((lot, part))
            self.claw_back(paid)

    def claw_back(self, paid: Paid) -> None:
        kept = min(paid.earned, paid.coin_left(paid.refunded) * POINT_PERCENT // 100)
        due = paid.earned - kept - paid.clawed
        paid.clawed += due
        points = [
            lot
            for lot in self.model.wallets[paid.wallet]
            if lot.asset == "POINT" and lot.left and lot.last >= self.model.today
        ]
        points.sort(key=lambda lot: (lot is not paid.points, lot.last, lot.issued))
        back = [sum(part for returned, part in paid.back if returned is lot) for lot in points]
        own = [max(0, lot.left - part) for lot, part in zip(points, back, strict=True)]
        first_given = [(lot, part) for lot, part in paid.back if lot in points]
        for lot, most in [*zip(points, own, strict=True), *first_given]:
            part = min(due, most, lot.left)
            lot.left -= part
            due -= part
            self.back(paid.wallet, part)
        if due and paid.points is not None and paid.points.last >= self.model.today:
            self.model.debts[paid.wallet] += due
            self.back(paid.wallet, due)

    def back(self, wallet: int, amount: int) -> None:
        self.model.budgets["POINT"] += amount
        self.model.granted[wallet]["POINT"] -= amount

    async def wait(self) -> None:
        self.clock.forward(timedelta(days=self.chance.choice([0, 1, 2, 9, 25, 40])))
        self.model.today = self.today

    async def expire(self) -> None:
        await expire(self.town.services)
        for lots in self.model.wallets:
            for lot in lots:
                if lot.last < self.model.today:
                    self.model.lapsed += lot.left
                    lot.left = 0

    def code(self, asset: int) -> str:
        return next(code for code, number in self.numbers.items() if number == asset)

    async def step(self) -> None:
        verbs = [
            self.charge,
            self.charge,
            self.grant,
            self.pay,
            self.pay,
            self.pay,
            self.pay,
            self.refund,
            self.refund,
            self.wait,
            self.expire,
        ]
        await self.chance.choice(verbs)()

    async def compare(self) -> None:
        now = self.town.services.clock()
        for number, (_, wallet) in enumerate(self.residents):
            accounts = sorted(
                (self.code(account.asset), effective_on(account.issued_at), account.posted)
                for account in await wallet_accounts(self.town.id, wallet, now)
                if account.posted
            )  # type: ignore[arg-type]
            assert accounts == sorted(
                (lot.asset, lot.issued, lot.left) for lot in self.model.wallets[number] if lot.left
            )
        left = await budgets_left([(self.town.id, self.programmes[code]) for code in [*BUDGETS, "COUPON"]])
        assert dict(zip([*BUDGETS, "COUPON"], left, strict=True)) == {**self.model.budgets, "COUPON": self.model.coupon}
        trial = await trial_balance(self.town.id, now)
        sums: Counter[AccountKind] = Counter()
        for line in trial.lines:
            sums[line.kind] += line.posted
        assert sums[AccountKind.PAYABLE] == sum(self.model.stores)
        assert sums[AccountKind.BREAKAGE] == self.model.lapsed
        assert -sums[AccountKind.DEBT] == sum(self.model.debts)


async def play(town: People, seed: int, steps: int, clock: MovableClock) -> None:
    game = Game(town, random.Random(seed), clock)
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
async def test_value_with_rules_agrees_with_a_naive_model(services, moved: MovableClock, number: int):
    seed = int(os.environ.get("MEGURU_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {seed}, game {number}")
    await play(await new_town(services), seed, 80, moved)


@pytest.mark.soak
async def test_value_with_rules_agrees_with_a_naive_model_soak(services, moved: MovableClock):
    for _ in range(100):
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}")
        await play(await new_town(services), seed, 300, moved)
