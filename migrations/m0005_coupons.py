"""Coupons."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds tables and columns."""

    dependencies = (("meguru", "m0006_bulk"),)
    operations = (RunSQL(sql("0005_coupons.sql")),)
