"""The table of assets."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Asset(Model):
    """A kind of value of one municipality."""

    id = fields.IntField(primary_key=True)
    municipality_id = fields.SmallIntField()
    kind = fields.SmallIntField()
    code = fields.TextField()
    name_ja = fields.TextField()
    name_en = fields.TextField()
    unit_ja = fields.TextField()
    unit_en = fields.TextField()
    paid = fields.BooleanField()
    expires_after_months = fields.SmallIntField(null=True)
    charge_maximum = fields.BigIntField()
    payment_maximum = fields.BigIntField()
    balance_cap = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    legal_profile = fields.SmallIntField(default=1)
    six_month_exempt = fields.BooleanField(default=False)
    expiry_rule = fields.SmallIntField(default=0)
    expires_on = fields.DateField(null=True)
    acceptance: Any = fields.JSONField(default=dict)
    minimum_unit = fields.BigIntField(default=1)
    transferable = fields.BooleanField(default=False)
    returns_to_budget = fields.BooleanField(default=False)
    disclosure_ja = fields.TextField(default="")
    disclosure_en = fields.TextField(default="")
    refunded_after_expiry = fields.SmallIntField(default=0)
    fresh_days = fields.SmallIntField(null=True)

    class Meta:
        """The table's name."""

        table = "asset"
