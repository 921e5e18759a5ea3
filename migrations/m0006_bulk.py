"""Uploads, grants in bulk, and approval above a threshold."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds tables and the towns' thresholds; grants of before mean what they meant."""

    dependencies = (("meguru", "m0004_vouchers"),)
    operations = (RunSQL(sql("0006_bulk.sql")),)
