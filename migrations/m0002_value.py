"""Value with rules: assets, programmes, claims."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds to what is there; assets and lots of before mean what they meant."""

    dependencies = (("meguru", "m0001_foundation"),)
    operations = (RunSQL(sql("0002_value.sql")),)
