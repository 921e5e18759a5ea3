"""Wrong tries are counted in the database."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Counts of wrong tries, which outlive Redis and a restart."""

    dependencies = (("meguru", "m0017_receive_codes"),)
    operations = (RunSQL(sql("0018_tries.sql")),)
