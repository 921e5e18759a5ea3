"""The table of programmes."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Programme(Model):
    """A programme. `id` is also its holder's id; the holder owns the budget. Rates in hundredths of a percent."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    kind = fields.SmallIntField()
    name_ja = fields.TextField()
    name_en = fields.TextField()
    asset_id = fields.IntField()
    funding = fields.SmallIntField()
    budget = fields.BigIntField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    cap_per_person = fields.BigIntField(null=True)
    eligibility: Any = fields.JSONField(default=dict)
    acceptance: Any = fields.JSONField(default=dict)
    usable_from = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    charged_asset_id = fields.IntField(null=True)
    rate_bp = fields.IntField(null=True)
    activates_after_days = fields.SmallIntField(null=True)
    clawback = fields.SmallIntField(null=True)
    cap_per_household = fields.BigIntField(null=True)
    funding_source = fields.SmallIntField(null=True)
    budget_began = fields.BigIntField(null=True)
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "programme"
