"""Changes of sessions and rights can be followed."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Marks people and their rights with the transaction that changed them."""

    dependencies = (("meguru", "m0011_repeated_grants"),)
    operations = (RunSQL(sql("0012_access.sql")),)
