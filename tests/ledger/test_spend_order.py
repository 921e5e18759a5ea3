"""The planner: never against the published order, never more than a lot has, and the quote is what is paid."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import Acceptance, from_json, to_json
from domain.conditions.hours import Hours
from domain.ledger import spend_order
from domain.ledger.book import Account
from domain.ledger.kept_away import SpendingRule
from domain.stores.kinds import SizeClass
from tests.support.api import Api

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WALLET = UUID(int=7)
DAYS = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))


UNITS = {5: 50, 6: 100}
MAXIMA = {2: 120, 5: 400, 6: 250}
"""The minimum unit and the most in one payment, of the assets that have one."""


@dataclass(frozen=True)
class Rules:
    """By asset: 1 is open, 2 has a maximum, 3 is restricted, 4 is not taken, 5 comes in steps of 50, 6 in those of 100."""

    def obstacle(self, account: Account, at: datetime) -> SpendingRule | None:
        return SpendingRule.OTHER_STORE if account.asset == 4 else account.obstacle(at)

    def restricted(self, account: Account) -> bool:
        return account.asset in {3, 5, 6}

    def unit(self, account: Account) -> int:
        return UNITS.get(account.asset, 1)

    def maximum(self, account: Account) -> int:
        return MAXIMA.get(account.asset, 2**53)

    def asset(self, account: Account) -> Any:
        return SimpleNamespace(municipality=1, id=account.asset, name_ja="券", name_en="Voucher")


def usable_here(account: Account) -> bool:
    return (
        account.asset != 4
        and account.posted > account.held
        and (account.expires_at is None or account.expires_at > NOW)
        and (account.usable_from is None or account.usable_from <= NOW)
    )


def earlier(first: Account, second: Account) -> bool:
    """The published order, condition by condition."""
    far = NOW + timedelta(days=10_000)
    if (first.asset >= 3) != (second.asset >= 3):
        return first.asset >= 3
    if (first.expires_at or far) != (second.expires_at or far):
        return (first.expires_at or far) < (second.expires_at or far)
    if first.paid != second.paid:
        return not first.paid
    if (first.issued_at or far) != (second.issued_at or far):
        return (first.issued_at or far) < (second.issued_at or far)
    return first.lot < second.lot


def in_order(accounts: list[Account]) -> list[Account]:
    """Insertion by comparison, with the order written down above."""
    ordered: list[Account] = []
    for account in accounts:
        place = sum(earlier(known, account) for known in ordered)
        ordered.insert(place, account)
    return ordered


def by_hand(accounts: list[Account], amount: int) -> list[tuple[int, int]]:
    """A payment counted out one unit after the other: what each lot gives, in the order in which it gives."""
    lots = in_order([account for account in accounts if usable_here(account)])
    left = {lot.lot: lot.posted - lot.held for lot in lots}
    used: Counter[int] = Counter()
    gifts: list[tuple[int, int]] = []
    for place, lot in enumerate(lots):
        unit = UNITS.get(lot.asset, 1)
        siblings = [other for other in lots[place:] if other.asset == lot.asset]
        while (
            left[lot.lot]
            and amount >= unit
            and used[lot.asset] + unit <= MAXIMA.get(lot.asset, 2**53)
            and sum(left[other.lot] for other in siblings) >= unit
        ):
            amount -= unit
            used[lot.asset] += unit
            for _ in range(unit):
                giver = next(other.lot for other in siblings if left[other.lot])
                left[giver] -= 1
                gifts.append((giver, 1))
    return [(number, sum(part for _, part in run)) for number, run in groupby(gifts, key=lambda gift: gift[0])]


@st.composite
def wallets(draw: st.DrawFn) -> list[Account]:
    lots = []
    for number in range(draw(st.integers(0, 8))):
        posted = draw(st.integers(0, 300))
        lots.append(
            Account(
                municipality=1,
                id=number,
                kind=1,
                holder=WALLET,
                asset=draw(st.integers(1, 6)),
                lot=number,
                posted=posted,
                held=draw(st.integers(0, posted)),
                floor=0,
                version=1,
                version_before=1,
                expires_at=draw(st.none() | DAYS),
                usable_from=draw(st.none() | DAYS),
                issued_at=draw(st.none() | DAYS),
                paid=draw(st.booleans()),
            )
        )
    return draw(st.permutations(lots))


@given(accounts=wallets(), amount=st.integers(1, 1_000))
def test_a_payment_takes_what_is_counted_out_by_hand(accounts: list[Account], amount: int):
    rules = Rules()
    lots = spend_order.spendable(accounts, NOW, rules)
    assert [lot.lot for lot in lots] == [
        lot.lot for lot in in_order([account for account in accounts if usable_here(account)])
    ]
    taken, missing = spend_order.allocate(lots, amount, rules)
    assert [(lot.lot, part) for lot, part in taken] == by_hand(accounts, amount)
    assert sum(part for _, part in taken) + missing == amount
    why = spend_order.reasons([lot for lot, _ in taken], rules)
    assert len(why) == len(taken)
    for (lot, _), (following, _), reason in zip(taken, taken[1:], why, strict=False):
        assert (reason == "COMPLETES_UNIT") == (not earlier(lot, following)), "only a completed unit goes out of turn"


@given(accounts=wallets(), amount=st.integers(1, 1_000))
def test_no_unit_is_broken_and_all_other_value_is_explained(accounts: list[Account], amount: int):
    """What a refused payment leaves is kept away by rules, to the unit."""
    rules = Rules()
    lots = spend_order.spendable(accounts, NOW, rules)
    taken, missing = spend_order.allocate(lots, amount, rules)
    for asset, unit in UNITS.items():
        assert sum(part for lot, part in taken if lot.asset == asset) % unit == 0
    for asset, most in MAXIMA.items():
        assert sum(part for lot, part in taken if lot.asset == asset) <= most
    most_at_once = sum(part for _, part in by_hand(accounts, 10_000))
    assert spend_order.payable(lots, rules) == most_at_once
    kept = spend_order.kept_away(accounts, NOW, rules, taken, missing)
    if missing:
        posted = sum(account.posted for account in accounts)
        assert sum(part for _, part in taken) + sum(reason.amount for reason in kept) == posted
    sums = Counter({(reason.rule.value, reason.asset): reason.amount for reason in kept})
    for asset in range(1, 7):
        own = [account for account in accounts if account.asset == asset]
        free = [account for account in own if account.posted > account.held]
        assert sums["HELD", asset] == sum(account.held for account in own)
        away = sum(account.posted - account.held for account in free if not usable_here(account))
        obstacles = ("OTHER_STORE", "EXPIRED", "NOT_YET")
        assert sum(sums[rule, asset] for rule in obstacles) == away


@given(accounts=wallets(), amount=st.integers(1, 1_000))
def test_what_is_available_afterwards_can_be_spent(accounts: list[Account], amount: int):
    """Payments without a limit of their own use exactly what a quote says is left."""
    rules = Rules()
    lots = spend_order.spendable(accounts, NOW, rules)
    taken, _ = spend_order.allocate(lots, amount, rules)
    said = spend_order.left_after(lots, taken, rules)
    for lot, part in taken:
        lot.posted -= part
    used = 0
    while spent := by_hand(accounts, 100_000):
        used += sum(part for _, part in spent)
        for number, part in spent:
            next(account for account in accounts if account.lot == number).posted -= part
    assert said == used


@given(accounts=wallets(), amount=st.integers(1, 500))
def test_the_order_of_rows_does_not_matter(accounts: list[Account], amount: int):
    def plan(some: list[Account]) -> list[tuple[int, int]]:
        return [
            (lot.lot, part)
            for lot, part in spend_order.allocate(spend_order.spendable(some, NOW, Rules()), amount, Rules())[0]
        ]

    assert plan(accounts) == plan(accounts[::-1])


@dataclass(frozen=True)
class Store:
    id: UUID = WALLET
    category: str = "food"
    store_group: str = "centre"
    size_class: SizeClass = SizeClass.SMALL
    area: str = "north"


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        (Acceptance(), True),
        (Acceptance(stores=frozenset({WALLET})), True),
        (Acceptance(stores=frozenset({UUID(int=2)})), False),
        (Acceptance(groups=frozenset({"centre", "other"})), True),
        (Acceptance(groups=frozenset({"other"})), False),
        (Acceptance(size_classes=frozenset({SizeClass.LARGE})), False),
        (Acceptance(areas=frozenset({"north"}), categories=frozenset({"food"})), True),
        (Acceptance(areas=frozenset({"north"}), categories=frozenset({"books"})), False),
        (Acceptance(excluded_categories=frozenset({"tobacco"})), True),
        (Acceptance(categories=frozenset({"food"}), excluded_categories=frozenset({"food"})), False),
        (Acceptance(hours=Hours(frozenset({6, 7}), 540, 1_020)), True),
    ],
)
def test_acceptance(rule: Acceptance, *, accepted: bool):
    assert rule.accepts(Store()) is accepted
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule, "as the table has it"
    assert rule.restricted == (rule != Acceptance())


async def test_quotes_are_what_is_paid_for_many_wallets(api: Api):
    """Random grants over three assets and random amounts: each quote's lots are the payment's."""
    import random

    chance = random.Random(20261124)
    assets = [
        await api.asset("A", expiryRule="MONTHS_AFTER_ISSUE", expiresAfterMonths=2),
        await api.asset("B", minimumUnit=50),
        await api.asset("C", acceptance={"categories": ["food"]}),
    ]
    programmes = [await api.programme(asset, 1_000_000) for asset in assets for _ in range(2)]
    await api.charge(5_000)
    for _ in range(25):
        await api.grant(chance.choice(programmes), 50 * chance.randrange(1, 9))
        amount = chance.randrange(1, 600)
        quoted, paid = await api.quote(amount), await api.pay(amount, idempotencyKey=str(uuid4()))
        if "code" in quoted:
            assert (quoted["code"], quoted["available"]) == (paid["code"], paid["available"])
        else:
            assert quoted["quote"]["allocations"] == paid["payment"]["allocations"]
    await api.town.assert_sound()
