"""Earning rules, pure: order, stacking, caps and rounding; the rest of a payment never earns more than all of it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.eligibility import ANYBODY, Claims, Eligibility
from domain.conditions.hours import Hours
from domain.ledger.receipt import Portion
from domain.ledger.request import effective_on
from domain.points.clawback import rest_of
from domain.points.kinds import Reason, RuleKind, Stacking
from domain.points.rules import Candidate, EarningRule, Limits, Payer, earned
from domain.stores.kinds import SizeClass

AT = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
"""A Friday, 10:00 in Tokyo."""
PERSON, PROGRAMME = UUID(int=1), UUID(int=2)
COIN, POINT = 1, 2
STORE = SimpleNamespace(id=UUID(int=9), category="food", store_group="street", size_class=SizeClass.SMALL, area="north")
CAP = ((1, 2, PROGRAMME, str(PERSON)), 2**53 - 1)


def rule(number: int = 1, **facts: object) -> EarningRule:
    terms = {
        "municipality": 1,
        "id": UUID(int=number),
        "programme": PROGRAMME,
        "kind": RuleKind.PERCENT,
        "name_ja": "",
        "name_en": "",
        "rate_bp": 100,
        "points": None,
        "minimum_amount": 1,
        "base_assets": frozenset(),
        "acceptance": EVERYWHERE,
        "eligibility": ANYBODY,
        "cap_per_day": None,
        "cap_per_month": None,
        "priority": 0,
        "stacking": Stacking.WITH_OTHERS,
        "created_at": AT,
    }
    return EarningRule(**{**terms, **facts})


def on(weekdays: frozenset[int] = frozenset(), **hours: int) -> Acceptance:
    return Acceptance(hours=Hours(weekdays, **hours))


def ask(
    rules: list[EarningRule], amount: int, at: datetime = AT, limits: Limits | None = None, **more: object
) -> list[tuple[int, int, str]]:
    payer = Payer(PERSON, more.pop("claims", None), STORE, effective_on(at))
    limits = limits or Limits(budgets={PROGRAMME: 10**9})
    traced = earned(
        [Candidate(earning_rule, POINT, (CAP,)) for earning_rule in rules],
        payer,
        {COIN: amount},
        frozenset({COIN}),
        at,
        limits,
        **more,
    )
    return [(trace.rule.id.int, trace.points, trace.reason.value) for trace in traced]


def test_each_rule_rounds_down_by_itself():
    assert ask([rule(1), rule(2, rate_bp=50)], 1_999) == [(1, 19, "APPLIED"), (2, 9, "APPLIED")]
    assert ask([rule(1)], 99) == [(1, 0, "BELOW_MINIMUM")]


def test_a_visit_counts_once_whatever_the_amount():
    visit = rule(1, kind=RuleKind.PER_VISIT, rate_bp=None, points=5, minimum_amount=500)
    assert ask([visit], 500) == [(1, 5, "APPLIED")]
    assert ask([visit], 99_999) == [(1, 5, "APPLIED")]
    assert ask([visit], 499) == [(1, 0, "BELOW_MINIMUM")]


def test_priority_then_age_and_a_rule_alone():
    happy_hour = rule(1, rate_bp=500, priority=10, stacking=Stacking.ALONE)
    assert ask([rule(2), happy_hour], 1_000) == [(1, 50, "APPLIED"), (2, 0, "NOT_STACKED")]
    late = rule(3, rate_bp=500, priority=-1, stacking=Stacking.ALONE)
    assert ask([rule(2), late], 1_000) == [(2, 10, "APPLIED"), (3, 0, "NOT_STACKED")]
    assert ask([rule(2, acceptance=Acceptance(areas=frozenset({"south"}))), late], 1_000) == [
        (2, 0, "NOT_THIS_SHOP"),
        (3, 50, "APPLIED"),
    ]
    older = rule(4, created_at=AT - timedelta(days=1))
    assert [number for number, _, _ in ask([rule(2), older], 1_000)] == [4, 2]


@pytest.mark.parametrize(
    ("facts", "at", "reason"),
    [
        ({"acceptance": on(frozenset({5}))}, AT, "APPLIED"),
        ({"acceptance": on(frozenset({5}))}, AT + timedelta(hours=14), "NOT_THIS_TIME"),
        ({"acceptance": on(frozenset({6}))}, AT + timedelta(hours=14), "APPLIED"),
        ({"acceptance": on(from_minute=600, until_minute=660)}, AT, "APPLIED"),
        ({"acceptance": on(from_minute=601)}, AT, "NOT_THIS_TIME"),
        ({"acceptance": on(until_minute=600)}, AT, "NOT_THIS_TIME"),
        ({"acceptance": on(until_minute=601)}, AT + timedelta(seconds=59), "APPLIED"),
        ({"acceptance": Acceptance(stores=frozenset({UUID(int=8)}))}, AT, "NOT_THIS_SHOP"),
        ({"acceptance": Acceptance(groups=frozenset({"street"}))}, AT, "APPLIED"),
        ({"eligibility": Eligibility(residents_only=True)}, AT, "NOT_ELIGIBLE"),
    ],
)
def test_day_hour_store_and_person(facts: dict[str, object], at: datetime, reason: str):
    assert ask([rule(1, **facts)], 1_000, at)[0][2] == reason


def test_a_verified_resident_of_an_age():
    grown = rule(1, eligibility=Eligibility(residents_only=True, age_from=65))
    assert ask([grown], 1_000, claims=Claims(resident=True, birth_year=1961))[0][2] == "APPLIED"
    assert ask([grown], 1_000, claims=Claims(resident=True, birth_year=1962))[0][2] == "NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("facts", "limits", "expected"),
    [
        (
            {"cap_per_day": 30},
            Limits({(1, 3, UUID(int=1), f"{PERSON}|2026-11-27"): 25}, {PROGRAMME: 100}),
            (5, "CUT_PER_DAY"),
        ),
        (
            {"cap_per_month": 30},
            Limits({(1, 4, UUID(int=1), f"{PERSON}|2026-11"): 30}, {PROGRAMME: 100}),
            (0, "CUT_PER_MONTH"),
        ),
        ({}, Limits({CAP[0]: 2**53 - 4}, {PROGRAMME: 100}), (3, "CUT_PER_PERSON")),
        ({}, Limits({}, {PROGRAMME: 7}), (7, "CUT_BY_BUDGET")),
        ({}, Limits({}, {PROGRAMME: 100}, {POINT: 2}), (2, "CUT_BY_BALANCE")),
        ({"cap_per_day": 10}, Limits({}, {PROGRAMME: 100}), (10, "APPLIED")),
        ({"cap_per_day": 9}, Limits({}, {PROGRAMME: 100}), (9, "CUT_PER_DAY")),
        ({"cap_per_day": 6}, Limits({}, {PROGRAMME: 6}), (6, "CUT_PER_DAY")),
        ({}, Limits({}, {}), (0, "CUT_BY_BUDGET")),
    ],
)
def test_the_tightest_limit_cuts_and_says_so(facts: dict[str, object], limits: Limits, expected: tuple[int, str]):
    assert ask([rule(1, **facts)], 1_000, limits=limits)[0][1:] == expected


def test_limits_count_down_from_rule_to_rule():
    limits = Limits({}, {PROGRAMME: 15}, {POINT: 100})
    assert ask([rule(1), rule(2)], 1_000, limits=limits) == [(1, 10, "APPLIED"), (2, 5, "CUT_BY_BUDGET")]
    assert (limits.budgets, limits.rooms, limits.counted[CAP[0]]) == ({PROGRAMME: 0}, {POINT: 85}, 15)


def test_what_counts_is_what_residents_paid_for_unless_the_rule_names_assets():
    payer = Payer(PERSON, None, STORE, effective_on(AT))
    spent = {COIN: 600, POINT: 400}
    for base, points in ((frozenset[int](), 6), (frozenset({POINT}), 4), (frozenset({COIN, POINT}), 10)):
        limits = Limits(budgets={PROGRAMME: 100})
        [trace] = earned(
            [Candidate(rule(1, base_assets=base), POINT, (CAP,))], payer, spent, frozenset({COIN}), AT, limits
        )
        assert (trace.points, trace.reason) == (points, Reason.APPLIED)


RULES = st.lists(
    st.builds(
        lambda number, rate, points, minimum: (
            rule(number, rate_bp=rate, minimum_amount=minimum)
            if points is None
            else rule(number, kind=RuleKind.PER_VISIT, rate_bp=None, points=points, minimum_amount=minimum)
        ),
        st.integers(1, 5),
        st.integers(1, 10_000),
        st.none() | st.integers(1, 50),
        st.integers(1, 800),
    ),
    max_size=4,
    unique_by=lambda earning_rule: earning_rule.id,
)


@given(
    rules=RULES,
    paid=st.lists(st.integers(1, 600), min_size=1, max_size=4),
    parts=st.lists(st.integers(1, 400), max_size=6),
)
def test_any_order_of_partial_refunds_takes_back_the_same(rules: list[EarningRule], paid: list[int], parts: list[int]):
    lots = [Portion(COIN, number, amount, None) for number, amount in enumerate(paid)]
    total = sum(paid)

    def after(refunded: int) -> int:
        spent = rest_of(lots, refunded)
        assert sum(spent.values()) == max(0, total - refunded)
        return sum(earning_rule.of_base(earning_rule.base(spent, frozenset({COIN}))) for earning_rule in rules)

    def taken_back(order: list[int]) -> int:
        refunded = clawed = 0
        for part in order:
            if refunded + part > total:
                continue
            refunded += part
            due = after(0) - after(refunded) - clawed
            assert due >= 0, "a smaller payment never earns more"
            clawed += due
        return clawed if refunded == sum(order) else -1

    assert len({taken_back(order) for order in (parts, parts[::-1], sorted(parts))} - {-1}) <= 1
    assert after(total) == 0, "nothing is left of a payment that was given back whole"
