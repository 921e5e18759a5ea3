"""Voucher products, their sub-vouchers, and gifts."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds tables, and the household to the claims of a person."""

    dependencies = (("meguru", "m0003_points"),)
    operations = (RunSQL(sql("0004_vouchers.sql")),)
