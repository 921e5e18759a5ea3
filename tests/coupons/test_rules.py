"""The pure rules of coupons: discounts, obstacles to their use, and what refunds return."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.eligibility import Claims, Eligibility
from domain.conditions.hours import Hours
from domain.coupons.coupon import Counts, Coupon, CouponContext, obstacle
from domain.coupons.kinds import BorneBy, CouponKind, Obstacle, Stacking
from domain.coupons.returns import Returns, kept

NOON = datetime(2026, 11, 25, 3, tzinfo=UTC)
"""Wednesday, 12:00 in Tokyo."""
COUPON = Coupon(
    municipality=1,
    id=UUID(int=7),
    kind=CouponKind.PERCENT,
    name_ja="割引",
    name_en="Discount",
    store_id=None,
    borne_by=BorneBy.TOWN,
    asset=1,
    budget=1_000,
    rate_bp=1_000,
    amount=None,
    discount_maximum=None,
    multiplier_bp=None,
    minimum_spend=None,
    acceptance=EVERYWHERE,
    eligibility=Eligibility(),
    starts_at=NOON - timedelta(days=1),
    ends_at=NOON + timedelta(days=1),
    stock=None,
    per_person=None,
    per_day=None,
    claim_required=False,
    stacking=Stacking.ALONE,
    returns_on_refund=True,
    stopped_at=None,
)
LEFT = Counts(budget_left=1_000)
PARTS = st.lists(st.integers(0, 400), max_size=5)


@given(amount=st.integers(1, 2**53 - 1), rate=st.integers(1, 10_000), most=st.none() | st.integers(1, 10**6))
def test_a_percentage_is_rounded_down_and_never_more_than_the_price(amount: int, rate: int, most: int | None):
    off = replace(COUPON, rate_bp=rate, discount_maximum=most).discount(amount)
    assert 0 <= off <= amount
    assert most is None or off <= most
    if most is None:
        assert off * 10_000 <= amount * rate < (off + 1) * 10_000


@given(amount=st.integers(1, 10**9), off=st.integers(1, 10**9))
def test_a_fixed_amount_is_at_most_the_price(amount: int, off: int):
    fixed = replace(COUPON, kind=CouponKind.FIXED_AMOUNT, rate_bp=None, amount=off)
    assert fixed.discount(amount) == min(amount, off)


@given(parts=PARTS, paid=st.integers(0, 500), data=st.data())
def test_what_stays_discounted_only_grows_with_what_remains_and_never_faster(
    parts: list[int], paid: int, data: st.DataObject
):
    refundable = sum(parts) + paid
    if not refundable:
        return
    remaining = data.draw(st.integers(0, refundable))
    now = kept(parts, refundable, remaining)
    assert kept(parts, refundable, refundable) == parts
    assert kept(parts, refundable, 0) == [0] * len(parts)
    assert sum(now) == sum(parts) * remaining // refundable
    assert all(0 <= left <= part for left, part in zip(now, parts, strict=True))
    if remaining < refundable:
        more = kept(parts, refundable, remaining + 1)
        assert all(before <= after for before, after in zip(now, more, strict=True))
        assert sum(more) - sum(now) <= 1, "the wallet would get less for a larger refund"


@given(parts=PARTS, paid=st.integers(0, 500), amounts=st.lists(st.integers(1, 300), max_size=8), data=st.data())
def test_any_order_of_partial_refunds_returns_the_same(
    parts: list[int], paid: int, amounts: list[int], data: st.DataObject
):
    refundable = sum(parts) + paid
    if not refundable:
        return
    returns = Returns(refundable, tuple((COUPON, part) for part in parts), tuple(() for _ in parts))
    fitting = [amount for amount, total in zip(amounts, accumulate(amounts), strict=True) if total <= refundable]
    totals = []
    for order in (fitting, data.draw(st.permutations(fitting)), [sum(fitting)] if fitting else []):
        already = wallet = 0
        for amount in order:
            before, now = returns.of_wallet(already, amount)
            assert before == wallet
            assert 0 <= now <= amount
            already, wallet = already + amount, wallet + now
        totals.append(wallet)
    assert len(set(totals)) == 1
    assert totals[0] <= paid
    assert sum(fitting) < refundable or totals[0] == paid


def test_a_payment_without_coupons_returns_all_to_the_wallet():
    assert Returns(1_000).of_wallet(300, 200) == (300, 200)


@pytest.mark.parametrize(
    ("rule", "counts", "reason"),
    [
        ({}, LEFT, None),
        ({"stopped_at": NOON}, LEFT, Obstacle.STOPPED),
        ({}, replace(LEFT, stopped=True), Obstacle.STOPPED),
        ({"starts_at": NOON + timedelta(seconds=1)}, LEFT, Obstacle.NOT_STARTED),
        ({"starts_at": NOON}, LEFT, None),
        ({"ends_at": NOON}, LEFT, Obstacle.ENDED),
        ({"ends_at": NOON + timedelta(microseconds=1)}, LEFT, None),
        ({"acceptance": Acceptance(hours=Hours(frozenset({3})))}, LEFT, None),
        ({"acceptance": Acceptance(hours=Hours(frozenset({1, 2, 4, 5, 6, 7})))}, LEFT, Obstacle.OTHER_DAY),
        ({"acceptance": Acceptance(hours=Hours(from_minute=720, until_minute=721))}, LEFT, None),
        ({"acceptance": Acceptance(hours=Hours(from_minute=600, until_minute=720))}, LEFT, Obstacle.OTHER_HOUR),
        ({"acceptance": Acceptance(hours=Hours(from_minute=721))}, LEFT, Obstacle.OTHER_HOUR),
        ({"acceptance": Acceptance(areas=frozenset({"south"}))}, LEFT, Obstacle.OTHER_SHOP),
        ({"minimum_spend": 501}, LEFT, Obstacle.MINIMUM_SPEND),
        ({"minimum_spend": 500}, LEFT, None),
        ({"eligibility": Eligibility(residents_only=True)}, LEFT, Obstacle.RESIDENCY),
        ({"eligibility": Eligibility(age_from=60)}, LEFT, Obstacle.AGE),
        ({"stock": 3}, replace(LEFT, taken=3), Obstacle.STOCK_GONE),
        ({"stock": 3}, replace(LEFT, taken=2), None),
        ({"per_person": 2}, replace(LEFT, used=2), Obstacle.PERSON_LIMIT),
        ({"per_day": 1}, replace(LEFT, used_today=1), Obstacle.DAY_LIMIT),
        ({"claim_required": True}, LEFT, Obstacle.NOT_CLAIMED),
        ({"claim_required": True}, replace(LEFT, claimed=1), None),
        ({"claim_required": True}, replace(LEFT, claimed=1, used=1), Obstacle.NOT_CLAIMED),
        ({"claim_required": True, "stock": 3}, replace(LEFT, taken=3), Obstacle.STOCK_GONE),
        ({"claim_required": True, "stock": 3}, replace(LEFT, taken=3, claimed=1), None),
        ({}, Counts(), Obstacle.BUDGET_SPENT),
        ({"borne_by": BorneBy.STORE}, Counts(), None),
    ],
)
def test_what_stands_in_the_way(rule, counts: Counts, reason: Obstacle | None):
    coupon = replace(COUPON, **rule)
    context = CouponContext(
        at=NOON, claims=Claims(resident=False, birth_year=2000), counts=counts, store=FoodStore(), amount=500
    )
    assert obstacle(coupon, context) is reason


def test_an_unknown_person_is_unverified():
    coupon = replace(COUPON, eligibility=Eligibility(residents_only=True))
    assert obstacle(coupon, CouponContext(NOON, None, LEFT)) is Obstacle.UNVERIFIED


def test_the_day_is_that_of_tokyo():
    tuesday = replace(COUPON, acceptance=Acceptance(hours=Hours(frozenset({2}))), starts_at=NOON - timedelta(days=9))
    last = datetime(2026, 11, 24, 14, 59, 59, tzinfo=UTC)
    assert obstacle(tuesday, CouponContext(last, None, LEFT)) is None
    assert obstacle(tuesday, CouponContext(last + timedelta(seconds=1), None, LEFT)) is Obstacle.OTHER_DAY


class FoodStore:
    id = UUID(int=9)
    category = "food"
    store_group = ""
    size_class = None
    area = "north"
