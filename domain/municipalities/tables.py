"""The table of municipalities."""

from tortoise import fields
from tortoise.models import Model


class Municipality(Model):
    """The tenant: a city, town, prefecture or joint body. Its short number is part of every public id."""

    id = fields.SmallIntField(primary_key=True)
    code = fields.CharField(6, unique=True)
    name = fields.TextField()
    issuer_id = fields.UUIDField()
    desk_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    charge_cancel_minutes = fields.SmallIntField(default=30)

    class Meta:
        """The table's name."""

        table = "municipality"
