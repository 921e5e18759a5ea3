"""The planner: never against the published order, never more than a lot has, and the quote is what is paid."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import Acceptance, from_json, to_json
from domain.ledger import spend_order
from domain.ledger.book import Account
from domain.stores.kinds import SizeClass
from tests.support.api import Api

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WALLET = UUID(int=7)
DAYS = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))


@dataclass(frozen=True)
class Rules:
    """By asset: 1 and 2 are open, 3 is restricted, 4 is not taken, 5 comes in steps of 50."""

    def usable(self, account: Account, at: datetime) -> bool:
        return account.asset != 4 and account.usable(at)

    def restricted(self, account: Account) -> bool:
        return account.asset in {3, 5}

    def unit(self, account: Account) -> int:
        return 50 if account.asset == 5 else 1


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
                asset=draw(st.integers(1, 5)),
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
def test_the_planner_keeps_the_published_order_and_never_overspends(accounts: list[Account], amount: int):
    rules = Rules()
    lots = spend_order.spendable(accounts, NOW, rules)
    taken, missing = spend_order.allocate(lots, amount, rules)
    assert sum(part for _, part in taken) + missing == amount
    for lot, part in taken:
        assert 0 < part <= lot.posted - lot.held
        assert part % rules.unit(lot) == 0
        assert lot.asset != 4
        assert lot.expires_at is None or lot.expires_at > NOW
        assert lot.usable_from is None or lot.usable_from <= NOW
    for first, second in pairwise(lot for lot, _ in taken):
        assert spend_order.order(first, rules) < spend_order.order(second, rules)
    used = {id(lot): part for lot, part in taken}
    for lot in lots:
        left = lot.available - used.get(id(lot), 0)
        assert missing == 0 or left < rules.unit(lot) or missing < rules.unit(lot), (
            "something is missing although it is there"
        )
    assert len(spend_order.reasons([lot for lot, _ in taken], rules)) == len(taken)


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
    ],
)
def test_acceptance(rule: Acceptance, *, accepted: bool):
    assert rule.accepts(Store()) is accepted
    assert from_json(to_json(rule)) == rule
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
        await api.grant(chance.choice(programmes), chance.randrange(1, 400))
        amount = chance.randrange(1, 600)
        quoted, paid = await api.quote(amount), await api.pay(amount, idempotencyKey=str(uuid4()))
        if "code" in quoted:
            assert (quoted["code"], quoted["available"]) == (paid["code"], paid["available"])
        else:
            assert quoted["quote"]["allocations"] == paid["payment"]["allocations"]
    await api.town.assert_sound()
