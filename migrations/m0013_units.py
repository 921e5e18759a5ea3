"""The minimum unit of an asset can be changed, where nobody loses by it."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Grants the server's login the update of that column. Instant; no row is written."""

    dependencies = (("meguru", "m0012_access"), ("meguru", "m0012_rights"))
    operations = (RunSQL(sql("0013_units.sql")),)
