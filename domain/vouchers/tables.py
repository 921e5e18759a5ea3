"""Voucher products."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class VoucherProduct(Model):
    """The terms of a product. Its id is also that of its programme and holder, once it is published."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    code = fields.TextField()
    name_ja = fields.TextField()
    name_en = fields.TextField()
    price = fields.BigIntField()
    face_value = fields.BigIntField()
    stock = fields.IntField()
    units_per_person = fields.IntField()
    units_per_household = fields.IntField(null=True)
    sale_starts_at = fields.DatetimeField()
    sale_ends_at = fields.DatetimeField()
    usable_from = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    hours: Any = fields.JSONField(default=dict)
    eligibility: Any = fields.JSONField(default=dict)
    legal_profile = fields.SmallIntField()
    six_month_exempt = fields.BooleanField()
    funding_programme_id = fields.UUIDField(null=True)
    below_price_reason = fields.TextField(default="")
    wider_than_coin_reason = fields.TextField(default="")
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "voucher_product"
