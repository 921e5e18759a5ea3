"""Earning rules."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class EarningRule(Model):
    """A rule of a programme of shopping points. It never changes, except that it can be stopped."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    programme_id = fields.UUIDField()
    kind = fields.SmallIntField()
    name_ja = fields.TextField()
    name_en = fields.TextField()
    rate_bp = fields.IntField(null=True)
    points = fields.BigIntField(null=True)
    minimum_amount = fields.BigIntField(default=1)
    base_assets: Any = fields.JSONField(default=list)
    acceptance: Any = fields.JSONField(default=dict)
    eligibility: Any = fields.JSONField(default=dict)
    cap_per_day = fields.BigIntField(null=True)
    cap_per_month = fields.BigIntField(null=True)
    priority = fields.SmallIntField(default=0)
    stacking = fields.SmallIntField()
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()
    stopped_at = fields.DatetimeField(null=True)

    class Meta:
        """The table's name."""

        table = "earning_rule"
