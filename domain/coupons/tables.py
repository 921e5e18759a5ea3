"""Coupons."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Coupon(Model):
    """A coupon; its id is its holder's, which owns the budget.

    Rates in hundredths of a percent; minutes after midnight in Asia/Tokyo.
    """

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    kind = fields.SmallIntField()
    name_ja = fields.TextField()
    name_en = fields.TextField()
    store_id = fields.UUIDField(null=True)
    borne_by = fields.SmallIntField()
    asset_id = fields.IntField()
    budget = fields.BigIntField(null=True)
    rate_bp = fields.IntField(null=True)
    amount = fields.BigIntField(null=True)
    discount_maximum = fields.BigIntField(null=True)
    multiplier_bp = fields.IntField(null=True)
    minimum_spend = fields.BigIntField(null=True)
    acceptance: Any = fields.JSONField(default=dict)
    eligibility: Any = fields.JSONField(default=dict)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    stock = fields.BigIntField(null=True)
    per_person = fields.BigIntField(null=True)
    per_day = fields.BigIntField(null=True)
    claim_required = fields.BooleanField()
    stacking = fields.SmallIntField()
    returns_on_refund = fields.BooleanField()
    stopped_at = fields.DatetimeField(null=True)
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "coupon"
