"""Uploads, bulk grants, and approval above a threshold."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds tables and the municipalities' thresholds; existing grants keep their meaning."""

    dependencies = (("meguru", "m0004_vouchers"),)
    operations = (RunSQL(sql("0006_bulk.sql")),)
