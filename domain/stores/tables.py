"""The table of stores."""

from tortoise import fields
from tortoise.models import Model


class Store(Model):
    """A store that takes payments. `id` is also its holder's id. Coordinates in millionths of a degree, WGS 84."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    name = fields.TextField()
    name_kana = fields.TextField()
    name_roman = fields.TextField()
    category = fields.TextField()
    merchant_category_code = fields.CharField(4)
    latitude_microdegrees = fields.IntField(null=True)
    longitude_microdegrees = fields.IntField(null=True)
    address = fields.TextField()
    postal_code = fields.TextField()
    opening_hours = fields.TextField()
    merchant_code = fields.TextField()
    store_code = fields.TextField()
    charge_agent = fields.BooleanField()
    created_at = fields.DatetimeField()
    store_group = fields.TextField(default="")
    size_class = fields.SmallIntField(default=1)
    area = fields.TextField(default="")

    class Meta:
        """The table's name."""

        table = "store"
