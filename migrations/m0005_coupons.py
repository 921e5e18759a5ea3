"""Coupons."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds to what is there."""

    dependencies = (("meguru", "m0006_bulk"),)
    operations = (RunSQL(sql("0005_coupons.sql")),)
