"""The life of issued value: cancellation, renewal, expiry reminders, conversion and late refunds.

Also caps per household.
"""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds columns and tables; existing assets, programmes and journals keep their meaning."""

    dependencies = (("meguru", "m0005_coupons"),)
    operations = (RunSQL(sql("0007_lifecycle.sql")),)
