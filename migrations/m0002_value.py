"""Value with rules: assets, programmes and claims."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds columns and tables; existing assets and lots keep their meaning."""

    dependencies = (("meguru", "m0001_foundation"),)
    operations = (RunSQL(sql("0002_value.sql")),)
