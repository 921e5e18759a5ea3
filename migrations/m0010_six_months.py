"""The six months of exempt value end as the Civil Code says."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Replaces the constraint of lots by one that accepts the last day of a month that has no corresponding day."""

    dependencies = (("meguru", "m0009_funding_saga"),)
    operations = (RunSQL(sql("0010_six_months.sql")),)
