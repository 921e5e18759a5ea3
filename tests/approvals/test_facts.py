"""The second officer sees every term of what they agree to: a term that is not shown could be worth any sum."""

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.controls import budgets
from domain.controls.control import Change, Judgement
from domain.coupons.create import NewCoupon
from domain.coupons.kinds import BorneBy, CouponKind
from domain.coupons.kinds import Stacking as CouponStacking
from domain.identifiers import decode
from domain.points.kinds import RuleKind, Stacking
from domain.points.manage import NewRule
from tests.support.officers import Officers
from tests.support.town import People

ELSEWHERE = {"programme", "starts_at", "ends_at", "borne_by", "store_id"}
"""Shown under the contract's names."""


@pytest.fixture
async def api(town: People) -> Officers:
    return Officers(town)


def hidden(judgement: Judgement, new: type[Any]) -> set[str]:
    return {field.name for field in fields(new)} - set(judgement.subject.after) - ELSEWHERE


async def test_every_term_of_a_coupon(api: Officers):
    now = api.services.clock()
    new = NewCoupon(
        CouponKind.FIXED_AMOUNT,
        "割引",
        "Discount",
        BorneBy.TOWN,
        now,
        now + timedelta(days=9),
        claim_required=False,
        stacking=CouponStacking.ALONE,
        returns_on_refund=True,
        budget=10_000_000,
        amount=500,
    )
    change = Change(api.town.id, new, uuid4(), alone=True)
    judgement = await budgets.COUPON.judge(api.services, api.town.finance, change)
    assert hidden(judgement, NewCoupon) == set()


async def test_every_term_of_an_earning_rule(api: Officers):
    programme = await api.earning(await api.asset("POINT"), 100_000)
    _, _, number = decode(programme)
    rule = NewRule(RuleKind.PERCENT, "一", "One", Stacking.WITH_OTHERS, rate_bp=100)
    change = Change(api.town.id, budgets.NewEarning(number, rule), uuid4(), alone=True)
    assert hidden(await budgets.EARNING_RULE.judge(api.services, api.town.finance, change), NewRule) == set()
