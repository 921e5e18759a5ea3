"""The life of value after it was issued: cancelled, renewed, reminded of, converted, given back late.

Caps per household.
"""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds to what is there; assets, programmes and journals of before mean what they meant."""

    dependencies = (("meguru", "m0005_coupons"),)
    operations = (RunSQL(sql("0007_lifecycle.sql")),)
